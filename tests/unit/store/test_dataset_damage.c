/* Datasets that cannot be written, were damaged or edited, or are none. */
#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "dataset_rows.h"

const char *const unit_suite = "dataset damage";

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
	flip_bit(path, feature_at(GD_TRAIN, 50000, 0), feature_at(GD_TRAIN, 50000, 1));
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
	{"files that are missing, empty, foreign or cut short", test_bad_files},
	{"a flipped bit in the rows", test_damaged_rows},
	{"labels out of range and values that are not finite", test_spoiled_rows},
	{"files that were edited", test_edited},
	{"a full disk leaves nothing behind", test_full_disk},
	{"a source that fails leaves nothing behind", test_source_fails},
	{0},
};
