/*
 * Which record goes to which part, and in what order: a function of each record's content and the seed, whatever the order of the file. Local.
 */
#ifndef GD_SPLIT_H
#define GD_SPLIT_H

#include <stdint.h>

#include "gd/base/status.h"
#include "gd/table/table.h"

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
/* keys [count], overwritten, from content [count]: the hash depends on seed, content and occurrence (0, 1, ... in the order given). */
GD_CHECKED gd_status gd_split_key_all(uint64_t seed, int64_t count, const gd_content *content, gd_split_key *keys);

typedef struct gd_split_plan {
	int64_t rows;
	int classes;
	const int32_t *labels;        /* [rows] */
	const int32_t *units;         /* [rows]: the unit of each row, which stays together; NULL: each row is one */
	int64_t unit_count;           /* ignored when units is NULL */
	const gd_split_key *unit_keys; /* [units], or [rows] */
	double test_fraction;         /* within [0, 1) */
	double validation_fraction;   /* of what the test part leaves, within [0, 1) */
} gd_split_plan;

/*
 * part [rows], overwritten. The test part is to have ceil(rows * fraction) rows, shared out among the classes by largest remainder (ties in the order
 * of the classes), yet leaves every class a row to train on. Units are taken in the order of their keys; one that fits what its classes are still owed goes
 * to the test part. The validation part is filled likewise from what is left, the rest is for training. Rows by themselves fill the quotas exactly.
 */
GD_CHECKED gd_status gd_split_assign(const gd_split_plan *plan, uint8_t *part);

/* order [rows], overwritten: the rows of the training part, then validation, then test, each in the order of keys [rows]. count [GD_SPLIT_PARTS] gets their numbers. */
GD_CHECKED gd_status gd_split_order(int64_t rows, const gd_split_key *keys, const uint8_t *part, int64_t *order, int64_t count[GD_SPLIT_PARTS]);

/* Quotas [classes], overwritten: `total` shared out in proportion to available [classes], one of each class left over. */
void gd_split_quotas(int classes, const int64_t *available, int64_t total, int64_t *quotas);

#endif
