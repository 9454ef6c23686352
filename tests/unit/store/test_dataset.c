#include <hdf5_hl.h>
#include <time.h>

#include "dataset_rows.h"

const char *const unit_suite = "dataset";

static void check_rows(gd_dataset *dataset, gd_part part, int64_t first, int64_t count)
{
	float *features = calloc((size_t)count * FEATURES + 1, sizeof *features);
	int32_t *labels = calloc((size_t)count + 1, sizeof *labels);
	int64_t *source = calloc((size_t)count + 1, sizeof *source);
	CHECK_OK(gd_dataset_read(dataset, part, first, count, features, labels, source));
	int64_t wrong = 0;
	for (int64_t i = 0; i < count; i++) {
		for (int f = 0; f < FEATURES; f++)
			wrong += features[i * FEATURES + f] != feature_at(part, first + i, f);
		wrong += labels[i] != label_at(part, first + i);
		wrong += source[i] != source_at(part, first + i);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	free(source);
	free(labels);
	free(features);
}

static void test_round_trip(void)
{
	const char *path = unit_path("round.h5");
	gd_dataset *dataset = NULL;
	CHECK_OK(write_dataset(path, NULL));
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	if (!dataset)
		return;
	gd_dataset_header expected;
	make_header(&expected);
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	const char *difference = "";
	CU_ASSERT(gd_preprocessing_equal(&expected.preprocessing, &header->preprocessing, &difference));
	CU_ASSERT_EQUAL(memcmp(header->rows, expected.rows, sizeof expected.rows), 0);
	CU_ASSERT_EQUAL(memcmp(header->class_counts, expected.class_counts, GD_PARTS * CLASSES * sizeof *header->class_counts), 0);
	CU_ASSERT_EQUAL(memcmp(header->correlation, expected.correlation, FEATURES * FEATURES * sizeof *header->correlation), 0);
	CU_ASSERT_STRING_EQUAL(header->source, expected.source);
	CU_ASSERT_STRING_EQUAL(header->source_sha256, expected.source_sha256);
	CU_ASSERT_EQUAL(strlen(header->content_sha256), 64);
	CU_ASSERT_EQUAL(header->rows_read, expected.rows_read);
	CU_ASSERT_EQUAL(header->rows_dropped, expected.rows_dropped);
	CU_ASSERT_STRING_EQUAL(header->split, expected.split);
	CU_ASSERT_EQUAL(header->seed, expected.seed);
	CU_ASSERT_STRING_EQUAL(header->history, expected.history);
	CU_ASSERT_STRING_EQUAL(header->audit, expected.audit);
	gd_dataset_header_release(&expected);

	check_rows(dataset, GD_TRAIN, 0, TRAIN_ROWS);
	check_rows(dataset, GD_TRAIN, 12345, 1);
	check_rows(dataset, GD_TRAIN, 16383, 16386);
	check_rows(dataset, GD_TRAIN, TRAIN_ROWS, 0);
	check_rows(dataset, GD_VALIDATION, 0, 0);
	check_rows(dataset, GD_TEST, 5, TEST_ROWS - 5);
	int32_t label = -1;
	CHECK_OK(gd_dataset_read(dataset, GD_TEST, 3, 1, NULL, &label, NULL));
	CU_ASSERT_EQUAL(label, label_at(GD_TEST, 3));
	gd_dataset_close(dataset);
	CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static bool is_text(hid_t file, const char *object, const char *name)
{
	hid_t attribute = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
	hid_t type = H5Aget_type(attribute);
	bool right = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0 && H5Tget_cset(type) == H5T_CSET_UTF8;
	H5Tclose(type);
	H5Aclose(attribute);
	return right;
}

static bool is_timeless(hid_t file, const char *object)
{
#if H5_VERSION_GE(1, 12, 0)
	H5O_info2_t info;
	herr_t got = H5Oget_info_by_name3(file, object, &info, H5O_INFO_TIME, H5P_DEFAULT);
#else
	H5O_info_t info;
	herr_t got = H5Oget_info_by_name2(file, object, &info, H5O_INFO_TIME, H5P_DEFAULT);
#endif
	return got >= 0 && info.mtime == 0 && info.ctime == 0;
}

/* What other programs rely on, seen through HDF5's own interface. */
static void test_layout(void)
{
	static const char *const texts[] = {"format", "genre_dist_version", "created", "history", "source", "source_sha256", "content_sha256", "split"};
	static const char *const numbers[] = {"format_version", "rows_read", "rows_dropped", "seed"};
	static const char *const objects[] = {"train/features", "train/labels", "train/source_row", "test/features", "preprocessing/mean", "preprocessing/standard_deviation", "statistics/class_counts", "statistics/correlation"};
	const char *path = unit_path("layout.h5");
	CHECK_OK(write_dataset(path, NULL));
	hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		CU_ASSERT(is_text(file, "/", texts[i]));
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		CU_ASSERT(H5Aexists(file, numbers[i]) > 0);
	CU_ASSERT(H5Lexists(file, "validation", H5P_DEFAULT) == 0);
	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		CU_ASSERT(is_text(file, objects[i], "units") && is_text(file, objects[i], "long_name"));
		CU_ASSERT(is_timeless(file, objects[i]));
	}
	hid_t features = H5Dopen2(file, "train/features", H5P_DEFAULT), creation = H5Dget_create_plist(features);
	hid_t type = H5Dget_type(features), scale = H5Dopen2(file, "preprocessing/feature_names", H5P_DEFAULT);
	hsize_t chunk[2] = {0, 0};
	CU_ASSERT(H5Tequal(type, H5T_IEEE_F32LE) > 0);
	CU_ASSERT_EQUAL(H5Pget_chunk(creation, 2, chunk), 2);
	CU_ASSERT(chunk[1] == FEATURES && chunk[0] * FEATURES * 4 >= 256 << 10 && chunk[0] * FEATURES * 4 <= 1 << 20);
	CU_ASSERT_EQUAL(H5Pget_nfilters(creation), 1);
	CU_ASSERT(H5Pget_filter_by_id2(creation, H5Z_FILTER_FLETCHER32, &(unsigned){0}, &(size_t){0}, NULL, 0, NULL, NULL) >= 0);
	CU_ASSERT(H5DSis_scale(scale) > 0 && H5DSis_attached(features, scale, 1) > 0);
	H5Dclose(scale);
	H5Tclose(type);
	H5Pclose(creation);
	H5Dclose(features);
	H5Fclose(file);
	CU_ASSERT_EQUAL(run_tool("h5dump", path), 0);
	CU_ASSERT_EQUAL(run_tool("h5ls -rv", path), 0);
}

/* A clock that can be stopped, for the program under test, too: digests cover the time of writing, and a slow machine writes no two files within a second. */
static time_t stopped_at;

time_t time(time_t *result)
{
	struct timespec now = {.tv_sec = stopped_at};
	if (!stopped_at)
		clock_gettime(CLOCK_REALTIME, &now);
	if (result)
		*result = now.tv_sec;
	return now.tv_sec;
}

static void test_same_bytes(void)
{
	size_t size[2];
	unsigned char *bytes[2];
	stopped_at = time(NULL);
	CHECK_OK(write_dataset(unit_path("same0.h5"), NULL));
	struct timespec second = {.tv_sec = 1, .tv_nsec = 100000000};
	nanosleep(&second, NULL);
	CHECK_OK(write_dataset(unit_path("same1.h5"), NULL));
	stopped_at = 0;
	bytes[0] = timeless_bytes(unit_path("same0.h5"), &size[0]);
	bytes[1] = timeless_bytes(unit_path("same1.h5"), &size[1]);
	CU_ASSERT_EQUAL(size[0], size[1]);
	CU_ASSERT(size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0);
	free(bytes[0]);
	free(bytes[1]);
}

const unit_test unit_tests[] = {
	{"what is written is read, in any slices", test_round_trip},
	{"types, checksums, scales and texts are as documented", test_layout},
	{"equal contents are equal bytes", test_same_bytes},
	{0},
};
