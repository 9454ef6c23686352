/* Memory that is sized once and freed at once. Local. */
#ifndef GD_MEMORY_H
#define GD_MEMORY_H

#include <stddef.h>

#define GD_ALIGNMENT 64 /* bytes: a cache line, and the widest vector register */

/* Zeroed memory for `count` items of `size` bytes, aligned to GD_ALIGNMENT; NULL when there is none
 * (or the product overflows). Never NULL for a count of 0. Released with free(). */
void *gd_allocate(size_t count, size_t size) __attribute__((warn_unused_result, malloc));

/* The same with anything in it. */
void *gd_allocate_unset(size_t count, size_t size) __attribute__((warn_unused_result, malloc));

/*
 * Room for one more item behind `count` of them: the items, moved to twice their room where they fill it, which is then in `room`; NULL, and all as it was, when there is none.
 * No items are NULL, of room 0. Released with free().
 */
void *gd_make_room(void *items, size_t count, size_t *room, size_t size) __attribute__((warn_unused_result));

/* A region from which many pieces are taken and which is released as a whole. */
typedef struct gd_arena {
	struct gd_arena_chunk *chunks;
} gd_arena;

/* Zeroed, aligned to 16 bytes; NULL when out of memory. A zeroed gd_arena is an empty one. */
void *gd_arena_take(gd_arena *arena, size_t count, size_t size) __attribute__((warn_unused_result));
/* A copy of a string, or of its first `length` bytes, with a terminating zero; NULL when out of memory. */
char *gd_arena_string(gd_arena *arena, const char *text) __attribute__((warn_unused_result));
char *gd_arena_string_of(gd_arena *arena, const char *bytes, size_t length) __attribute__((warn_unused_result));
void gd_arena_release(gd_arena *arena);

/* The most memory this process has had in use, in megabytes; 0 where the system does not say. */
double gd_memory_peak(void);
/* Of what this process has in use now, the memory that it shares with others, in megabytes; 0 where the system does not say. */
double gd_memory_shared(void);

#endif
