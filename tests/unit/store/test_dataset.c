#include <time.h>
#include "gd/store/dataset.h"

#include <errno.h>
#include <hdf5_hl.h>
#include <math.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "store_fixture.h"

const char *const unit_suite = "dataset";

enum { TRAIN_ROWS = 100003, TEST_ROWS = 37 };

/* What a row holds is a function of its part and number, so that every slice can be checked. */
static float feature_at(int part, int64_t row, int f)
{
	return (float)(sin((double)row * 0.37 + f) + part);
}

static int32_t label_at(int part, int64_t row)
{
	return (int32_t)((row * 7 + part) % CLASSES);
}

static int64_t source_at(int part, int64_t row)
{
	return row * 3 + part + ((int64_t)1 << 40);
}

typedef struct row_faults {
	int64_t nan_row, label_row; /* rows of the training part that are spoiled; -1: none */
	rlim_t limit;               /* a file size from which on writes fail, set once rows are being written; 0: none */
	gd_code code;               /* what the source itself reports at the end of the training part */
	gd_status status;
} row_faults;

static gd_status give_rows(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows)
{
	row_faults *faults = context;
	for (int64_t i = 0; i < count; i++) {
		for (int f = 0; f < FEATURES; f++)
			rows->features[i * FEATURES + f] = feature_at(part, first + i, f);
		rows->labels[i] = label_at(part, first + i);
		rows->source_rows[i] = source_at(part, first + i);
	}
	if (faults && part == GD_TRAIN) {
		int64_t nan_row = faults->nan_row - first, label_row = faults->label_row - first;
		if (nan_row >= 0 && nan_row < count)
			rows->features[nan_row * FEATURES + 1] = NAN;
		if (label_row >= 0 && label_row < count)
			rows->labels[label_row] = CLASSES;
		if (faults->limit && first > 0)
			setrlimit(RLIMIT_FSIZE, &(struct rlimit){faults->limit, RLIM_INFINITY});
		if (faults->code && first + count == TRAIN_ROWS)
			return gd_error(faults->code, "the source failed");
	}
	return gd_ok();
}

static void make_header(gd_dataset_header *header)
{
	memset(header, 0, sizeof *header);
	make_preprocessing(&header->preprocessing);
	gd_arena *arena = &header->preprocessing.arena;
	header->rows[GD_TRAIN] = TRAIN_ROWS;
	header->rows[GD_TEST] = TEST_ROWS;
	header->class_counts = gd_arena_take(arena, GD_PARTS * CLASSES, sizeof *header->class_counts);
	header->correlation = gd_arena_take(arena, FEATURES * FEATURES, sizeof *header->correlation);
	for (int part = 0; part < GD_PARTS; part++)
		for (int64_t row = 0; row < header->rows[part]; row++)
			header->class_counts[part * CLASSES + label_at(part, row)]++;
	for (int i = 0; i < FEATURES * FEATURES; i++)
		header->correlation[i] = i % (FEATURES + 1) ? 1.0 / (i + 2) : 1;
	header->source = gd_arena_string(arena, "songs.csv");
	memset(header->source_sha256, 'a', 64);
	header->rows_read = 100100;
	header->rows_dropped = 60;
	header->split = gd_arena_string(arena, "grouped");
	header->seed = -5;
	header->history = gd_arena_string(arena, "genre-dist preprocess songs.csv --seed -5");
	header->audit = gd_arena_string(arena, "3 of 37 test records share their group\nwith a training record\n");
}

static gd_status write_dataset(const char *path, row_faults *faults)
{
	gd_dataset_header header;
	make_header(&header);
	gd_status status = gd_dataset_write(path, &header, give_rows, faults);
	gd_dataset_header_release(&header);
	return status;
}

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

static gd_status open_only(const char *path)
{
	gd_dataset *dataset = NULL;
	gd_status status = gd_dataset_open(NULL, path, &dataset);
	CU_ASSERT((dataset != NULL) == (status.code == GD_OK));
	gd_dataset_close(dataset);
	return status;
}

