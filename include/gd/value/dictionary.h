/* Texts numbered in the order of their first appearance. Local. */
#ifndef GD_DICTIONARY_H
#define GD_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/memory.h"
#include "gd/base/status.h"

typedef struct gd_dictionary_slot {
	uint32_t hash;
	int32_t number; /* of the text, from 1 on; 0: free */
} gd_dictionary_slot;

/* A zeroed one is empty. */
typedef struct gd_dictionary {
	gd_arena arena;
	char **texts;      /* [count] */
	int32_t count;
	int32_t room;
	gd_dictionary_slot *slots; /* [slot_count]; open addressing */
	uint32_t slot_count; /* a power of two, at least twice `count` */
	uint64_t lengths[64];  /* by the low bits of a text's first byte: which lengths there are, 63 for all above */
	bool numeric;          /* a text begins as a number does */
} gd_dictionary;

/* Number of `text`, or -1. */
int32_t gd_dictionary_find(const gd_dictionary *dictionary, const char *text);
/* Number of `text`, which is added if it is new. Fails when memory runs out, or at 2^30 texts. */
GD_CHECKED gd_status gd_dictionary_add(gd_dictionary *dictionary, const char *text, int32_t *number);
void gd_dictionary_release(gd_dictionary *dictionary);

/*
 * order [count]: the texts' numbers in the order people expect: by value if all are whole numbers, else by their bytes.
 */
void gd_dictionary_sort(const gd_dictionary *dictionary, int32_t *order);

#endif
