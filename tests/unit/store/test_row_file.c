/* Rows read by a thread of their own, against what gd_dataset_read gives. */
#include "gd/store/row_file.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "gd/base/random.h"
#include "gd/store/chunk_kernels.h"
#include "dataset_fixture.h"

const char *const unit_suite = "rows of a file";

enum { TRAIN_ROWS = 200003, VALIDATION_ROWS = 4099 };

typedef struct fault {
	int64_t nan_row, label_row, weight_row; /* of the training part; -1: none */
} fault;

static int32_t label_at(int part, int64_t row)
{
	return (int32_t)((row * row + part) % CLASSES);
}

/* Stretches of zeros, too, whose checksum is a case of its own. */
static float feature_at(int part, int64_t row, int f)
{
	return row / 50000 == 1 ? 0 : (float)sin((double)row * 0.37 + f) + (float)part;
}

static gd_status give_rows(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows)
{
	const fault *spoiled = context;
	for (int64_t i = 0; i < count; i++) {
		int64_t row = first + i;
		for (int f = 0; f < FEATURES; f++)
			rows->features[i * FEATURES + f] = part == GD_TRAIN && row == spoiled->nan_row && f == 1 ? NAN : feature_at(part, row, f);
		rows->labels[i] = part == GD_TRAIN && row == spoiled->label_row ? CLASSES : label_at(part, row);
		rows->source_rows[i] = row;
		rows->weights[i] = part == GD_TRAIN && row == spoiled->weight_row ? -1 : (float)(row % 1009) / 8;
	}
	return gd_ok();
}

static void write_dataset(const char *path, fault spoiled)
{
	gd_dataset_header header;
	make_dataset_header(&header, (const int64_t[GD_PARTS]){TRAIN_ROWS, VALIDATION_ROWS, 0}, label_at);
	header.weight = gd_arena_string(&header.preprocessing.arena, "plays");
	CHECK_OK(gd_dataset_write(path, &header, give_rows, &spoiled));
	gd_dataset_header_release(&header);
}

static gd_dataset_rows make_room(void)
{
	gd_dataset_rows rows = {.features = malloc(TRAIN_ROWS * FEATURES * sizeof(float)), .labels = malloc(TRAIN_ROWS * sizeof(int32_t)), .weights = malloc(TRAIN_ROWS * sizeof(float))};
	CU_ASSERT_FATAL(rows.features && rows.labels && rows.weights);
	return rows;
}

static void drop_room(gd_dataset_rows rows)
{
	free(rows.features);
	free(rows.labels);
	free(rows.weights);
}

/* Runs of these lengths in turn, from `first` on, `step` rows apart; wrapped at the end. */
static void compare(gd_dataset *dataset, gd_part part, int64_t first, int64_t step, const int64_t *lengths, size_t count)
{
	enum { RUNS = 40 };
	gd_run runs[RUNS];
	int64_t rows = gd_dataset_get_header(dataset)->rows[part], total = 0, at = 0, wrong = 0;
	gd_dataset_rows got = make_room(), expected = make_room();
	gd_row_file *file = NULL;
	for (size_t r = 0; r < RUNS; r++) {
		int64_t start = (first + (int64_t)r * step) % rows, length = lengths[r % count];
		runs[r] = (gd_run){start, length < rows - start ? length : rows - start};
		if (total + runs[r].count > TRAIN_ROWS)
			runs[r].count = 0;
		total += runs[r].count;
	}
	CHECK_OK(gd_row_file_open(dataset, part, &file));
	/* Twice: what is kept from one call must do no harm to the next. */
	for (int i = 0; i < 2 && file; i++) {
		CHECK_OK(gd_row_file_begin(file, runs, RUNS, &got));
		CHECK_OK(gd_row_file_finish(file));
	}
	for (size_t r = 0; r < RUNS; at += runs[r].count, r++) {
		CHECK_OK(gd_dataset_read_weights(dataset, part, runs[r].first, runs[r].count, expected.weights + at));
		CHECK_OK(gd_dataset_read(dataset, part, runs[r].first, runs[r].count, expected.features + at * FEATURES, expected.labels + at, NULL));
	}
	wrong = memcmp(got.features, expected.features, (size_t)total * FEATURES * sizeof(float)) || memcmp(got.labels, expected.labels, (size_t)total * sizeof(int32_t)) ||
		memcmp(got.weights, expected.weights, (size_t)total * sizeof(float));
	CU_ASSERT_EQUAL(wrong, 0);
	gd_row_file_close(file);
	drop_room(got);
	drop_room(expected);
}

static void compare_part(gd_dataset *dataset, gd_part part)
{
	const int64_t short_ones[] = {1, 7, 0, 300}, odd_ones[] = {4097, 1, 20000}, all[] = {TRAIN_ROWS};
	compare(dataset, part, 0, 1, short_ones, 4);
	compare(dataset, part, 5, 4999, odd_ones, 3);
	compare(dataset, part, 0, 1, all, 1);
}

