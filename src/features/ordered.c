#include "gd/features/ordered.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"

/* A number's place in the order of all doubles; zeros are one. */
static uint64_t key_of(double value)
{
	uint64_t bits;
	value += 0.0;
	memcpy(&bits, &value, sizeof bits);
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* The number that is `key` in that order; beyond the infinite, these. */
static double value_of(uint64_t key)
{
	uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
	double value;
	memcpy(&value, &bits, sizeof value);
	return isnan(value) ? (key >> 63 ? INFINITY : -INFINITY) : value;
}

/* Keys [count] lie where the values did. */
static inline uint64_t key_at(const void *keys, int64_t i)
{
	uint64_t key;
	memcpy(&key, (const char *)keys + (size_t)i * sizeof key, sizeof key);
	return key;
}

static inline void put_key(void *keys, int64_t i, uint64_t key)
{
	memcpy((char *)keys + (size_t)i * sizeof key, &key, sizeof key);
}

/* By the keys' digits, the last one first; a digit that all have in common is passed over. room [count]. */
static bool sort_by_digits(double *values, int64_t count, void *room)
{
	enum { BITS = 11,
		DIGITS = 6,
		SIZE = 1 << BITS };
	void *from = values, *to = room;
	int64_t(*places)[SIZE] = calloc(DIGITS, sizeof *places);
	bool enough = places != NULL;
	for (int64_t i = 0; i < count && enough; i++) {
		uint64_t key = key_of(values[i]);
		put_key(from, i, key);
		for (int digit = 0; digit < DIGITS; digit++)
			places[digit][key >> (BITS * digit) & (SIZE - 1)]++;
	}
	for (int digit = 0; digit < DIGITS && enough && count; digit++) {
		int64_t *place = places[digit], start = 0;
		int shift = BITS * digit;
		if (place[key_at(from, 0) >> shift & (SIZE - 1)] == count)
			continue;
		for (int i = 0; i < SIZE; i++) {
			int64_t some = place[i];
			place[i] = start;
			start += some;
		}
		for (int64_t i = 0; i < count; i++) {
			uint64_t key = key_at(from, i);
			put_key(to, place[key >> shift & (SIZE - 1)]++, key);
		}
		void *other = from;
		from = to;
		to = other;
	}
	for (int64_t i = 0; i < count && enough; i++)
		values[i] = value_of(key_at(from, i));
	free(places);
	return enough;
}

enum {
	FEW = 1 << 12, /* different values whose counts lie in the cache */
	SLOTS = 4 * FEW,
};

/* How often a key comes; 0: none is here. */
typedef struct counted {
	uint64_t key;
	int64_t count;
} counted;

/* Into slots [SLOTS], zeroed, found by hash; false: there are too many. */
static bool count_keys(const double *values, int64_t count, counted *slots)
{
	int distinct = 0;
	for (int64_t i = 0; i < count; i++) {
		uint64_t key = key_of(values[i]), slot = key * UINT64_C(0x9E3779B97F4A7C15) / (UINT64_MAX / SLOTS + 1);
		while (slots[slot].count && slots[slot].key != key)
			slot = (slot + 1) % SLOTS;
		if (!slots[slot].count && ++distinct > FEW)
			return false;
		slots[slot].key = key;
		slots[slot].count++;
	}
	return true;
}

static int by_key(const void *a, const void *b)
{
	const counted *x = a, *y = b;
	return (x->key > y->key) - (x->key < y->key);
}

/* Most columns have few different values, which are counted sooner than all are moved. */
static bool sort(double *values, int64_t count, void *room)
{
	counted *slots = count > FEW ? calloc(SLOTS, sizeof *slots) : NULL;
	bool few = slots && count_keys(values, count, slots);
	int used = 0;
	for (int i = 0; few && i < SLOTS; i++)
		if (slots[i].count)
			slots[used++] = slots[i];
	if (few)
		qsort(slots, (size_t)used, sizeof *slots, by_key);
	for (int i = 0; few && i < used; i++) {
		double value = value_of(slots[i].key);
		for (int64_t k = 0; k < slots[i].count; k++)
			*values++ = value;
	}
	free(slots);
	return few || sort_by_digits(values, count, room);
}

void gd_ordered_room_release(gd_ordered_room *room)
{
	free(room->values);
	free(room->others);
	free(room->known);
	*room = (gd_ordered_room){0};
}

static bool make_room(gd_ordered_room *room, size_t count)
{
	if (room->values && room->others && count <= room->room)
		return true;
	free(room->values);
	free(room->others);
	room->room = count;
	room->values = gd_allocate_unset(count, sizeof *room->values);
	room->others = gd_allocate_unset(count, sizeof *room->others);
	return room->values && room->others;
}

gd_status gd_ordered_init(gd_ordered *ordered, const gd_status *mine, double *values, int64_t count, const gd_together *together)
{
	*ordered = (gd_ordered){.values = values, .count = count, .total = count, .together = together};
	gd_status status = *mine;
	void *room = gd_allocate_unset((size_t)count, sizeof *values);
	if (!gd_failed(&status) && (!room || !sort(values, count, room)))
		status = gd_out_of_memory("the order of values");
	free(room);
	return gd_together_sum(together, &status, &ordered->total, 1);
}

/* ---- of a pile ---- */

/* Runs of a pile's values, each in order, `most` values long; the pile is released. */
static bool make_runs(gd_pile *values, int64_t most, gd_ordered_room *room, gd_pile *runs, int count)
{
	gd_spill *spill = values->spill;
	bool sorted = make_room(room, (size_t)most);
	double *run = room->values, *value = NULL;
	gd_walk walk = gd_walk_over(values, 1);
	walk.consume = true;
	for (int i = 0; i < count && sorted; i++) {
		int64_t got = 0;
		while (got < most && (value = gd_walk_next(&walk)))
			run[got++] = *value;
		sorted = sort(run, got, room->others);
		gd_pile_init(&runs[i], spill, sizeof *run);
		for (int64_t j = 0; j < got && sorted; j++) {
			double *place = gd_pile_extend(&runs[i]);
			sorted = place != NULL;
			if (place)
				*place = run[j];
		}
	}
	gd_pile_release(values);
	return sorted;
}

/* A run's value that is next, in a heap whose least one is at 0. */
typedef struct head {
	double value;
	int run;
} head;

static void sink(head *heap, int count, int at)
{
	for (int child; (child = 2 * at + 1) < count; at = child) {
		child += child + 1 < count && heap[child + 1].value < heap[child].value;
		if (heap[at].value <= heap[child].value)
			return;
		head other = heap[at];
		heap[at] = heap[child];
		heap[child] = other;
	}
}

static bool merge(gd_pile *runs, int count, gd_pile *merged)
{
	gd_walk *passes = gd_allocate((size_t)count, sizeof *passes);
	head *heap = gd_allocate((size_t)count, sizeof *heap);
	bool enough = passes && heap;
	int left = 0;
	for (int i = 0; i < count && enough; i++) {
		passes[i] = gd_walk_over(&runs[i], 1);
		passes[i].consume = true;
		double *value = gd_walk_next(&passes[i]);
		if (value)
			heap[left++] = (head){*value, i};
	}
	for (int i = left; i-- > 0;)
		sink(heap, left, i);
	while (left > 0) {
		double *place = gd_pile_extend(merged), *next = gd_walk_next(&passes[heap[0].run]);
		if (!place)
			break;
		*place = heap[0].value;
		if (next)
			heap[0].value = *next;
		else
			heap[0] = heap[--left];
		sink(heap, left, 0);
	}
	free(passes);
	free(heap);
	return enough;
}

/* Values that do not fit, in order in ordered->pile. */
static gd_status sort_pile(gd_ordered *ordered, gd_pile *values, int64_t most, gd_ordered_room *room)
{
	gd_spill *spill = values->spill;
	int count = (int)((values->count + most - 1) / most);
	gd_pile *runs = gd_allocate((size_t)count, sizeof *runs);
	ordered->pile = gd_allocate(1, sizeof *ordered->pile);
	bool enough = runs && ordered->pile;
	if (enough) {
		gd_pile_init(ordered->pile, spill, sizeof(double));
		enough = make_runs(values, most, room, runs, count);
	}
	if (enough)
		enough = merge(runs, count, ordered->pile);
	for (int i = 0; runs && i < count; i++)
		gd_pile_release(&runs[i]);
	free(runs);
	if (enough && !gd_failed(&spill->status))
		ordered->first = gd_allocate((size_t)ordered->pile->chunk_count, sizeof *ordered->first);
	if (gd_failed(&spill->status) || !ordered->first)
		return gd_failed(&spill->status) ? spill->status : gd_out_of_memory("the order of values");
	for (int64_t i = 0, some; i < ordered->pile->chunk_count; i++) {
		double *items = gd_pile_look(ordered->pile, i, false, &some);
		ordered->first[i] = items ? *items : 0;
	}
	return spill->status;
}

static gd_status sort_whole(gd_ordered *ordered, gd_pile *values, gd_ordered_room *room)
{
	int64_t count = 0;
	gd_walk walk = gd_walk_over(values, 1);
	walk.consume = true;
	if (!make_room(room, (size_t)values->count + 1))
		return gd_out_of_memory("the order of values");
	ordered->values = ordered->own = room->values;
	for (double *value; (value = gd_walk_next(&walk));)
		ordered->own[count++] = *value;
	return sort(ordered->own, count, room->others) ? gd_ok() : gd_out_of_memory("the order of values");
}

gd_status gd_ordered_sort(gd_ordered *ordered, const gd_status *mine, gd_pile *values, gd_ordered_room *room, const gd_together *together)
{
	gd_status status = *mine;
	int64_t most = (int64_t)(values->spill->work / (2 * sizeof(double)));
	*ordered = (gd_ordered){.count = values->count, .together = together};
	most = most > 1 ? most : 1;
	/* Without memory for them they are worked out anew. */
	if (!room->known)
		room->known = calloc(GD_KNOWN_NORMALS, sizeof *room->known);
	ordered->known = room->known;
	if (!gd_failed(&status))
		status = values->count <= most || !values->spill->directory ? sort_whole(ordered, values, room) : sort_pile(ordered, values, most, room);
	if (!gd_failed(&status))
		status = ordered->pile ? ordered->pile->spill->status : status;
	gd_pile_release(values);
	int64_t totals[2] = {ordered->count, ordered->pile != NULL};
	status = gd_together_sum(together, &status, totals, 2);
	ordered->total = totals[0];
	ordered->may_fail = totals[1] > 0;
	return status;
}

void gd_ordered_release(gd_ordered *ordered)
{
	free(ordered->first);
	if (ordered->pile)
		gd_pile_release(ordered->pile);
	free(ordered->pile);
	*ordered = (gd_ordered){0};
}

gd_status gd_ordered_check(const gd_ordered *ordered)
{
	return ordered->pile ? ordered->pile->spill->status : gd_ok();
}

double gd_ordered_value(const gd_ordered *ordered, int64_t index)
{
	int64_t count = 0;
	if (ordered->values)
		return ordered->values[index];
	const double *items = gd_pile_look(ordered->pile, index / ordered->pile->per_chunk, false, &count);
	return items ? items[index % ordered->pile->per_chunk] : 0;
}

/* ---- places ---- */

/* Of values, rising, of which it is known that `low` are below `value`, and no more than `high`: how many are, or are not above it. */
static int64_t count_between(const double *values, int64_t low, int64_t high, double value, bool or_equal)
{
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (values[middle] < value || (or_equal && values[middle] == value))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int64_t count_among(const double *values, int64_t count, double value, bool or_equal)
{
	return count_between(values, 0, count, value, or_equal);
}

/* Of those held here. */
static int64_t count_here(const gd_ordered *ordered, double value, bool or_equal)
{
	if (!ordered->pile)
		return count_among(ordered->values, ordered->count, value, or_equal);
	int64_t count = 0, chunk = count_among(ordered->first, ordered->pile->chunk_count, value, or_equal) - 1;
	const double *items = chunk < 0 ? NULL : gd_pile_look(ordered->pile, chunk, false, &count);
	return items ? chunk * ordered->pile->per_chunk + count_among(items, count, value, or_equal) : 0;
}

/* Sums over all holders, if all could read their values. */
static gd_status sum(const gd_ordered *ordered, int64_t *counts, size_t count)
{
	gd_status status = gd_ordered_check(ordered);
	return gd_together_sum(ordered->together, ordered->may_fail ? &status : NULL, counts, count);
}

enum { DIGIT = 4, PROBES = (1 << DIGIT) - 1 }; /* bits of keys that are found in one round, and how many numbers of them are asked about for that */

/* A place is looked for among the keys that begin as `key` does; here, these are values [first, end). */
typedef struct search {
	uint64_t key;
	int64_t first, end;
} search;

/* of [PROBES]: how many values held here have no larger key than one with each of the next digits but the last, whatever follows. */
static void probe(const gd_ordered *ordered, const search *s, int shift, int64_t *of)
{
	for (uint64_t digit = 0; digit < PROBES; digit++) {
		double most = value_of(s->key | digit << shift | ((UINT64_C(1) << shift) - 1));
		of[digit] = s->first == s->end ? s->first : ordered->pile ? count_here(ordered, most, true) : count_between(ordered->values, s->first, s->end, most, true);
	}
}

/* own [PROBES], all [PROBES]: of the values here, and of all. */
static void narrow(search *s, int shift, int64_t place, const int64_t *own, const int64_t *all)
{
	uint64_t digit = 0;
	while (digit < PROBES && all[digit] <= place)
		digit++;
	s->key |= digit << shift;
	s->first = digit ? own[digit - 1] : s->first;
	s->end = digit < PROBES ? own[digit] : s->end;
}

/* The least key up to which there are more values than `place`, digit by digit, for all places at once; what neighbours ask about alike is asked once. */
gd_status gd_ordered_at(const gd_ordered *ordered, size_t count, const int64_t *places, double *values)
{
	gd_status status = gd_ok();
	if (!ordered->together) {
		for (size_t i = 0; i < count; i++)
			values[i] = gd_ordered_value(ordered, places[i]) + 0.0;
		return gd_ordered_check(ordered);
	}
	search *searches = gd_allocate(count, sizeof *searches);
	size_t *question = gd_allocate(count, sizeof *question);
	int64_t *own = gd_allocate(2 * count, PROBES * sizeof *own), *all = own ? own + PROBES * count : NULL;
	if (!searches || !question || !own)
		status = gd_out_of_memory("the order of values");
	status = gd_together_agree(ordered->together, &status);
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		searches[i].end = ordered->count;
	for (int shift = 64 - DIGIT; shift >= 0 && !gd_failed(&status); shift -= DIGIT) {
		size_t questions = 0;
		for (size_t i = 0; i < count; i++) {
			if (!i || searches[i].key != searches[i - 1].key)
				probe(ordered, &searches[i], shift, own + PROBES * questions++);
			question[i] = questions - 1;
		}
		memcpy(all, own, PROBES * questions * sizeof *all);
		status = sum(ordered, all, PROBES * questions);
		for (size_t i = 0; i < count && !gd_failed(&status); i++)
			narrow(&searches[i], shift, places[i], own + PROBES * question[i], all + PROBES * question[i]);
	}
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		values[i] = value_of(searches[i].key) + 0.0;
	free(searches);
	free(question);
	free(own);
	return status;
}

gd_status gd_ordered_count(const gd_ordered *ordered, size_t count, const double *values, int64_t *below, int64_t *up_to)
{
	gd_status status = gd_ok();
	for (size_t i = 0; i < count; i++) {
		below[i] = count_here(ordered, values[i], false);
		up_to[i] = count_here(ordered, values[i], true);
	}
	status = sum(ordered, below, count);
	return gd_failed(&status) ? status : sum(ordered, up_to, count);
}
