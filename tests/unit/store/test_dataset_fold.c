/* Folds: a dataset that shows part of its training part as the validation part. */
#include "dataset_fixture.h"

const char *const unit_suite = "dataset folds";

enum { TRAIN_ROWS = 20011, VALIDATION_ROWS = 70, TEST_ROWS = 37 };

static int32_t label_at(int part, int64_t row)
{
	return (int32_t)((row * row + part) % CLASSES);
}

static float weight_at(int64_t row)
{
	return (float)(row % 17) / 4;
}

/* Some 300 groups of unlike sizes. */
static int32_t group_at(int64_t row)
{
	int64_t group = row % 7 ? row % 211 : row % 97 + 300;
	return (int32_t)(group * 2654435761 % GD_GROUP_SLOTS);
}

/* The test part's row 5 has a weight that is none. */
static gd_status give_rows(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows)
{
	(void)context;
	for (int64_t i = 0; i < count; i++) {
		for (int f = 0; f < FEATURES; f++)
			rows->features[i * FEATURES + f] = (float)(FEATURES * (first + i) + f) + (float)part / 4;
		rows->labels[i] = label_at(part, first + i);
		rows->source_rows[i] = first + i + 100000 * (int64_t)part;
		rows->weights[i] = part == GD_TEST && first + i == 5 ? -1 : weight_at(first + i);
		if (rows->groups)
			rows->groups[i] = group_at(first + i);
	}
	return gd_ok();
}

static void write_dataset(const char *path, const char *split, bool grouped)
{
	gd_dataset_header header;
	make_dataset_header(&header, (const int64_t[GD_PARTS]){TRAIN_ROWS, VALIDATION_ROWS, TEST_ROWS}, label_at);
	gd_arena *arena = &header.preprocessing.arena;
	header.split = gd_arena_string(arena, split);
	header.weight = gd_arena_string(arena, "importance");
	header.grouped = grouped;
	CHECK_OK(gd_dataset_write(path, &header, give_rows, NULL));
	gd_dataset_header_release(&header);
}

/* A part as it is shown, read in pieces of odd sizes: source rows into seen, labels into counts. */
static void read_part(gd_dataset *dataset, gd_part part, char *seen, int64_t *counts)
{
	enum { PIECE = 777 };
	static float features[PIECE * FEATURES], weights[PIECE];
	static int32_t labels[PIECE];
	static int64_t source[PIECE];
	int64_t rows = gd_dataset_get_header(dataset)->rows[part], before = -1, wrong = 0;
	for (int64_t first = 0; first < rows; first += PIECE) {
		int64_t count = rows - first < PIECE ? rows - first : PIECE;
		CHECK_OK(gd_dataset_read(dataset, part, first, count, features, labels, source));
		CHECK_OK(gd_dataset_read_weights(dataset, part, first, count, weights));
		for (int64_t i = 0; i < count; i++) {
			wrong += source[i] <= before || source[i] >= TRAIN_ROWS || features[i * FEATURES + 1] != (float)(FEATURES * source[i] + 1) || labels[i] != label_at(GD_TRAIN, source[i]) || weights[i] != weight_at(source[i]);
			before = source[i];
			if (before >= 0 && before < TRAIN_ROWS)
				seen[before]++;
			counts[labels[i]]++;
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

/* Whether a group is in the rows that were seen, and elsewhere too. */
static bool parts_groups(const char *seen)
{
	static char sides[GD_GROUP_SLOTS];
	bool parted = false;
	memset(sides, 0, sizeof sides);
	for (int r = 0; r < TRAIN_ROWS; r++)
		sides[group_at(r)] |= seen[r] ? 1 : 2;
	for (int g = 0; g < GD_GROUP_SLOTS; g++)
		parted = parted || sides[g] == 3;
	return parted;
}

static void check_folds(bool grouped)
{
	const char *path = unit_path("folds.h5");
	static char held[TRAIN_ROWS], seen[TRAIN_ROWS];
	write_dataset(path, grouped ? "grouped" : "random", grouped);
	memset(held, 0, sizeof held);
	for (int fold = 1; fold <= 7; fold++) {
		gd_dataset *dataset = NULL;
		int64_t counts[GD_PARTS][CLASSES] = {0};
		CHECK_OK(gd_dataset_open(NULL, path, &dataset));
		CHECK_OK(gd_dataset_fold(dataset, fold, 7));
		const gd_dataset_header *header = gd_dataset_get_header(dataset);
		CU_ASSERT_EQUAL(header->rows[GD_TRAIN] + header->rows[GD_VALIDATION], TRAIN_ROWS);
		/* A group has at most 300 rows. */
		CU_ASSERT(llabs(header->rows[GD_VALIDATION] - TRAIN_ROWS / 7) <= (grouped ? 300 : 1));
		CU_ASSERT_EQUAL(header->rows[GD_TEST], TEST_ROWS);
		memset(seen, 0, sizeof seen);
		read_part(dataset, GD_VALIDATION, seen, counts[GD_VALIDATION]);
		CU_ASSERT_EQUAL(parts_groups(seen), !grouped);
		for (int r = 0; r < TRAIN_ROWS; r++)
			held[r] = (char)(held[r] + seen[r]);
		read_part(dataset, GD_TRAIN, seen, counts[GD_TRAIN]);
		for (int r = 0; r < TRAIN_ROWS; r++)
			if (seen[r] != 1)
				CU_FAIL_FATAL("a row is missing, or in both parts");
		CU_ASSERT_EQUAL(memcmp(header->class_counts, counts, 2 * sizeof counts[0]), 0);
		int64_t source = 0;
		CHECK_OK(gd_dataset_read(dataset, GD_TEST, 3, 1, NULL, NULL, &source));
		CU_ASSERT_EQUAL(source, 200003);
		float weights[TEST_ROWS];
		CU_ASSERT_STRING_EQUAL(header->weight, "importance");
		CHECK_OK(gd_dataset_read_weights(dataset, GD_TEST, 6, TEST_ROWS - 6, weights));
		gd_status spoiled = gd_dataset_read_weights(dataset, GD_TEST, 0, TEST_ROWS, weights);
		CU_ASSERT(spoiled.code == GD_BAD_DATA && strstr(spoiled.message, "test/weights") && strstr(spoiled.message, "row 5"));
		gd_dataset_close(dataset);
	}
	for (int r = 0; r < TRAIN_ROWS; r++)
		if (held[r] != 1)
			CU_FAIL_FATAL("a row is held out more than once, or never");
}

static void test_folds(void)
{
	check_folds(false);
}

static void test_groups(void)
{
	check_folds(true);
}

static void test_refusals(void)
{
	const char *path = unit_path("grouped.h5");
	gd_dataset *dataset = NULL;
	write_dataset(path, "grouped", false);
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	CU_ASSERT(says(gd_dataset_fold(dataset, 1, 5), GD_USAGE, "--folds", "groups"));
	gd_dataset_close(dataset);
	write_dataset(path, "grouped", true);
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	CU_ASSERT(says(gd_dataset_fold(dataset, 2, TRAIN_ROWS), GD_USAGE, "fold 2 of 20011 is empty", "groups"));
	gd_dataset_close(dataset);
	write_dataset(path, "random", false);
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	CU_ASSERT(says(gd_dataset_fold(dataset, 1, TRAIN_ROWS + 1), GD_USAGE, "folds", "empty"));
	gd_dataset_close(dataset);
}

const unit_test unit_tests[] = {
	{"each row is held out once, and trained on in all other folds", test_folds},
	{"groups stay together", test_groups},
	{"what folds cannot be made of", test_refusals},
	{NULL, NULL},
};
