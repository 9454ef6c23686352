/* Rows read by a thread of their own, against what gd_dataset_read gives. */
#include "gd/store/row_file.h"

#include <fcntl.h>
#include <hdf5.h>
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
		if (rows->groups)
			rows->groups[i] = (int32_t)(gd_random_bits(6, (uint64_t)(row % 700)) % GD_GROUP_SLOTS);
		rows->weights[i] = part == GD_TRAIN && row == spoiled->weight_row ? -1 : (float)(row % 1009) / 8;
	}
	return gd_ok();
}

static void write_rows(const char *path, fault spoiled, bool grouped)
{
	gd_dataset_header header;
	make_dataset_header(&header, (const int64_t[GD_PARTS]){TRAIN_ROWS, VALIDATION_ROWS, 0}, label_at);
	header.weight = gd_arena_string(&header.preprocessing.arena, "plays");
	header.grouped = grouped;
	CHECK_OK(gd_dataset_write(path, &header, give_rows, &spoiled));
	gd_dataset_header_release(&header);
}

static void write_dataset(const char *path, fault spoiled)
{
	write_rows(path, spoiled, false);
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

/* As the file has them, and as folds show them. */
static void compare_file(const char *path, int folds)
{
	gd_dataset *dataset = NULL;
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	compare_part(dataset, GD_TRAIN);
	compare_part(dataset, GD_VALIDATION);
	gd_dataset_close(dataset);
	for (int fold = 1; fold <= folds; fold++) {
		CHECK_OK(gd_dataset_open(NULL, path, &dataset));
		CHECK_OK(gd_dataset_fold(dataset, fold, 3));
		compare_part(dataset, GD_TRAIN);
		compare_part(dataset, GD_VALIDATION);
		gd_dataset_close(dataset);
	}
}

static void test_rows(void)
{
	const char *path = unit_path("rows.h5");
	write_dataset(path, (fault){-1, -1, -1});
	compare_file(path, 3);
	write_rows(path, (fault){-1, -1, -1}, true);
	compare_file(path, 3);
}

/* How another tool may have written an array: its filters in their order, 0 being the end. */
typedef struct form {
	H5Z_filter_t filters[4];
	hsize_t chunk_rows; /* 0: no chunks */
	bool cut;           /* between features */
	bool big_endian;
	bool whole_edges;   /* chunks that reach beyond the last row are not filtered */
} form;

static bool apply(hid_t creation, H5Z_filter_t filter)
{
	if (filter == H5Z_FILTER_DEFLATE)
		return H5Pset_deflate(creation, 1) >= 0;
	if (filter == H5Z_FILTER_SHUFFLE)
		return H5Pset_shuffle(creation) >= 0;
	if (filter == H5Z_FILTER_FLETCHER32)
		return H5Pset_fletcher32(creation) >= 0;
	return !filter || H5Pset_filter(creation, filter, H5Z_FLAG_MANDATORY, 0, NULL) >= 0;
}

/* The training part's array `path` of `file` in another form. */
static void rewrite(hid_t file, const char *path, const form *f)
{
	hid_t old = H5Dopen2(file, path, H5P_DEFAULT), space = H5Dget_space(old), stored = H5Dget_type(old), creation = H5Pcreate(H5P_DATASET_CREATE);
	hsize_t shape[2] = {0}, chunk[2] = {f->chunk_rows, f->cut ? 2 : FEATURES};
	int rank = H5Sget_simple_extent_dims(space, shape, NULL);
	hid_t memory = H5Tget_native_type(stored, H5T_DIR_DEFAULT), type = H5Tcopy(stored);
	void *values = malloc((size_t)TRAIN_ROWS * FEATURES * sizeof(double));
	CU_ASSERT(H5Dread(old, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
	CU_ASSERT(H5Dclose(old) >= 0 && H5Ldelete(file, path, H5P_DEFAULT) >= 0);
	if (f->big_endian)
		CU_ASSERT(H5Tset_order(type, H5T_ORDER_BE) >= 0);
	if (f->chunk_rows)
		CU_ASSERT(H5Pset_chunk(creation, rank, chunk) >= 0);
	if (f->whole_edges)
		CU_ASSERT(H5Pset_chunk_opts(creation, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) >= 0);
	for (int i = 0; i < 4; i++)
		CU_ASSERT(apply(creation, f->filters[i]));
	/* Chunks are not longer than an array may become. */
	if (f->chunk_rows > shape[0])
		CU_ASSERT(H5Sset_extent_simple(space, rank, shape, (const hsize_t[2]){H5S_UNLIMITED, FEATURES}) >= 0);
	hid_t new = H5Dcreate2(file, path, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
	CU_ASSERT(new >= 0 && H5Dwrite(new, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
	free(values);
	H5Dclose(new);
	H5Tclose(type);
	H5Tclose(memory);
	H5Pclose(creation);
	H5Tclose(stored);
	H5Sclose(space);
}

static void rewrite_file(const char *path, const form *f)
{
	static const char *const arrays[] = {"train/features", "train/labels", "train/weights"};
	/* Chunks without filters at the edge are an invention of HDF5 1.10. */
	hid_t access = H5Pcreate(H5P_FILE_ACCESS);
	H5Pset_libver_bounds(access, f->whole_edges ? H5F_LIBVER_V110 : H5F_LIBVER_V18, H5F_LIBVER_LATEST);
	hid_t file = H5Fopen(path, H5F_ACC_RDWR, access);
	CU_ASSERT_FATAL(file >= 0);
	for (int i = 0; i < 3; i++)
		rewrite(file, arrays[i], f);
	H5Fclose(file);
	H5Pclose(access);
}

static void test_forms(void)
{
	const form forms[] = {
		{.filters = {H5Z_FILTER_DEFLATE}, .chunk_rows = 4096},
		{.filters = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32}, .chunk_rows = 5003},
		{.filters = {H5Z_FILTER_FLETCHER32, H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE}, .chunk_rows = 70000},
		{.filters = {H5Z_FILTER_DEFLATE}, .chunk_rows = 9000, .whole_edges = true},
		{.filters = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE}, .chunk_rows = 3000, .cut = true},
		{.filters = {H5Z_FILTER_NBIT}, .chunk_rows = 4096},
		{.filters = {0}, .chunk_rows = 4096, .big_endian = true},
		{.filters = {H5Z_FILTER_DEFLATE}, .chunk_rows = 777, .big_endian = true},
		{.big_endian = true},
		{.chunk_rows = 0},
	};
	const char *path = unit_path("forms.h5");
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		write_rows(path, (fault){-1, -1, -1}, i % 2);
		rewrite_file(path, &forms[i]);
		compare_file(path, 1);
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
static void flip_middle(const char *path)
{
	int file = open(path, O_RDWR);
	off_t middle = lseek(file, 0, SEEK_END) / 3;
	unsigned char byte = 0;
	CU_ASSERT_EQUAL(pread(file, &byte, 1, middle), 1);
	byte ^= 4;
	CU_ASSERT_EQUAL(pwrite(file, &byte, 1, middle), 1);
	close(file);
}

static void test_flipped_bit(void)
{
	const char *path = unit_path("flipped.h5");
	write_dataset(path, (fault){-1, -1, -1});
	flip_middle(path);
	expect(path, "a chunk does not match its checksum");
	write_dataset(path, (fault){-1, -1, -1});
	rewrite_file(path, &(form){.filters = {H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32}, .chunk_rows = 4096});
	flip_middle(path);
	expect(path, "a chunk does not match its checksum");
	write_dataset(path, (fault){-1, -1, -1});
	rewrite_file(path, &(form){.filters = {H5Z_FILTER_DEFLATE}, .chunk_rows = 4096});
	flip_middle(path);
	expect(path, "a chunk's compression is damaged");
}

/* A value of a row that is held out is none of a fold's. */
static void test_bad_row_of_a_fold(void)
{
	const char *path = unit_path("fold.h5");
	gd_dataset *dataset = NULL;
	gd_row_file *file = NULL;
	gd_dataset_rows r = make_room();
	int seen = 0, refused = 0;
	write_rows(path, (fault){150000, -1, -1}, true);
	for (int side = 0; side < 6; side++) {
		gd_part part = side % 2 ? GD_VALIDATION : GD_TRAIN;
		CHECK_OK(gd_dataset_open(NULL, path, &dataset));
		CHECK_OK(gd_dataset_fold(dataset, side / 2 + 1, 3));
		CHECK_OK(gd_row_file_open(dataset, part, &file));
		gd_run all = {0, gd_dataset_get_header(dataset)->rows[part]};
		CHECK_OK(gd_row_file_begin(file, &all, 1, &r));
		gd_status status = gd_row_file_finish(file);
		refused += gd_failed(&status) && strstr(status.message, "found nan in column '") && strstr(status.message, "at row 150000");
		seen += !gd_failed(&status);
		gd_row_file_close(file);
		gd_dataset_close(dataset);
	}
	CU_ASSERT_EQUAL(refused, 3);
	CU_ASSERT_EQUAL(seen, 3);
	drop_room(r);
}

static size_t as_it_is(unsigned flags, size_t count, const unsigned *values, size_t bytes, size_t *room, void **buffer)
{
	(void)flags, (void)count, (void)values, (void)room, (void)buffer;
	return bytes;
}

/* Of filters that this HDF5 does not have, and of chunks that no memory is bounded with. */
static void test_refused_forms(void)
{
	const char *path = unit_path("refused.h5");
	const H5Z_class2_t filter = {.version = H5Z_CLASS_T_VERS, .id = 300, .encoder_present = 1, .decoder_present = 1, .name = "wonder", .filter = as_it_is};
	gd_dataset *dataset = NULL;
	gd_row_file *file = NULL;
	CU_ASSERT_FATAL(H5Zregister(&filter) >= 0);
	write_dataset(path, (fault){-1, -1, -1});
	rewrite_file(path, &(form){.filters = {300}, .chunk_rows = 4096});
	compare_file(path, 1);
	CU_ASSERT(H5Zunregister(300) >= 0);
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	gd_status status = gd_row_file_open(dataset, GD_TRAIN, &file);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "'train/features': expected rows that can be read, found them packed by the filter 'wonder', which this HDF5 lacks"));
	gd_dataset_close(dataset);
	write_dataset(path, (fault){-1, -1, -1});
	rewrite_file(path, &(form){.filters = {H5Z_FILTER_DEFLATE}, .chunk_rows = 6 << 20});
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	status = gd_row_file_open(dataset, GD_TRAIN, &file);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "expected chunks of up to 64 MiB, found them of 6291456 rows"));
	gd_dataset_close(dataset);
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
	{"the same rows of arrays that other tools wrote", test_forms},
	{"rows that are refused", test_bad_rows},
	{"rows that are refused, of one side of a fold", test_bad_row_of_a_fold},
	{"arrays that are refused", test_refused_forms},
	{"a flipped bit", test_flipped_bit},
	{"checksum and finiteness", test_checksum},
	{0},
};
