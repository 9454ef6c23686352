#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "gd/base/random.h"
#include "gd/base/sha256.h"
#include "unit.h"

const char *const unit_suite = "random";

/* Source: Random123, tests/kat_vectors, philox4x32 with 10 rounds. */
static void known_answers(void)
{
	static const struct {
		uint32_t counter[4], key[2], out[4];
	} vectors[] = {
		{{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	};
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		uint32_t out[4];
		gd_philox(vectors[i].counter, vectors[i].key, out);
		for (int j = 0; j < 4; j++)
			CU_ASSERT_EQUAL(out[j], vectors[i].out[j]);
	}
	CU_ASSERT_EQUAL(gd_random_bits(0, 0), UINT64_C(0xe169c58d6627e8d5));
}

/* The streams are part of what a seed means: these, from an independent program, must never change. */
static void pinned_streams(void)
{
	CU_ASSERT_EQUAL(gd_random_key(UINT64_C(0x0), GD_PURPOSE_INITIALISE, UINT64_C(0x0)), UINT64_C(0x38e3bcaad34c576d));
	CU_ASSERT_EQUAL(gd_random_key(UINT64_C(0x0), GD_PURPOSE_SHUFFLE, UINT64_C(0x0)), UINT64_C(0xb4842893319bf7b1));
	CU_ASSERT_EQUAL(gd_random_key(UINT64_C(0x2a), GD_PURPOSE_DROPOUT, UINT64_C(0x75bcd15)), UINT64_C(0xb66b1f8bbf60abeb));
	CU_ASSERT_EQUAL(gd_random_key(UINT64_C(0xffffffffffffffff), GD_PURPOSE_SWEEP, UINT64_C(0xffffffffffffffff)), UINT64_C(0x7ca11b1a903c8bf3));
	CU_ASSERT_EQUAL(gd_random_key(UINT64_C(0x5), GD_PURPOSE_SPLIT, UINT64_C(0x10000000003)), UINT64_C(0xf724038de55d10c2));
	CU_ASSERT_EQUAL(gd_random_bits(UINT64_C(0x38e3bcaad34c576d), UINT64_C(0x0)), UINT64_C(0x2b72209e02ce0c12));
	CU_ASSERT_EQUAL(gd_random_bits(UINT64_C(0x38e3bcaad34c576d), UINT64_C(0x1)), UINT64_C(0x23c52bacc52a218f));
	CU_ASSERT_EQUAL(gd_random_bits(UINT64_C(0x38e3bcaad34c576d), UINT64_C(0x100000000)), UINT64_C(0x590b50ae5396bbf9));
	CU_ASSERT_EQUAL(gd_random_bits(UINT64_C(0x38e3bcaad34c576d), UINT64_C(0xffffffffffffffff)), UINT64_C(0xab6cf181ee71e9df));
	gd_sha256 hash;
	uint8_t digest[32];
	char text[65];
	gd_sha256_init(&hash);
	for (uint64_t i = 0; i < 1000; i++) {
		double z = gd_random_normal(UINT64_C(0x38e3bcaad34c576d), i);
		gd_sha256_update(&hash, &z, sizeof z);
	}
	gd_sha256_finish(&hash, digest);
	gd_sha256_hex(digest, text);
	CU_ASSERT_STRING_EQUAL(text, "a31fdddf95a114cd52e51716c1621168c1a7876312b060a3e66322629a076dd2");
	CU_ASSERT_EQUAL(gd_random_uniform(UINT64_C(0x38e3bcaad34c576d), 0), 0x1.5b9104f016704p-3);
}

static int compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void keys_are_distinct(void)
{
	enum { EACH = 20000, PURPOSES = 6 };
	uint64_t *keys = malloc(sizeof *keys * EACH * PURPOSES);
	for (int purpose = 1; purpose <= PURPOSES; purpose++)
		for (int i = 0; i < EACH; i++)
			keys[(purpose - 1) * EACH + i] = gd_random_key(7, (gd_purpose)purpose, (uint64_t)i);
	/* Halves of a key must vary too: positions of the two streams would otherwise be related. */
	CU_ASSERT_NOT_EQUAL((uint32_t)keys[0], (uint32_t)keys[EACH]);
	CU_ASSERT_NOT_EQUAL(keys[0] >> 32, keys[EACH] >> 32);
	qsort(keys, EACH * PURPOSES, sizeof *keys, compare_keys);
	int equal = 0;
	for (int i = 1; i < EACH * PURPOSES; i++)
		equal += keys[i] == keys[i - 1];
	CU_ASSERT_EQUAL(equal, 0);
	free(keys);
	/* Each bit of the inputs flips about half of the key's. */
	uint64_t base = gd_random_key(1, GD_PURPOSE_DROPOUT, 2);
	for (int bit = 0; bit < 64; bit++) {
		int by_seed = __builtin_popcountll(base ^ gd_random_key(1 ^ UINT64_C(1) << bit, GD_PURPOSE_DROPOUT, 2));
		int by_index = __builtin_popcountll(base ^ gd_random_key(1, GD_PURPOSE_DROPOUT, 2 ^ UINT64_C(1) << bit));
		CU_ASSERT(by_seed >= 12 && by_seed <= 52);
		CU_ASSERT(by_index >= 12 && by_index <= 52);
	}
}

static void uniform_moments(void)
{
	enum { N = 1 << 18, CELLS = 256 };
	static int cells[CELLS];
	double sum = 0, squares = 0, lagged = 0, last = 0.5;
	uint64_t key = gd_random_key(0, GD_PURPOSE_SYNTH, 0);
	bool inside = true;
	for (uint64_t i = 0; i < N; i++) {
		double u = gd_random_uniform(key, i);
		inside = inside && u > 0 && u < 1;
		sum += u;
		squares += u * u;
		lagged += (u - 0.5) * (last - 0.5);
		last = u;
		cells[(int)(u * CELLS)]++;
	}
	CU_ASSERT(inside);
	/* Five standard errors each. */
	CU_ASSERT_DOUBLE_EQUAL(sum / N, 0.5, 5 * sqrt(1.0 / 12 / N));
	CU_ASSERT_DOUBLE_EQUAL(squares / N, 1.0 / 3, 5 * sqrt(4.0 / 45 / N));
	CU_ASSERT_DOUBLE_EQUAL(lagged / N, 0, 5.0 / 12 / sqrt(N));
	double chi = 0, each = (double)N / CELLS;
	for (int i = 0; i < CELLS; i++)
		chi += (cells[i] - each) * (cells[i] - each) / each;
	CU_ASSERT_DOUBLE_EQUAL(chi, CELLS - 1, 5 * sqrt(2.0 * (CELLS - 1)));
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void normal_distribution(void)
{
	enum { N = 1 << 17 };
	double *draws = malloc(sizeof *draws * N), sum = 0, squares = 0, fourth = 0, with_bits = 0, largest = 0;
	uint64_t key = gd_random_key(3, GD_PURPOSE_INITIALISE, 1);
	for (uint64_t i = 0; i < N; i++) {
		double z = gd_random_normal(key, i);
		draws[i] = z;
		sum += z;
		squares += z * z;
		fourth += z * z * z * z;
		with_bits += z * (gd_random_uniform(key, i) - 0.5);
	}
	CU_ASSERT_DOUBLE_EQUAL(sum / N, 0, 5 / sqrt(N));
	CU_ASSERT_DOUBLE_EQUAL(squares / N, 1, 5 * sqrt(2.0 / N));
	CU_ASSERT_DOUBLE_EQUAL(fourth / N, 3, 5 * sqrt(96.0 / N));
	CU_ASSERT_DOUBLE_EQUAL(with_bits / N, 0, 5 / sqrt(12.0 * N));
	/* Kolmogorov-Smirnov against the normal distribution. */
	qsort(draws, N, sizeof *draws, compare_doubles);
	for (int i = 0; i < N; i++) {
		double expected = 0.5 * erfc(-draws[i] / sqrt(2));
		largest = fmax(largest, fabs(expected - (i + 0.5) / N));
	}
	CU_ASSERT(largest < 2.2 / sqrt(N));
	free(draws);
}

/* The formula in long double, over the same bits. */
static void normal_formula(void)
{
	double worst = 0;
	for (uint64_t i = 0; i < 50000; i++) {
		uint64_t key = gd_random_key(9, GD_PURPOSE_SYNTH, i % 16);
		const uint32_t counter[4] = {(uint32_t)i, (uint32_t)(i >> 32), 0, 1};
		const uint32_t words[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
		uint32_t out[4];
		gd_philox(counter, words, out);
		long double u = (long double)(((uint64_t)out[1] << 32 | out[0]) >> 11 | 1) * 0x1p-53L;
		long double v = (long double)(((uint64_t)out[3] << 32 | out[2]) >> 11 | 1) * 0x1p-53L;
		long double radius = sqrtl(-2 * logl(u));
		long double expected = radius * cosl(2 * 3.141592653589793238462643383279502884L * v);
		worst = fmax(worst, (double)(fabsl(gd_random_normal(key, i) - expected) / radius));
	}
	CU_ASSERT(worst < 4e-16);
}

const unit_test unit_tests[] = {
	{"Philox4x32-10 gives the published answers", known_answers},
	{"streams are what they have always been", pinned_streams},
	{"no two keys of a seed are equal", keys_are_distinct},
	{"uniform numbers have their moments", uniform_moments},
	{"normal numbers have their distribution", normal_distribution},
	{"normal numbers follow their formula", normal_formula},
	{NULL, NULL},
};
