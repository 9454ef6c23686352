/* A column's distinct values, or so many of them, and how often each comes: the same from any dealing out of the records. Local. */
#ifndef GD_LEVEL_SAMPLE_H
#define GD_LEVEL_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

enum { GD_SAMPLE_LEVELS = 4096,              /* distinct values that are counted one by one */
	GD_SAMPLE_SLOTS = 2 * GD_SAMPLE_LEVELS }; /* for them */

/* A distinct value, by the hash of its text in normal form (gd/value/spelling.h), and how often it comes; hash 0 is a free slot. */
typedef struct gd_level {
	uint64_t hash;
	int64_t count;
} gd_level;

/*
 * The distinct values of the smallest hashes: all of them up to GD_SAMPLE_LEVELS, else a fair sample of the distinct values, whose counts are exact.
 * Source: Z. Bar-Yossef et al., "Counting distinct elements in a data stream", 2002 (the k least hashes).
 */
typedef struct gd_level_sample {
	gd_level *slots;    /* [room], open addressing */
	uint64_t room;      /* a power of two, of which `count` are five eighths at most */
	int count;
	uint64_t limit;     /* hashes from here on were left out; 0: none was */
	bool condensed;     /* slots hold how many distinct values (`hash`) come how often (`count`), each number once */
} gd_level_sample;
/* Whether so many more distinct values need more slots. */
static inline bool gd_level_sample_grows(const gd_level_sample *sample, int more)
{
	return 8 * (uint64_t)(sample->count + more) > 5 * sample->room;
}

/* Each false when memory runs out. A level, which may be there already. */
bool gd_level_sample_add(gd_level_sample *sample, gd_level level);
/* The levels of `later`, too. */
bool gd_level_sample_merge(gd_level_sample *sample, const gd_level_sample *later);
/* When all are added: keeps the GD_SAMPLE_LEVELS least hashes. */
bool gd_level_sample_trim(gd_level_sample *sample);

#endif
