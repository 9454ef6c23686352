#include "gd/base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define ARENA_ALIGNMENT 16
#define CHUNK_BYTES ((size_t)64 * 1024)
#define LARGE_PAGE ((size_t)2 * 1024 * 1024)

struct gd_arena_chunk {
	struct gd_arena_chunk *next;
	size_t used, room;
	_Alignas(ARENA_ALIGNMENT) unsigned char bytes[];
};

/* Where the system has them for whoever asks: a fault for each 4 KiB is a good part of the time of a first pass over memory. */
static void prefer_large_pages(void *memory, size_t bytes)
{
	uintptr_t from = ((uintptr_t)memory + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE, to = ((uintptr_t)memory + bytes) / LARGE_PAGE * LARGE_PAGE;
	if (memory && from < to)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

/* *all: the bytes that there are. */
static void *take(size_t count, size_t size, size_t *all)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX - GD_ALIGNMENT)
		return NULL;
	bytes = (bytes + GD_ALIGNMENT - 1) / GD_ALIGNMENT * GD_ALIGNMENT;
	if (bytes == 0)
		bytes = GD_ALIGNMENT;
	void *memory = aligned_alloc(GD_ALIGNMENT, bytes);
	prefer_large_pages(memory, bytes);
	*all = bytes;
	return memory;
}

void *gd_allocate(size_t count, size_t size)
{
	size_t bytes = 0;
	void *memory = take(count, size, &bytes);
	if (memory)
		memset(memory, 0, bytes);
	return memory;
}

void *gd_allocate_unset(size_t count, size_t size)
{
	size_t bytes;
	return take(count, size, &bytes);
}

void *gd_make_room(void *items, size_t count, size_t *room, size_t size)
{
	enum { LEAST = 16 };
	size_t more, bytes;
	if (count < *room)
		return items;
	if (__builtin_mul_overflow(*room, 2, &more) || __builtin_mul_overflow(more ? more : LEAST, size, &bytes))
		return NULL;
	void *moved = realloc(items, bytes);
	if (moved)
		*room = more ? more : LEAST;
	return moved;
}

void *gd_arena_take(gd_arena *arena, size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX - CHUNK_BYTES)
		return NULL;
	bytes = (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
	struct gd_arena_chunk *chunk = arena->chunks;
	if (!chunk || chunk->room - chunk->used < bytes) {
		size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
		struct gd_arena_chunk *fresh = calloc(1, sizeof *fresh + room);
		if (!fresh)
			return NULL;
		fresh->room = room;
		if (chunk && bytes > CHUNK_BYTES / 4) {
			/* A large piece gets a chunk of its own behind the first, whose rest stays in use. */
			fresh->next = chunk->next;
			chunk->next = fresh;
		} else {
			fresh->next = chunk;
			arena->chunks = fresh;
		}
		chunk = fresh;
	}
	void *piece = chunk->bytes + chunk->used;
	chunk->used += bytes;
	return piece;
}

char *gd_arena_string_of(gd_arena *arena, const char *bytes, size_t length)
{
	if (length == SIZE_MAX)
		return NULL;
	char *copy = gd_arena_take(arena, length + 1, 1);
	if (copy && length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

char *gd_arena_string(gd_arena *arena, const char *text)
{
	return gd_arena_string_of(arena, text, strlen(text));
}

void gd_arena_release(gd_arena *arena)
{
	struct gd_arena_chunk *chunk = arena->chunks;
	while (chunk) {
		struct gd_arena_chunk *next = chunk->next;
		free(chunk);
		chunk = next;
	}
	arena->chunks = NULL;
}

double gd_memory_peak(void)
{
	struct rusage usage;
	return getrusage(RUSAGE_SELF, &usage) ? 0 : (double)usage.ru_maxrss / 1024;
}

double gd_memory_shared(void)
{
	char line[256];
	double kilobytes = 0;
	FILE *status = fopen("/proc/self/status", "r");
	while (status && fgets(line, sizeof line, status) && sscanf(line, "RssShmem: %lf", &kilobytes) != 1)
		continue;
	if (status)
		fclose(status);
	return kilobytes / 1024;
}
