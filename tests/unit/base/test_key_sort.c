/* Items in the order of their keys, however these lie. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/key_sort.h"
#include "gd/base/random.h"
#include "unit.h"

const char *const unit_suite = "key_sort";

typedef struct thing {
	uint64_t key;
	int64_t second;
} thing;

static int by_second(const void *a, const void *b)
{
	const thing *left = a, *right = b;
	return (left->second > right->second) - (left->second < right->second);
}

static int by_both(const void *a, const void *b)
{
	const thing *left = a, *right = b;
	return left->key != right->key ? (left->key > right->key) - (left->key < right->key) : by_second(a, b);
}

enum { MOST = 5000 };

static uint64_t key_of(int way, uint64_t bits, size_t i, size_t count)
{
	switch (way) {
	case 0: return bits;                                             /* a hash */
	case 1: return (UINT64_C(0x1234) << 48) | bits >> 16;            /* of one range */
	case 2: return bits % 7;                                         /* often the same */
	case 3: return 42;                                               /* always */
	case 4: return i ? bits % 1000 : UINT64_MAX;                     /* all but one together */
	case 5: return UINT64_MAX - i;                                   /* falling, up to the greatest */
	case 6: return bits & 1 ? UINT64_MAX - bits % 50 : bits % 50;    /* at both ends */
	default: return count - i;
	}
}

static void test_orders(void)
{
	static thing things[MOST], sorted[MOST];
	static gd_keyed keyed[MOST];
	const size_t counts[] = {0, 1, 2, 3, 33, 1000, MOST};
	for (int way = 0; way < 8; way++)
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
			size_t count = counts[c], wrong = 0;
			for (size_t i = 0; i < count; i++) {
				things[i] = (thing){key_of(way, gd_random_bits(7, i), i, count), (int64_t)(gd_random_bits(8, i) % 3000)};
				keyed[i] = (gd_keyed){things[i].key, &things[i]};
			}
			memcpy(sorted, things, count * sizeof *sorted);
			qsort(sorted, count, sizeof *sorted, by_both);
			CU_ASSERT_TRUE(gd_key_sort(keyed, count, by_second));
			for (size_t i = 0; i < count; i++) {
				const thing *item = keyed[i].item;
				wrong += item->key != sorted[i].key || item->second != sorted[i].second || keyed[i].key != item->key;
			}
			CU_ASSERT_EQUAL(wrong, 0);
		}
}

const unit_test unit_tests[] = {
	{"orders", test_orders},
	{NULL, NULL},
};
