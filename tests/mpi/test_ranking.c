#include "ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/score/ranking.h"

const char *const ranks_suite = "ranking";

typedef struct rows {
	int classes, count;
	float *probabilities; /* [classes, count] */
	int32_t *labels;
} rows;

/* Rows [share] of all, as this rank scores them: in blocks of seven. */
static gd_ranking rank_rows(const rows *all)
{
	gd_ranking ranking = {-1, -1};
	gd_score_sums sums;
	gd_share share = gd_share_of(all->count, ranks.rank, ranks.size);
	float block[7 * 16];
	bool ready = ranks_ok(gd_score_sums_init(&sums, all->classes)) && ranks_ok(gd_score_sums_keep_rows(&sums));
	if (!ranks_all(ready))
		return ranking;
	for (long long first = share.first; first < share.first + share.count; first += 7) {
		int count = share.first + share.count - first < 7 ? (int)(share.first + share.count - first) : 7;
		for (int c = 0; c < all->classes; c++)
			memcpy(block + c * count, all->probabilities + (size_t)c * (size_t)all->count + (size_t)first, (size_t)count * sizeof *block);
		gd_score_sums_add(&sums, count, block, all->labels + first);
	}
	ranks_ok(gd_ranking_of(&ranks, &sums, &ranking));
	gd_score_sums_release(&sums);
	return ranking;
}

/* By definition: all pairs, and a threshold at every row's probability. */
static bool rank_plainly(const rows *all, int class, gd_ranking *ranking)
{
	const float *p = all->probabilities + (size_t)class * (size_t)all->count;
	double right = 0, pairs = 0, precision = 0, inside = 0;
	for (int i = 0; i < all->count; i++) {
		if (all->labels[i] != class)
			continue;
		double true_positives = 0, positives = 0;
		inside++;
		for (int j = 0; j < all->count; j++) {
			true_positives += p[j] >= p[i] && all->labels[j] == class;
			positives += p[j] >= p[i];
			if (all->labels[j] == class)
				continue;
			pairs++;
			right += p[i] > p[j] ? 1 : p[i] == p[j] ? .5 : 0;
		}
		precision += true_positives / positives;
	}
	*ranking = (gd_ranking){right / pairs, precision / inside};
	return pairs > 0;
}

/* Probabilities in steps, so that many are equal; `seed` decides. */
static rows draw(int classes, int count, int steps, uint64_t seed)
{
	rows r = {classes, count, gd_allocate((size_t)classes * (size_t)count, sizeof(float)), gd_allocate((size_t)count, sizeof(int32_t))};
	for (int i = 0; i < count; i++) {
		r.labels[i] = (int32_t)(gd_random_bits(seed, (uint64_t)i) % (unsigned)classes);
		for (int c = 0; c < classes; c++) {
			double value = (double)(gd_random_bits(seed + 1 + (uint64_t)c, (uint64_t)i) % (unsigned)steps) / steps;
			r.probabilities[c * count + i] = (float)(r.labels[i] == c ? .3 + .7 * value : value);
		}
	}
	return r;
}

static void release(rows *r)
{
	free(r->probabilities);
	free(r->labels);
}

/* scikit-learn's documented examples of roc_auc_score and average_precision_score: labels 0, 0, 1, 1 and scores .1, .4, .35, .8. */
static void test_published(void)
{
	float probabilities[] = {.9f, .6f, .65f, .2f, .1f, .4f, .35f, .8f};
	int32_t labels[] = {0, 0, 1, 1};
	gd_ranking r = rank_rows(&(rows){2, 4, probabilities, labels});
	CU_ASSERT_DOUBLE_EQUAL(r.roc_auc, .75, 1e-15);
	CU_ASSERT_DOUBLE_EQUAL(r.average_precision, 1 / 2. + 1 / 3., 1e-15);
}

