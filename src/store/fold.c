#include "gd/store/fold.h"

int64_t gd_fold_before(const gd_fold *fold, int64_t row)
{
	if (row / 64 >= fold->words)
		return fold->held.count;
	return fold->before[row / 64] + __builtin_popcountll(fold->members[row / 64] & ~(UINT64_MAX << (row % 64)));
}

int64_t gd_fold_place(const gd_fold *fold, bool held, int64_t n)
{
	int64_t word = 0;
	for (int64_t count = fold->words; count > 1;) {
		int64_t half = count / 2, before = held ? fold->before[word + half] : 64 * (word + half) - fold->before[word + half];
		word = before <= n ? word + half : word;
		count -= half;
	}
	int64_t row = 64 * word - 1, seen = held ? fold->before[word] : 64 * word - fold->before[word];
	while (seen <= n)
		seen += gd_fold_holds(fold, ++row) == held;
	return row;
}