static void test_bad_files(void)
{
	const char *path = unit_path("whole.h5"), *bad = unit_path("bad.h5");
	CU_ASSERT(says(open_only(unit_path("absent.h5")), GD_BAD_DATA, "absent.h5", "no such file"));
	CU_ASSERT(says(open_only(unit_directory()), GD_BAD_DATA, "cannot read", "directory"));
	CHECK_OK(write_dataset(path, NULL));
	write_bytes(bad, "", 0);
	CU_ASSERT(says(open_only(bad), GD_BAD_DATA, "bad.h5", "empty"));
	write_bytes(bad, "tempo,genre\n1,pop\n", 18);
	CU_ASSERT(says(open_only(bad), GD_BAD_DATA, "bad.h5", "not an HDF5 file"));
	/* Superblock version 0 with a driver's block at 0xa0, whose length there libhdf5 would allocate unseen. */
	uint8_t block[256] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n', 0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, [40] = 0, 1, [48] = 0xa0};
	memset(block + 32, 0xff, 8);
	memset(block + 164, 0xff, 4);
	write_bytes(bad, block, sizeof block);
	CU_ASSERT(says(open_only(bad), GD_BAD_DATA, "bad.h5", "uncommon kind"));
	void *bytes = NULL;
	size_t size = 0;
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, &size));
	for (size_t length = 1; length < size; length += length < 4096 ? 13 : 262139) {
		write_bytes(bad, bytes, length);
		CU_ASSERT(says(open_only(bad), GD_BAD_DATA, "bad.h5", length < 8 ? "not an HDF5 file" : "cut short"));
	}
	free(bytes);
}

/* A flipped bit in the rows is found when they are read, and only then. */
static void test_damaged_rows(void)
{
	const char *path = unit_path("damaged.h5");
	CHECK_OK(write_dataset(path, NULL));
	void *bytes = NULL;
	size_t size = 0;
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, &size));
	float needle[2] = {feature_at(GD_TRAIN, 50000, 0), feature_at(GD_TRAIN, 50000, 1)};
	char *place = memmem(bytes, size, needle, sizeof needle);
	CU_ASSERT_PTR_NOT_NULL(place);
	if (place)
		*place ^= 1;
	write_bytes(path, bytes, size);
	free(bytes);
	gd_dataset *dataset = NULL;
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	float row[FEATURES];
	CU_ASSERT(says(gd_dataset_read(dataset, GD_TRAIN, 50000, 1, row, NULL, NULL), GD_BAD_DATA, "train/features", "checksum"));
	CHECK_OK(gd_dataset_read(dataset, GD_TRAIN, 0, 1, row, NULL, NULL));
	gd_dataset_close(dataset);
}

static void test_spoiled_rows(void)
{
	const char *path = unit_path("spoiled.h5");
	row_faults faults = {.nan_row = 77, .label_row = 99};
	CHECK_OK(write_dataset(path, &faults));
	gd_dataset *dataset = NULL;
	CHECK_OK(gd_dataset_open(NULL, path, &dataset));
	float *features = calloc(200 * FEATURES, sizeof *features);
	int32_t labels[200];
	CU_ASSERT(says(gd_dataset_read(dataset, GD_TRAIN, 70, 10, features, NULL, NULL), GD_BAD_DATA, "row 77", "énergie"));
	CU_ASSERT(says(gd_dataset_read(dataset, GD_TRAIN, 90, 20, features, labels, NULL), GD_BAD_DATA, "row 99", "from 0 to 2"));
	CHECK_OK(gd_dataset_read(dataset, GD_TRAIN, 100, 100, features, labels, NULL));
	free(features);
	gd_dataset_close(dataset);
}