static void test_rows(void)
{
	const char *path = unit_path("rows.h5");
	gd_dataset *dataset = NULL;
	write_dataset(path, (fault){-1, -1, -1});
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	compare_part(dataset, GD_TRAIN);
	compare_part(dataset, GD_VALIDATION);
	gd_dataset_close(dataset);
	for (int fold = 1; fold <= 3; fold++) {
		CHECK_OK(gd_dataset_open(NULL, path, &dataset));
		CHECK_OK(gd_dataset_fold(dataset, fold, 3));
		compare_part(dataset, GD_TRAIN);
		compare_part(dataset, GD_VALIDATION);
		gd_dataset_close(dataset);
	}
}

/* What is said of a file of which all training rows are read. */
static void expect(const char *path, const char *words)
{
	gd_dataset *dataset = NULL;
	gd_row_file *file = NULL;
	gd_dataset_rows r = make_room();
	gd_run all = {0, TRAIN_ROWS};
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	CHECK_OK(gd_row_file_open(dataset, GD_TRAIN, &file));
	CHECK_OK(gd_row_file_begin(file, &all, 1, &r));
	gd_status status = gd_row_file_finish(file);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, words));
	if (!strstr(status.message, words))
		fprintf(stderr, "%s\n", status.message);
	/* Rows elsewhere are read all the same. */
	all.count = 10;
	CHECK_OK(gd_row_file_begin(file, &all, 1, &r));
	CHECK_OK(gd_row_file_finish(file));
	gd_row_file_close(file);
	gd_dataset_close(dataset);
	drop_room(r);
}

static void test_bad_rows(void)
{
	write_dataset(unit_path("nan.h5"), (fault){150000, -1, -1});
	expect(unit_path("nan.h5"), "'train/features': expected finite values, found nan in column '");
	expect(unit_path("nan.h5"), "at row 150000");
	write_dataset(unit_path("label.h5"), (fault){-1, 150001, -1});
	expect(unit_path("label.h5"), "'train/labels': expected labels from 0 to ");
	expect(unit_path("label.h5"), "at row 150001");
	write_dataset(unit_path("weight.h5"), (fault){-1, -1, 150002});
	expect(unit_path("weight.h5"), "'train/weights': expected weights that are finite and not negative, found -1 at row 150002");
}

/* A bit of the features in the middle of the file. */
static void test_flipped_bit(void)
{
	const char *path = unit_path("flipped.h5");
	write_dataset(path, (fault){-1, -1, -1});
	int file = open(path, O_RDWR);
	off_t middle = lseek(file, 0, SEEK_END) / 3;
	unsigned char byte = 0;
	CU_ASSERT_EQUAL(pread(file, &byte, 1, middle), 1);
	byte ^= 4;
	CU_ASSERT_EQUAL(pwrite(file, &byte, 1, middle), 1);
	close(file);
	expect(path, "a chunk does not match its checksum");
}

/* As HDF5 defines it. */
static uint32_t plain_checksum(const unsigned char *bytes, size_t words)
{
	uint64_t sum = 0, sum_of_sums = 0;
	for (size_t i = 0; i < words; i++) {
		sum += (uint64_t)bytes[2 * i] << 8 | bytes[2 * i + 1];
		sum_of_sums += sum;
		while (sum > 65535)
			sum = (sum & 65535) + (sum >> 16);
		while (sum_of_sums > 65535)
			sum_of_sums = (sum_of_sums & 65535) + (sum_of_sums >> 16);
	}
	return (uint32_t)(sum_of_sums << 16 | sum);
}

static void test_checksum(void)
{
	enum { WORDS = 100000 };
	static uint16_t words[WORDS];
	const size_t counts[] = {0, 1, 2, 255, 256, 257, 1000, WORDS};
	const gd_chunk_kernels *kernels = GD_CHOSEN(gd_chunk_kernels);
	for (int pattern = 0; pattern < 4; pattern++) {
		for (size_t i = 0; i < WORDS; i++)
			words[i] = pattern == 0 ? 0 : pattern == 1 ? 65535 : pattern == 2 ? (uint16_t)(i == 77) : (uint16_t)gd_random_bits(5, i);
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
			CU_ASSERT_EQUAL(kernels->checksum(words, counts[c]), plain_checksum((const unsigned char *)words, counts[c]));
	}
	float values[70] = {0};
	CU_ASSERT(kernels->all_finite(values, 70));
	for (int i = 0; i < 70; i++) {
		const float bad[] = {NAN, INFINITY, -INFINITY};
		values[i] = bad[i % 3];
		CU_ASSERT(!kernels->all_finite(values, 70));
		CU_ASSERT(i == 0 || kernels->all_finite(values, (size_t)i));
		values[i] = i % 2 ? 3e38F : -1e-45F;
	}
}

const unit_test unit_tests[] = {
	{"the same rows as by HDF5, folds included", test_rows},
	{"rows that are refused", test_bad_rows},
	{"a flipped bit", test_flipped_bit},
	{"checksum and finiteness", test_checksum},
	{0},
};
