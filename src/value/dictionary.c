#include "gd/value/dictionary.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/parse.h"

/* Eight bytes at a time; an adversary could only slow down his own run. */
static uint32_t hash_text(const char *text, size_t length)
{
	uint64_t hash = length * UINT64_C(0x9E3779B97F4A7C15), word;
	for (; length >= sizeof word; length -= sizeof word, text += sizeof word) {
		memcpy(&word, text, sizeof word);
		hash = (hash ^ word) * UINT64_C(0x9FB21C651E98DF25);
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, text, length);
	hash = (hash ^ word) * UINT64_C(0x9FB21C651E98DF25);
	hash = (hash ^ hash >> 32) * UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t)(hash >> 32);
}

/* The text's slot, or the free one in which it would be. */
static gd_dictionary_slot *find_slot(const gd_dictionary *dictionary, const char *text, uint32_t hash)
{
	uint32_t slot = hash & (dictionary->slot_count - 1);
	for (;; slot = (slot + 1) & (dictionary->slot_count - 1)) {
		gd_dictionary_slot *at = &dictionary->slots[slot];
		if (!at->number || (at->hash == hash && !strcmp(dictionary->texts[at->number - 1], text)))
			return at;
	}
}

/* Most fields are none of a few words, which their first byte and length tell. */
static uint64_t length_bit(size_t length)
{
	return UINT64_C(1) << (length < 63 ? length : 63);
}

int32_t gd_dictionary_find(const gd_dictionary *dictionary, const char *text)
{
	uint64_t lengths = dictionary->lengths[*text & 63];
	if (!lengths)
		return -1;
	size_t length = strlen(text);
	return lengths & length_bit(length) ? find_slot(dictionary, text, hash_text(text, length))->number - 1 : -1;
}

static void note_text(gd_dictionary *dictionary, const char *text, size_t length)
{
	dictionary->lengths[*text & 63] |= length_bit(length);
	text += *text == '-' || *text == '+';
	text += *text == '.';
	dictionary->numeric = dictionary->numeric || (*text >= '0' && *text <= '9');
}

static bool grow(gd_dictionary *dictionary)
{
	int32_t room = dictionary->room ? 2 * dictionary->room : 16;
	uint32_t slot_count = 2 * (uint32_t)room;
	char **texts = realloc(dictionary->texts, (size_t)room * sizeof *texts);
	if (!texts)
		return false;
	dictionary->texts = texts;
	gd_dictionary_slot *slots = gd_allocate(slot_count, sizeof *slots);
	if (!slots)
		return false;
	for (uint32_t i = 0; i < dictionary->slot_count; i++) {
		uint32_t slot = dictionary->slots[i].hash & (slot_count - 1);
		while (slots[slot].number)
			slot = (slot + 1) & (slot_count - 1);
		if (dictionary->slots[i].number)
			slots[slot] = dictionary->slots[i];
	}
	free(dictionary->slots);
	dictionary->slots = slots;
	dictionary->slot_count = slot_count;
	dictionary->room = room;
	return true;
}

gd_status gd_dictionary_add(gd_dictionary *dictionary, const char *text, int32_t *number)
{
	size_t length = strlen(text);
	uint32_t hash = hash_text(text, length);
	gd_dictionary_slot *slot = dictionary->slot_count ? find_slot(dictionary, text, hash) : NULL;
	*number = slot ? slot->number - 1 : -1;
	if (*number >= 0)
		return gd_ok();
	if (dictionary->count == dictionary->room) {
		if (dictionary->count >= 1 << 30 || !grow(dictionary))
			return gd_out_of_memory("a column's distinct values");
		slot = find_slot(dictionary, text, hash);
	}
	char *copy = gd_arena_string_of(&dictionary->arena, text, length);
	if (!copy)
		return gd_out_of_memory("a column's distinct values");
	*number = dictionary->count;
	*slot = (gd_dictionary_slot){hash, *number + 1};
	dictionary->texts[dictionary->count++] = copy;
	note_text(dictionary, text, length);
	return gd_ok();
}

void gd_dictionary_release(gd_dictionary *dictionary)
{
	free(dictionary->texts);
	free(dictionary->slots);
	gd_arena_release(&dictionary->arena);
	*dictionary = (gd_dictionary){0};
}

static int by_bytes(const void *a, const void *b, void *context)
{
	char *const *texts = context;
	return strcmp(texts[*(const int32_t *)a], texts[*(const int32_t *)b]);
}

static int by_value(const void *a, const void *b, void *context)
{
	char *const *texts = context;
	int64_t left = 0, right = 0;
	gd_parse_int64(texts[*(const int32_t *)a], &left);
	gd_parse_int64(texts[*(const int32_t *)b], &right);
	return left != right ? (left > right) - (left < right) : by_bytes(a, b, context);
}

void gd_dictionary_sort(const gd_dictionary *dictionary, int32_t *order)
{
	bool whole = true;
	for (int32_t i = 0; i < dictionary->count; i++) {
		int64_t value;
		whole = whole && gd_parse_int64(dictionary->texts[i], &value);
		order[i] = i;
	}
	qsort_r(order, (size_t)dictionary->count, sizeof *order, whole ? by_value : by_bytes, dictionary->texts);
}
