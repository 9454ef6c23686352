/* Places of so many chunks that HDF5's cache of metadata lets go of what it holds, as it does in files of many gigabytes. */
#include <fcntl.h>

#include "gd/store/chunk_kernels.h"
#include "gd/store/hdf5_file.h"
#include "store_fixture.h"

const char *const unit_suite = "places of chunks";

enum { TEXTS = 3000, ROWS = 600000 /* whose index is larger than that cache */, SOME = 500 };

static void test_evictions(void)
{
	char path[] = "place-chunks-XXXXXX";
	static uint64_t places[ROWS];
	int32_t values[SOME];
	char *texts[TEXTS];
	gd_hdf5 hdf5;
	gd_arena arena = {0};
	close(mkstemp(path));
	gd_hdf5_create(&hdf5, path, path);
	CU_ASSERT_FATAL(!gd_hdf5_failed(&hdf5));
	for (int i = 0; i < TEXTS; i++) {
		texts[i] = malloc(32);
		snprintf(texts[i], 32, "text %d of many", i);
	}
	gd_hdf5_put_text(&hdf5, "/", "history", "before the chunks");
	gd_hdf5_put_texts(&hdf5, "names", TEXTS, texts, "names");
	const gd_hdf5_array array = {.element = GD_INT32, .rank = 1, .shape = {ROWS}, .chunk = {1}, .units = "1", .long_name = "a value a chunk"};
	gd_hdf5_put_array(&hdf5, "values", &array, NULL);
	gd_hdf5_place_chunks(&hdf5, "values", 0, ROWS, 0, places);
	gd_hdf5_put_text(&hdf5, "/", "content", "behind the chunks");
	/* Each place has room of its own. */
	int file = open(path, O_RDWR), wrong = 0;
	for (int i = 0; i < ROWS; i++) {
		struct {
			int32_t value;
			uint32_t checksum;
		} chunk = {.value = i + 65536};
		uint16_t halves[2];
		memcpy(halves, &chunk.value, sizeof halves);
		chunk.checksum = GD_CHOSEN(gd_chunk_kernels)->checksum(halves, 2);
		wrong += pwrite(file, &chunk, sizeof chunk, (off_t)places[i]) != (ssize_t)sizeof chunk;
	}
	close(file);
	CU_ASSERT_EQUAL(wrong, 0);
	CHECK_OK(gd_hdf5_close(&hdf5));
	gd_hdf5_open_foreign(&hdf5, path);
	size_t count = TEXTS;
	char **read = gd_hdf5_get_texts(&hdf5, "names", &count, &arena);
	CU_ASSERT_FATAL(!gd_hdf5_failed(&hdf5) && read);
	for (int i = 0; i < TEXTS; i++)
		CU_ASSERT_STRING_EQUAL(read[i], texts[i]);
	CU_ASSERT_STRING_EQUAL(gd_hdf5_get_text(&hdf5, "/", "history", &arena), "before the chunks");
	CU_ASSERT_STRING_EQUAL(gd_hdf5_get_text(&hdf5, "/", "content", &arena), "behind the chunks");
	hid_t dataset = H5Dopen2(hdf5.file, "values", H5P_DEFAULT);
	hid_t all = H5Dget_space(dataset), some = H5Screate_simple(1, (hsize_t[]){SOME}, NULL);
	CU_ASSERT(H5Sselect_hyperslab(all, H5S_SELECT_SET, (hsize_t[]){0}, (hsize_t[]){ROWS / SOME}, (hsize_t[]){SOME}, NULL) >= 0);
	CU_ASSERT(H5Dread(dataset, H5T_NATIVE_INT32, some, all, H5P_DEFAULT, values) >= 0);
	H5Sclose(some);
	H5Sclose(all);
	H5Dclose(dataset);
	for (int i = 0; i < SOME; i++)
		CU_ASSERT_EQUAL(values[i], i * (ROWS / SOME) + 65536);
	CHECK_OK(gd_hdf5_close(&hdf5));
	gd_arena_release(&arena);
	for (int i = 0; i < TEXTS; i++)
		free(texts[i]);
	unlink(path);
}

const unit_test unit_tests[] = {
	{"a cache that lets go of texts while chunks are placed harms neither", test_evictions},
	{NULL, NULL},
};
