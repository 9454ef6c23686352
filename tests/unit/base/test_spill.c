/* Piles in memory and in a file: what comes in comes out, changed where it was changed, and room is kept to. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/spill.h"
#include "unit.h"

const char *const unit_suite = "spill";

typedef struct item {
	int64_t number, other;
	char rest[24];
} item;

static void fill(gd_pile *piles, int count, int64_t items)
{
	for (int64_t i = 0; i < items; i++) {
		item *added = gd_pile_add(&piles[i * i % count]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(added);
		CU_ASSERT(!added->number && !added->other && !added->rest[23]);
		added->number = i;
		added->rest[23] = (char)i;
	}
}

/* Each item once, in each pile in the order in which they came. */
static int64_t count_sound(gd_pile *piles, int count, int64_t factor)
{
	int64_t sound = 0;
	gd_walk walk = gd_walk_over(piles, count);
	for (const item *next; (next = gd_walk_next(&walk));)
		sound += next->other == factor * next->number && next->rest[23] == (char)next->number;
	for (int i = 0; i < count; i++) {
		int64_t last = -1;
		gd_walk one = gd_walk_over(&piles[i], 1);
		for (const item *next; (next = gd_walk_next(&one)); last = next->number)
			sound -= next->number <= last;
	}
	return sound;
}

static void test_piles(void)
{
	enum { PILES = 5, ITEMS = 3000 };
	const size_t rooms[] = {SIZE_MAX, 30000, 4000, 0}, chunks[] = {sizeof(item), 1000, 4096, 1 << 20};
	for (size_t r = 0; r < 4; r++)
		for (size_t c = 0; c < 4; c++) {
			gd_spill spill;
			gd_pile piles[PILES], others[1];
			gd_spill_init(&spill, unit_path("."), "a test", rooms[r], chunks[c]);
			for (int i = 0; i < PILES; i++)
				gd_pile_init(&piles[i], &spill, sizeof(item));
			gd_pile_init(others, &spill, sizeof(item));
			fill(piles, PILES, ITEMS);
			CU_ASSERT_EQUAL(count_sound(piles, PILES, 0), ITEMS);
			/* A walk that changes, and one that ends early. */
			gd_walk walk = gd_walk_over(piles, PILES);
			walk.change = true;
			for (item *next; (next = gd_walk_next(&walk));)
				next->other = 7 * next->number;
			CU_ASSERT_EQUAL(count_sound(piles, PILES, 7), ITEMS);
			walk = gd_walk_over(piles, PILES);
			walk.change = true;
			for (int i = 0; i < 10; i++)
				((item *)gd_walk_next(&walk))->other += 0;
			CU_ASSERT_EQUAL(count_sound(piles, PILES, 7), ITEMS);
			/* A walk that consumes makes room, in the file too. */
			int64_t end = spill.end;
			walk = gd_walk_over(piles, PILES);
			walk.consume = true;
			for (const item *next; (next = gd_walk_next(&walk));) {
				item *added = gd_pile_add(others);
				CU_ASSERT_PTR_NOT_NULL_FATAL(added);
				*added = *next;
			}
			CU_ASSERT_EQUAL(others->count, ITEMS);
			CU_ASSERT(spill.end <= end + (PILES + 2) * (int64_t)others->bytes);
			CU_ASSERT((spill.file < 0) == (rooms[r] == SIZE_MAX || chunks[c] == 1 << 20));
			/* One chunk being filled, one that is looked at. */
			CU_ASSERT(spill.held <= (rooms[r] > 2 * others->bytes ? rooms[r] : 2 * others->bytes));
			CU_ASSERT_FALSE(gd_failed(&spill.status));
			gd_pile_release(others);
			CU_ASSERT_EQUAL(spill.held, 0);
			gd_spill_release(&spill);
		}
}

/* A file that cannot be had, or read: nothing comes any more, and the reason stands. */
static void test_failure(void)
{
	gd_spill spill;
	gd_pile pile;
	gd_spill_init(&spill, unit_path("absent"), "a test", 0, 64);
	gd_pile_init(&pile, &spill, sizeof(item));
	CU_ASSERT_PTR_NOT_NULL(gd_pile_add(&pile));
	CU_ASSERT_PTR_NULL(gd_pile_add(&pile));
	CU_ASSERT_PTR_NULL(gd_pile_add(&pile));
	CU_ASSERT_EQUAL(spill.status.code, GD_FAILED);
	CU_ASSERT_PTR_NOT_NULL(strstr(spill.status.message, "cannot keep temporary data beside 'a test': "));
	gd_pile_release(&pile);
	gd_spill_release(&spill);
	gd_spill_init(&spill, unit_path("."), "a test", 0, 64);
	gd_pile_init(&pile, &spill, sizeof(item));
	for (int i = 0; i < 8; i++)
		CU_ASSERT_PTR_NOT_NULL(gd_pile_add(&pile));
	CU_ASSERT_EQUAL(ftruncate(spill.file, 0), 0);
	gd_walk walk = gd_walk_over(&pile, 1);
	CU_ASSERT_PTR_NULL(gd_walk_next(&walk));
	CU_ASSERT_PTR_NULL(gd_walk_next(&walk));
	CU_ASSERT_EQUAL(spill.status.code, GD_FAILED);
	gd_pile_release(&pile);
	gd_spill_release(&spill);
}

const unit_test unit_tests[] = {
	{"piles", test_piles},
	{"files that fail", test_failure},
	{NULL, NULL},
};
