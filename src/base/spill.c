#include "gd/base/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"

struct gd_spill_gap {
	int64_t place;
	size_t bytes;
};

void gd_spill_init(gd_spill *spill, const char *directory, const char *name, size_t room, size_t chunk)
{
	*spill = (gd_spill){.directory = directory, .name = name, .room = room, .chunk = chunk, .file = -1, .status = gd_ok()};
}

void gd_spill_release(gd_spill *spill)
{
	if (spill->file >= 0)
		close(spill->file);
	for (size_t i = 0; i < spill->slab_count; i++)
		free(spill->slabs[i]);
	free(spill->slabs);
	free(spill->gaps);
	*spill = (gd_spill){.file = -1, .status = gd_ok()};
}

/* The first failure is the one that is told. */
static void fail(gd_spill *spill, gd_status status)
{
	if (!gd_failed(&spill->status))
		spill->status = status;
}

static bool fail_in_file(gd_spill *spill)
{
	fail(spill, gd_file_error(GD_FAILED, "keep temporary data beside", spill->name, errno));
	return false;
}

static bool put(gd_spill *spill, const char *bytes, size_t size, int64_t place)
{
	if (spill->file < 0)
		spill->file = gd_file_open_unnamed(spill->directory);
	if (spill->file < 0)
		return fail_in_file(spill);
	spill->written += (int64_t)size;
	for (size_t done = 0; done < size;) {
		ssize_t step = pwrite(spill->file, bytes + done, size - done, (off_t)(place + (int64_t)done));
		if (step == 0)
			errno = EIO;
		if (step == 0 || (step < 0 && errno != EINTR))
			return fail_in_file(spill);
		done += step > 0 ? (size_t)step : 0;
	}
	return true;
}

static bool get(gd_spill *spill, char *bytes, size_t size, int64_t place)
{
	for (size_t done = 0; done < size;) {
		ssize_t step = pread(spill->file, bytes + done, size - done, (off_t)(place + (int64_t)done));
		if (step == 0)
			errno = EIO;
		if (step == 0 || (step < 0 && errno != EINTR))
			return fail_in_file(spill);
		done += step > 0 ? (size_t)step : 0;
	}
	return true;
}

/* Where so many bytes go: into a gap if one is of that size. */
static int64_t find_place(gd_spill *spill, size_t bytes)
{
	for (size_t i = spill->gap_count; i > 0; i--)
		if (spill->gaps[i - 1].bytes == bytes) {
			int64_t place = spill->gaps[i - 1].place;
			spill->gaps[i - 1] = spill->gaps[--spill->gap_count];
			return place;
		}
	spill->end += (int64_t)bytes;
	return spill->end - (int64_t)bytes;
}

/* Without memory to remember it, the gap stays one. */
static void give_back(gd_spill *spill, int64_t place, size_t bytes)
{
	struct gd_spill_gap *gaps = gd_make_room(spill->gaps, spill->gap_count, &spill->gap_room, sizeof *gaps);
	if (!gaps)
		return;
	spill->gaps = gaps;
	spill->gaps[spill->gap_count++] = (struct gd_spill_gap){place, bytes};
}

/* ---- memory ---- */

enum {
	SLAB = 2 << 20,       /* a large page */
	LEAST_PART = 1 << 14, /* smaller chunks are no parts of slabs */
	SMALL_PAGES = 16,     /* slabs that take no large page: few items need not touch all of theirs */
};

/* What chunks take of a slab: all the same, so that what one pile gives back another one has use for. */
static size_t part_of_slab(const gd_spill *spill)
{
	return (spill->chunk + GD_ALIGNMENT - 1) / GD_ALIGNMENT * GD_ALIGNMENT;
}

static bool is_part(const gd_spill *spill, size_t bytes)
{
	return spill->chunk >= LEAST_PART && spill->chunk <= SLAB / 2 && bytes <= spill->chunk;
}

static bool add_slab(gd_spill *spill)
{
	size_t part = part_of_slab(spill);
	char **slabs = gd_make_room(spill->slabs, spill->slab_count, &spill->slab_room, sizeof *slabs);
	if (!slabs)
		return false;
	spill->slabs = slabs;
	char *slab = aligned_alloc(SLAB, SLAB);
	if (!slab)
		return false;
	if (spill->slab_count >= SMALL_PAGES)
		(void)madvise(slab, SLAB, MADV_HUGEPAGE);
	spill->slabs[spill->slab_count++] = slab;
	for (size_t at = SLAB / part * part; at; at -= part) {
		memcpy(slab + at - part, &spill->idle, sizeof spill->idle);
		spill->idle = slab + at - part;
	}
	return true;
}

static char *take_part(gd_spill *spill)
{
	if (!spill->idle && !add_slab(spill))
		return NULL;
	char *part = spill->idle;
	memcpy(&spill->idle, part, sizeof spill->idle);
	return part;
}

static char *take_memory(gd_spill *spill, size_t bytes)
{
	char *memory = is_part(spill, bytes) ? take_part(spill) : malloc(bytes);
	if (!memory)
		fail(spill, gd_out_of_memory("the records"));
	else
		spill->held += bytes;
	return memory;
}