/* Rows with weights of 0 to 3, against as many rows without. */
static void test_weights(void)
{
	enum { COUNT = 200 };
	rows all = draw(3, COUNT, 20, 77);
	gd_share share = gd_share_of(COUNT, ranks.rank, ranks.size);
	gd_score_sums weighed, repeated;
	gd_ranking by_weight = {0}, by_number = {1, 1};
	bool ready = ranks_ok(gd_score_sums_init(&weighed, 3)) && ranks_ok(gd_score_sums_keep_rows(&weighed)) && ranks_ok(gd_score_sums_weigh(&weighed)) &&
		ranks_ok(gd_score_sums_init(&repeated, 3)) && ranks_ok(gd_score_sums_keep_rows(&repeated));
	for (long long i = share.first; ready && i < share.first + share.count; i++) {
		const float row[3] = {all.probabilities[i], all.probabilities[COUNT + i], all.probabilities[2 * COUNT + i]}, weight = 0.375f * (float)(i * 5 % 4);
		gd_score_sums_add_weighted(&weighed, 1, row, all.labels + i, &weight);
		for (int n = 0; n < i * 5 % 4; n++)
			gd_score_sums_add(&repeated, 1, row, all.labels + i);
	}
	if (ranks_all(ready)) {
		ranks_ok(gd_ranking_of(&ranks, &weighed, &by_weight));
		ranks_ok(gd_ranking_of(&ranks, &repeated, &by_number));
		CU_ASSERT_DOUBLE_EQUAL(by_weight.roc_auc, by_number.roc_auc, 1e-14);
		CU_ASSERT_DOUBLE_EQUAL(by_weight.average_precision, by_number.average_precision, 1e-14);
	}
	gd_score_sums_release(&weighed);
	gd_score_sums_release(&repeated);
	release(&all);
}

static void test_against_pairs(void)
{
	static const struct {
		int classes, count, steps;
	} cases[] = {{2, 500, 10}, {2, 501, 100000}, {3, 400, 40}, {7, 300, 3}, {5, 12, 5}, {2, 300, 1}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		rows all = draw(cases[i].classes, cases[i].count, cases[i].steps, 10 * i + 1);
		gd_ranking expected = {0, 0}, r = rank_rows(&all);
		int ranked = 0;
		for (int c = all.classes == 2; c < all.classes; c++) {
			gd_ranking one;
			if (!rank_plainly(&all, c, &one))
				continue;
			expected.roc_auc += one.roc_auc;
			expected.average_precision += one.average_precision;
			ranked++;
		}
		CU_ASSERT_DOUBLE_EQUAL(r.roc_auc, expected.roc_auc / ranked, 1e-12);
		CU_ASSERT_DOUBLE_EQUAL(r.average_precision, expected.average_precision / ranked, 1e-12);
		/* One rank alone has the same bits. */
		gd_communicator job = ranks;
		ranks = (gd_communicator){.mpi = MPI_COMM_NULL, .size = 1, .phase = "alone"};
		gd_ranking alone = rank_rows(&all);
		ranks = job;
		CU_ASSERT_EQUAL(memcmp(&alone, &r, sizeof r), 0);
		release(&all);
	}
}

/* A class that nobody has, or that all have, is left out; where nothing is left, or a probability is none, there is no score. */
static void test_undefined(void)
{
	float probabilities[] = {.5f, .2f, .9f, .3f, .5f, .8f, .1f, .7f, 0, 0, 0, 0};
	int32_t labels[] = {0, 1, 0, 1}, same[] = {0, 0, 0, 0};
	gd_ranking r = rank_rows(&(rows){3, 4, probabilities, labels});
	CU_ASSERT_DOUBLE_EQUAL(r.roc_auc, 1, 1e-15);
	r = rank_rows(&(rows){2, 4, probabilities, same});
	CU_ASSERT_TRUE(isnan(r.roc_auc) && isnan(r.average_precision));
	probabilities[5] = NAN;
	r = rank_rows(&(rows){2, 4, probabilities, labels});
	CU_ASSERT_TRUE(isnan(r.roc_auc) && isnan(r.average_precision));
}

const ranks_test ranks_tests[] = {
	{"weights of rows", test_weights},
	{"published example", test_published},
	{"against all pairs", test_against_pairs},
	{"undefined", test_undefined},
	{0},
};