/* Files that other tools changed: each lacks one thing, and the message names it. */
static void test_edited(void)
{
	const char *path = unit_path("whole.h5"), *bad = unit_path("edited.h5");
	CHECK_OK(write_dataset(path, NULL));
	for (int edit = 0; edit < 9; edit++) {
		const char *object = "", *words = "expected";
		copy_file(path, bad);
		hid_t file = edit_begin(bad);
		switch (edit) {
		case 0:
			object = "seed";
			H5Adelete(file, "seed");
			break;
		case 1:
			object = "format_version";
			words = "newer";
			edit_integer(file, "/", "format_version", 2);
			object = "version";
			break;
		case 2:
			object = "train/labels";
			edit_dataset(file, "train/labels", H5T_STD_I64LE, 1, (hsize_t[]){TRAIN_ROWS});
			break;
		case 3:
			object = "test/features";
			edit_dataset(file, "test/features", H5T_IEEE_F32LE, 2, (hsize_t[]){TEST_ROWS, FEATURES - 1});
			break;
		case 4:
			object = "train/source_row";
			H5Ldelete(file, "train/source_row", H5P_DEFAULT);
			break;
		case 5:
			object = "standard_deviation"; /* zeros */
			edit_dataset(file, "preprocessing/standard_deviation", H5T_IEEE_F64LE, 1, (hsize_t[]){FEATURES});
			break;
		case 6:
			object = "class_names";
			H5Ldelete(file, "preprocessing/class_names", H5P_DEFAULT);
			break;
		case 7: { /* more than there is in the world, chunks never written */
			object = "train/features";
			words = "more than the file holds";
			H5Ldelete(file, "train/features", H5P_DEFAULT);
			hsize_t shape[2] = {(hsize_t)1 << 40, FEATURES}, chunk[2] = {1024, FEATURES};
			hid_t space = H5Screate_simple(2, shape, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
			H5Pset_chunk(creation, 2, chunk);
			H5Dclose(H5Dcreate2(file, "train/features", H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
			H5Pclose(creation);
			H5Sclose(space);
			break;
		}
		case 8:
			object = "format";
			words = "not one of genre-dist's";
			H5Adelete(file, "format");
			break;
		}
		edit_end(file);
		CU_ASSERT(says(open_only(bad), GD_BAD_DATA, object, words));
	}
}

/* ---- disks that fill up: in processes of their own, since it is at exit that HDF5 would stumble ---- */

static int write_limited(const char *path)
{
	row_faults faults = {.nan_row = -1, .label_row = -1, .limit = 600000};
	signal(SIGXFSZ, SIG_IGN);
	return write_dataset(path, &faults).code;
}

static int write_with_nothing(const char *path)
{
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){100, RLIM_INFINITY});
	return write_dataset(path, NULL).code;
}

static int write_plainly(const char *path)
{
	gd_status status = write_dataset(path, NULL);
	return status.code == GD_FAILED && strstr(status.message, "no space left") ? GD_FAILED : status.code + 50;
}

static void test_full_disk(void)
{
	const char *directory = unit_path("disk");
	char path[600];
	CU_ASSERT_EQUAL(mkdir(directory, 0777), 0);
	snprintf(path, sizeof path, "%s/out.h5", directory);
	CU_ASSERT_EQUAL(run_apart(write_limited, path), GD_FAILED);
	CU_ASSERT_EQUAL(run_apart(write_with_nothing, path), GD_FAILED);
	CU_ASSERT_EQUAL(entries_of(directory), 0);

	write_bytes(path, "what was there", 14);
	CU_ASSERT_EQUAL(run_apart(write_limited, path), GD_FAILED);
	CU_ASSERT_EQUAL(entries_of(directory), 1);
	struct stat info = {0};
	CU_ASSERT(stat(path, &info) == 0 && info.st_size == 14);

	if (mount("tmpfs", directory, "tmpfs", 0, "size=64k") != 0) {
		printf("    skipped: cannot mount a tmpfs: %s\n", strerror(errno));
		return;
	}
	CU_ASSERT_EQUAL(run_apart(write_plainly, path), GD_FAILED);
	CU_ASSERT_EQUAL(entries_of(directory), 0);
	umount(directory);
	if (mount("tmpfs", directory, "tmpfs", 0, "size=2m") != 0)
		return;
	CU_ASSERT_EQUAL(run_apart(write_plainly, path), GD_FAILED);
	CU_ASSERT_EQUAL(entries_of(directory), 0);
	umount(directory);
}

static void test_source_fails(void)
{
	const char *path = unit_path("unsourced.h5");
	row_faults faults = {.nan_row = -1, .label_row = -1, .code = GD_BAD_DATA};
	CU_ASSERT(says(write_dataset(path, &faults), GD_BAD_DATA, "the source failed", ""));
	CU_ASSERT_FALSE(gd_file_exists(path));
	CU_ASSERT(says(write_dataset("/nowhere/at/all.h5", NULL), GD_FAILED, "/nowhere/at/all.h5", "no such"));
	gd_dataset_header header;
	make_header(&header);
	header.class_counts[0]++;
	CU_ASSERT(says(gd_dataset_write(path, &header, give_rows, NULL), GD_FAILED, "add up", "train"));
	CU_ASSERT_FALSE(gd_file_exists(path));
	gd_dataset_header_release(&header);
}

const unit_test unit_tests[] = {
	{"what is written is read, in any slices", test_round_trip},
	{"types, checksums, scales and texts are as documented", test_layout},
	{"equal contents are equal bytes", test_same_bytes},
	{"files that are missing, empty, foreign or cut short", test_bad_files},
	{"a flipped bit in the rows", test_damaged_rows},
	{"labels out of range and values that are not finite", test_spoiled_rows},
	{"files that were edited", test_edited},
	{"a full disk leaves nothing behind", test_full_disk},
	{"a source that fails leaves nothing behind", test_source_fails},
	{0},
};
