/*
 * Which record goes to which part, and in what order: a function of each record's content and the seed, whatever the order of the file. Local.
 */
#ifndef GD_SPLIT_H
#define GD_SPLIT_H

#include <stdint.h>

#include "gd/reader/table.h"

/* In the order of the dataset's parts (gd_part). */
enum { GD_SPLIT_TRAIN, GD_SPLIT_VALIDATION, GD_SPLIT_TEST, GD_SPLIT_PARTS };

/* How records are dealt out: each by itself, groups together, or as a column says. */
typedef enum gd_split_kind { GD_SPLIT_RANDOM, GD_SPLIT_GROUPED, GD_SPLIT_COLUMN } gd_split_kind;
extern const char *const gd_split_names[]; /* "random", "grouped", "column", NULL */

/* 128 bits of a SHA-256: what a record or a group is. */
typedef struct gd_content {
	uint64_t high, low;
} gd_content;

/* Over all fields with their lengths. */
gd_content gd_content_of_record(const gd_record *record);
gd_content gd_content_of_text(const char *text);
/* The content by which a record of a test table has its place, so that no other table's record of the same content is one more occurrence of it. */
gd_content gd_content_apart(gd_content content);

/* A place in the keyed order. Equal contents are told apart by their occurrence. */
typedef struct gd_split_key {
	uint64_t hash;
	gd_content content;
	int64_t occurrence;
} gd_split_key;

/* Which of `count` equal ranges of all hashes one falls into; `*hash` becomes its place inside, as a hash of its own, so that ranges of ranges keep the order. */
static inline uint64_t gd_split_range(uint64_t *hash, uint64_t count)
{
	unsigned __int128 product = (unsigned __int128)*hash * count;
	*hash = (uint64_t)product;
	return (uint64_t)(product >> 64);
}

/* The hash of one record's key, of the stream that a seed stands for. */
uint64_t gd_split_stream(uint64_t seed);
uint64_t gd_split_hash(uint64_t stream, gd_content content, int64_t occurrence);
/* The key of one record. */
gd_split_key gd_split_key_of(uint64_t seed, gd_content content, int64_t occurrence);
/* By hash, then content, then occurrence: negative, 0 or positive. And contents by themselves. */
int gd_split_compare(const gd_split_key *a, const gd_split_key *b);
int gd_content_compare(gd_content a, gd_content b);

/* Quotas [classes], overwritten: `total` shared out in proportion to available [classes], one of each class left over. */
void gd_split_quotas(int classes, const int64_t *available, int64_t total, int64_t *quotas);

#endif
