/*
 * Items of one size, piled up: in memory while there is room, else in a temporary file of no name, which is gone however the process ends. What is read or changed is a chunk at a time, so that
 * whoever goes over a pile in its order needs memory for one chunk only. Local.
 */
#ifndef GD_SPILL_H
#define GD_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"

/* The room that piles share, and their file. */
typedef struct gd_spill {
	const char *directory, *name; /* where the file is made, once it is needed; what messages call it. The caller's; without a directory, nothing is spilled */
	size_t chunk;             /* bytes that are read or written at a time, at least */
	size_t room, held;        /* bytes of chunks: those that may be in memory, and those that are */
	size_t work;              /* bytes that a stage may take besides, for what it must hold at once; nothing here looks at it */
	size_t learned;           /* bytes that texts of columns may take besides; likewise */
	int file;                 /* -1: none yet */
	int64_t end;              /* its length in bytes */
	int64_t written;          /* bytes that went into it, in all */
	struct gd_spill_gap *gaps; /* [gap_count]: what was given back, to be written over */
	size_t gap_count, gap_room;
	char **slabs;             /* [slab_count]: large blocks that chunks are parts of */
	size_t slab_count, slab_room;
	char *idle;               /* parts of them that are in no use; each begins with the address of the next */
	gd_status status;         /* the first failure; nothing is read or added after it */
} gd_spill;

typedef struct gd_chunk {
	char *items;   /* NULL: in the file */
	int64_t place; /* there */
} gd_chunk;

typedef struct gd_pile {
	gd_spill *spill;
	size_t item, bytes;  /* of an item, of a chunk */
	int64_t per_chunk, count;
	gd_chunk *chunks;    /* [chunk_count], full but for the last one */
	int64_t chunk_count;
	size_t chunk_room;
	char *next, *end;    /* of the last chunk: where the next item goes */
	char *window;        /* a chunk of the file that is looked at, `at`; NULL: none */
	int64_t at;
	bool changed;
} gd_pile;

void gd_spill_init(gd_spill *spill, const char *directory, const char *name, size_t room, size_t chunk);
/* After its piles. */
void gd_spill_release(gd_spill *spill);

void gd_pile_init(gd_pile *pile, gd_spill *spill, size_t item);
void *gd_pile_go_on(gd_pile *pile);
/* A zeroed item behind the others, to be filled before the next call; NULL on failure (spill->status). */
void *gd_pile_add(gd_pile *pile);
/* Likewise, with anything in it. */
static inline void *gd_pile_extend(gd_pile *pile)
{
	if (pile->next == pile->end || gd_failed(&pile->spill->status))
		return gd_pile_go_on(pile);
	char *item = pile->next;
	pile->next += pile->item;
	pile->count++;
	return item;
}
/* Gives back the item that was added last, which is the only one to go so. */
void gd_pile_take_back(gd_pile *pile);
/* Items of a chunk, valid until another one of the pile is asked for or added to; how many. Whether they will be changed. NULL on failure. */
void *gd_pile_look(gd_pile *pile, int64_t chunk, bool change, int64_t *count);
/* Whether a chunk is in memory, where what gd_pile_look returns is valid until the pile is released. */
static inline bool gd_pile_holds(const gd_pile *pile, int64_t chunk)
{
	return pile->chunks[chunk].items != NULL;
}
/* A zeroed pile may be released. */
void gd_pile_release(gd_pile *pile);

/* One item after the other, pile by pile. */
typedef struct gd_walk {
	gd_pile *piles;
	int count;     /* of piles */
	bool change;   /* items will be changed */
	bool consume;  /* chunks are given back behind the walk, and piles released */
	int pile;      /* at hand */
	int64_t chunk; /* the next one */
	char *next, *end;
} gd_walk;

static inline gd_walk gd_walk_over(gd_pile *piles, int count)
{
	return (gd_walk){.piles = piles, .count = count};
}

void *gd_walk_go_on(gd_walk *walk);
/* The next item, or NULL: at the end, or on failure. */
static inline void *gd_walk_next(gd_walk *walk)
{
	if (walk->next == walk->end)
		return gd_walk_go_on(walk);
	char *item = walk->next;
	walk->next += walk->piles[walk->pile].item;
	return item;
}

#endif
