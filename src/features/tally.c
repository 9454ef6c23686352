#include "gd/features/tally.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/key_sort.h"
#include "gd/base/memory.h"

/* Contents are hashes already, but those of one tally may have many of their bits in common. */
static int64_t *find_slot(const gd_tally *tally, gd_content content, int64_t label)
{
	uint64_t hash = (content.high ^ content.low ^ (uint64_t)label * UINT64_C(0xD6E8FEB86659FD93)) * UINT64_C(0x9E3779B97F4A7C15);
	uint64_t slot = hash >> (__builtin_clzll(tally->slot_count) + 1);
	for (; tally->slots[slot]; slot = (slot + 1) & (tally->slot_count - 1)) {
		const gd_tallied *entry = &tally->entries[tally->slots[slot] - 1];
		if (entry->content.low == content.low && entry->content.high == content.high && entry->label == label)
			break;
	}
	return &tally->slots[slot];
}

static bool grow(gd_tally *tally)
{
	int64_t room = tally->room ? 2 * tally->room : 64;
	gd_tallied *entries = realloc(tally->entries, (size_t)room * sizeof *entries);
	if (!entries)
		return false;
	tally->entries = entries;
	int64_t *slots = calloc(2 * (size_t)room, sizeof *slots);
	if (!slots)
		return false;
	free(tally->slots);
	tally->slots = slots;
	tally->room = room;
	tally->slot_count = 2 * (uint64_t)room;
	for (int64_t i = 0; i < tally->count; i++)
		*find_slot(tally, entries[i].content, entries[i].label) = i + 1;
	return true;
}

gd_tallied *gd_tally_of(gd_tally *tally, gd_content content, int64_t label)
{
	if (tally->count == tally->room && !grow(tally))
		return NULL;
	int64_t *slot = find_slot(tally, content, label);
	if (!*slot) {
		tally->entries[tally->count++] = (gd_tallied){content, label, {0}};
		*slot = tally->count;
	}
	return &tally->entries[*slot - 1];
}

int64_t gd_tally_find(const gd_tally *tally, gd_content content, int64_t label)
{
	return *find_slot(tally, content, label) - 1;
}

static int by_content(const void *a, const void *b)
{
	const gd_tallied *x = a, *y = b;
	int order = gd_content_compare(x->content, y->content);
	return order ? order : (x->label > y->label) - (x->label < y->label);
}

/* Into sorted [count]. */
static bool sort_into(const gd_tallied *entries, size_t count, gd_tallied *sorted)
{
	gd_keyed *keyed = gd_allocate_unset(count, sizeof *keyed);
	for (size_t i = 0; keyed && i < count; i++)
		keyed[i] = (gd_keyed){entries[i].content.high, &entries[i]};
	bool enough = keyed && gd_key_sort(keyed, count, by_content);
	for (size_t i = 0; enough && i < count; i++)
		sorted[i] = *(const gd_tallied *)keyed[i].item;
	free(keyed);
	return enough;
}

bool gd_tally_sort(gd_tally *tally)
{
	gd_tallied *sorted = malloc((size_t)tally->room * sizeof *sorted + 1);
	if (!sorted || !sort_into(tally->entries, (size_t)tally->count, sorted)) {
		free(sorted);
		return false;
	}
	free(tally->entries);
	tally->entries = sorted;
	return true;
}

gd_tallied *gd_tally_join(const gd_tallied *entries, int64_t *count)
{
	gd_tallied *joined = gd_allocate_unset((size_t)*count, sizeof *joined);
	int64_t kept = 0;
	if (!joined || !sort_into(entries, (size_t)*count, joined)) {
		free(joined);
		return NULL;
	}
	for (int64_t i = 0; i < *count; i++) {
		gd_tallied *last = kept ? &joined[kept - 1] : NULL;
		if (!last || by_content(last, &joined[i]) != 0)
			joined[kept++] = joined[i];
		else
			for (int part = 0; part < GD_SPLIT_PARTS; part++)
				last->count[part] += joined[i].count[part];
	}
	*count = kept;
	return joined;
}

void gd_tally_clear(gd_tally *tally)
{
	tally->count = 0;
	if (tally->slots)
		memset(tally->slots, 0, tally->slot_count * sizeof *tally->slots);
}

void gd_tally_release(gd_tally *tally)
{
	free(tally->entries);
	free(tally->slots);
	*tally = (gd_tally){0};
}
