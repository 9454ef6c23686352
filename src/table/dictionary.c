#include "gd/table/dictionary.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/parse.h"

/* FNV-1a: texts are short, and an adversary could only slow down his own run. */
static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261u;
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash ^ hash >> 15;
}

static uint32_t slot_of(const gd_dictionary *dictionary, const char *text)
{
	uint32_t slot = hash_text(text) & (dictionary->slot_count - 1);
	while (dictionary->slots[slot] && strcmp(dictionary->texts[dictionary->slots[slot] - 1], text))
		slot = (slot + 1) & (dictionary->slot_count - 1);
	return slot;
}

int32_t gd_dictionary_find(const gd_dictionary *dictionary, const char *text)
{
	return dictionary->slot_count ? dictionary->slots[slot_of(dictionary, text)] - 1 : -1;
}

static bool grow(gd_dictionary *dictionary)
{
	int32_t room = dictionary->room ? 2 * dictionary->room : 16;
	char **texts = realloc(dictionary->texts, (size_t)room * sizeof *texts);
	if (!texts)
		return false;
	dictionary->texts = texts;
	int32_t *slots = calloc(2 * (size_t)room, sizeof *slots);
	if (!slots)
		return false;
	free(dictionary->slots);
	dictionary->slots = slots;
	dictionary->slot_count = 2 * (uint32_t)room;
	dictionary->room = room;
	for (int32_t i = 0; i < dictionary->count; i++)
		slots[slot_of(dictionary, texts[i])] = i + 1;
	return true;
}

gd_status gd_dictionary_add(gd_dictionary *dictionary, const char *text, int32_t *number)
{
	*number = gd_dictionary_find(dictionary, text);
	if (*number >= 0)
		return gd_ok();
	if (dictionary->count == dictionary->room && (dictionary->count >= 1 << 30 || !grow(dictionary)))
		return gd_out_of_memory("a column's distinct values");
	char *copy = gd_arena_string(&dictionary->arena, text);
	if (!copy)
		return gd_out_of_memory("a column's distinct values");
	*number = dictionary->count;
	dictionary->slots[slot_of(dictionary, text)] = *number + 1;
	dictionary->texts[dictionary->count++] = copy;
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
