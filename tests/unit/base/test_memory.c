#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "gd/base/memory.h"
#include "gd/base/status.h"
#include "unit.h"

const char *const unit_suite = "memory";

static bool all_zero(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static void allocation(void)
{
	static const size_t sizes[] = {0, 1, 63, 64, 65, 4096, 1000003};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		/* Dirty memory first, so that zeroes are not there by chance. */
		void *dirt = malloc(sizes[i] + 64);
		memset(dirt, 0xA5, sizes[i] + 64);
		free(dirt);
		unsigned char *memory = gd_allocate(sizes[i], 1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
		CU_ASSERT_EQUAL((uintptr_t)memory % GD_ALIGNMENT, 0);
		CU_ASSERT(all_zero(memory, sizes[i]));
		free(memory);
	}
	volatile size_t huge = SIZE_MAX; /* volatile: the compiler would otherwise warn of the size */
	CU_ASSERT_PTR_NULL(gd_allocate(huge, 1));
	CU_ASSERT_PTR_NULL(gd_allocate(huge / 2, 3));
	CU_ASSERT_PTR_NULL(gd_allocate(huge / 2 + 2, 2));
	void *none = gd_allocate(0, 8);
	CU_ASSERT_PTR_NOT_NULL(none);
	free(none);
}

static void room_for_one_more(void)
{
	size_t room = 0, moves = 0;
	int64_t *items = NULL;
	for (int64_t i = 0; i < 100000; i++) {
		size_t before = room;
		int64_t *moved = gd_make_room(items, (size_t)i, &room, sizeof *items);
		CU_ASSERT_PTR_NOT_NULL_FATAL(moved);
		CU_ASSERT(room > (size_t)i);
		CU_ASSERT(room == before ? moved == items : room >= 2 * before);
		moves += room != before;
		items = moved;
		items[i] = i;
	}
	CU_ASSERT(moves < 20);
	for (int64_t i = 0; i < 100000; i++)
		CU_ASSERT_EQUAL_FATAL(items[i], i);
	/* What cannot be had leaves all as it was. */
	size_t kept = room;
	volatile size_t huge = SIZE_MAX / 4;
	CU_ASSERT_PTR_NULL(gd_make_room(items, room, &room, huge));
	CU_ASSERT_EQUAL(room, kept);
	CU_ASSERT_EQUAL(items[99999], 99999);
	size_t full = SIZE_MAX / 2 + 1;
	CU_ASSERT_PTR_NULL(gd_make_room(items, full, &full, 1));
	free(items);
}

static void arena_pieces(void)
{
	enum { PIECES = 3000 };
	static unsigned char *piece[PIECES];
	static size_t size[PIECES];
	gd_arena arena = {0};
	for (int i = 0; i < PIECES; i++) {
		size[i] = i % 97 == 0 ? 70000 + (size_t)i : i % 31 == 0 ? 20000 : (size_t)(i % 53);
		piece[i] = gd_arena_take(&arena, size[i], 1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(piece[i]);
		CU_ASSERT_EQUAL((uintptr_t)piece[i] % 16, 0);
		CU_ASSERT(all_zero(piece[i], size[i]));
		memset(piece[i], i % 251 + 1, size[i]);
	}
	/* Pieces do not overlap: each still holds what was put there. */
	bool kept = true;
	for (int i = 0; i < PIECES; i++)
		for (size_t j = 0; j < size[i]; j++)
			kept = kept && piece[i][j] == i % 251 + 1;
	CU_ASSERT(kept);
	CU_ASSERT_PTR_NULL(gd_arena_take(&arena, SIZE_MAX, 1));
	CU_ASSERT_PTR_NULL(gd_arena_take(&arena, SIZE_MAX / 2, 3));
	gd_arena_release(&arena);
	CU_ASSERT_PTR_NULL(arena.chunks);
	gd_arena_release(&arena);
	CU_ASSERT_PTR_NOT_NULL(gd_arena_take(&arena, 4, 4));
	gd_arena_release(&arena);
}

static void arena_strings(void)
{
	gd_arena arena = {0};
	char source[] = "tempo,loudness";
	char *whole = gd_arena_string(&arena, source);
	char *part = gd_arena_string_of(&arena, source, 5);
	char *empty = gd_arena_string_of(&arena, NULL, 0);
	memset(source, 'x', sizeof source - 1);
	CU_ASSERT_STRING_EQUAL(whole, "tempo,loudness");
	CU_ASSERT_STRING_EQUAL(part, "tempo");
	CU_ASSERT_STRING_EQUAL(empty, "");
	CU_ASSERT_PTR_NULL(gd_arena_string_of(&arena, source, SIZE_MAX));
	gd_arena_release(&arena);
}

static void messages(void)
{
	gd_status status = gd_ok();
	CU_ASSERT_FALSE(gd_failed(&status));
	status = gd_error(GD_BAD_DATA, "cannot read '%s': line %d", "x.csv", 17);
	CU_ASSERT(gd_failed(&status));
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_STRING_EQUAL(status.message, "cannot read 'x.csv': line 17");
	char longer[2 * sizeof status.message];
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	status = gd_error(GD_FAILED, "%s", longer);
	CU_ASSERT_EQUAL(strlen(status.message), sizeof status.message - 1);
	CU_ASSERT_STRING_EQUAL(status.message + sizeof status.message - 5, "a...");
	status = gd_out_of_memory("the shard's rows");
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	CU_ASSERT_STRING_EQUAL(status.message, "out of memory for the shard's rows");
}

static void memory_in_use(void)
{
	const size_t bytes = (size_t)32 << 20;
	double before = gd_memory_shared();
	char *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CU_ASSERT_FATAL(shared != MAP_FAILED);
	CU_ASSERT_DOUBLE_EQUAL(gd_memory_shared(), before, 1);
	memset(shared, 1, bytes);
	CU_ASSERT_DOUBLE_EQUAL(gd_memory_shared(), before + 32, 1);
	CU_ASSERT(gd_memory_peak() >= before + 32);
	munmap(shared, bytes);
	CU_ASSERT_DOUBLE_EQUAL(gd_memory_shared(), before, 1);
	CU_ASSERT(gd_memory_peak() >= before + 32);
}

const unit_test unit_tests[] = {
	{"allocations are aligned, zeroed and checked", allocation},
	{"an array is given room for one more, or left as it is", room_for_one_more},
	{"an arena's pieces stand apart", arena_pieces},
	{"an arena copies strings", arena_strings},
	{"memory in use, and what of it is shared", memory_in_use},
	{"a status carries its message", messages},
	{NULL, NULL},
};