static void give_memory(gd_spill *spill, char *memory, size_t bytes)
{
	if (!memory)
		return;
	spill->held -= bytes;
	if (is_part(spill, bytes)) {
		memcpy(memory, &spill->idle, sizeof spill->idle);
		spill->idle = memory;
	} else {
		free(memory);
	}
}

/* ---- piles ---- */

void gd_pile_init(gd_pile *pile, gd_spill *spill, size_t item)
{
	size_t chunk = spill->chunk > item ? spill->chunk : item;
	*pile = (gd_pile){.spill = spill, .item = item, .per_chunk = (int64_t)(chunk / item), .bytes = chunk / item * item};
}

/* What was changed in the window goes back. */
static bool settle(gd_pile *pile)
{
	bool kept = !pile->changed || put(pile->spill, pile->window, pile->bytes, pile->chunks[pile->at].place);
	pile->changed = false;
	return kept;
}

static void close_window(gd_pile *pile)
{
	give_memory(pile->spill, pile->window, pile->bytes);
	pile->window = NULL;
}

static gd_chunk *add_chunk(gd_pile *pile)
{
	gd_spill *spill = pile->spill;
	gd_chunk *chunks = gd_make_room(pile->chunks, (size_t)pile->chunk_count, &pile->chunk_room, sizeof *chunks);
	if (!chunks) {
		fail(spill, gd_out_of_memory("the records"));
		return NULL;
	}
	pile->chunks = chunks;
	gd_chunk *last = pile->chunk_count ? &pile->chunks[pile->chunk_count - 1] : NULL, *added = &pile->chunks[pile->chunk_count];
	*added = (gd_chunk){NULL, -1};
	if (spill->directory && last && last->items && spill->held + pile->bytes > spill->room) {
		last->place = find_place(spill, pile->bytes);
		if (!put(spill, last->items, pile->bytes, last->place))
			return NULL;
		added->items = last->items;
		last->items = NULL;
	} else if (!(added->items = take_memory(spill, pile->bytes))) {
		return NULL;
	}
	pile->chunk_count++;
	return added;
}

/* Into a chunk that is new. */
void *gd_pile_go_on(gd_pile *pile)
{
	gd_chunk *chunk = gd_failed(&pile->spill->status) ? NULL : add_chunk(pile);
	if (!chunk)
		return NULL;
	pile->next = chunk->items + pile->item;
	pile->end = chunk->items + pile->bytes;
	pile->count++;
	return chunk->items;
}

void *gd_pile_add(gd_pile *pile)
{
	void *item = gd_pile_extend(pile);
	return item ? memset(item, 0, pile->item) : NULL;
}

void gd_pile_take_back(gd_pile *pile)
{
	pile->count--;
	pile->next -= pile->item;
}

void *gd_pile_look(gd_pile *pile, int64_t index, bool change, int64_t *count)
{
	gd_chunk *chunk = &pile->chunks[index];
	int64_t first = index * pile->per_chunk;
	*count = pile->count - first < pile->per_chunk ? pile->count - first : pile->per_chunk;
	if (gd_failed(&pile->spill->status))
		return NULL;
	if (chunk->items)
		return chunk->items;
	if (!pile->window) {
		pile->window = take_memory(pile->spill, pile->bytes);
		pile->at = -1;
	}
	if (!pile->window || (pile->at != index && !settle(pile)))
		return NULL;
	if (pile->at != index && !get(pile->spill, pile->window, pile->bytes, chunk->place))
		return NULL;
	pile->at = index;
	pile->changed = pile->changed || change;
	return pile->window;
}

/* A chunk that is not looked at again. */
static void drop(gd_pile *pile, int64_t index)
{
	gd_chunk *chunk = &pile->chunks[index];
	give_memory(pile->spill, chunk->items, pile->bytes);
	chunk->items = NULL;
	if (chunk->place >= 0)
		give_back(pile->spill, chunk->place, pile->bytes);
	chunk->place = -1;
	if (pile->window && pile->at == index) {
		pile->at = -1;
		pile->changed = false;
	}
}

void gd_pile_release(gd_pile *pile)
{
	if (pile->spill)
		close_window(pile);
	for (int64_t i = 0; i < pile->chunk_count; i++)
		drop(pile, i);
	free(pile->chunks);
	*pile = (gd_pile){0};
}

void *gd_walk_go_on(gd_walk *walk)
{
	while (walk->pile < walk->count) {
		gd_pile *pile = &walk->piles[walk->pile];
		int64_t count = 0;
		if (walk->chunk && walk->consume)
			drop(pile, walk->chunk - 1);
		if (walk->chunk < pile->chunk_count) {
			char *items = gd_pile_look(pile, walk->chunk++, walk->change, &count);
			if (!items) {
				walk->next = walk->end = NULL;
				walk->pile = walk->count;
				return NULL;
			}
			walk->next = items + pile->item;
			walk->end = items + (size_t)count * pile->item;
			if (!count)
				continue;
			return items;
		}
		if (pile->spill && settle(pile))
			close_window(pile);
		if (walk->consume)
			gd_pile_release(pile);
		walk->pile++;
		walk->chunk = 0;
	}
	walk->next = walk->end = NULL;
	return NULL;
}
