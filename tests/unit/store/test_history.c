#include "gd/store/history.h"

#include <math.h>

#include "store_fixture.h"

const char *const unit_suite = "history";

static void make_history(gd_history *history, int epochs)
{
	*history = (gd_history){0};
	for (int e = 1; e <= epochs; e++) {
		gd_epoch_metrics metrics = {.epoch = e, .train_loss = 1.0 / e, .train_accuracy = 0.1 * e, .validation_loss = NAN, .validation_accuracy = NAN,
			.learning_rate = 0.003 / e, .gradient_norm = INFINITY, .seconds = 0.25, .samples_per_second = 1e6 + e, .communication_seconds = 1e-9};
		CHECK_OK(gd_history_append(history, &metrics));
	}
}

static void test_round_trip(void)
{
	static const int lengths[] = {0, 1, 3, 20000};
	const char *path = unit_path("metrics.h5");
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		gd_history history, copy;
		make_history(&history, lengths[i]);
		CHECK_OK(gd_history_write(path, &history, "genre-dist train --seed 1"));
		CHECK_OK(gd_history_read(path, &copy));
		CU_ASSERT_EQUAL(copy.count, (size_t)lengths[i]);
		CU_ASSERT(copy.count == history.count && (!copy.count || memcmp(copy.epochs, history.epochs, copy.count * sizeof *copy.epochs) == 0));
		/* What was read can be gone on with. */
		CHECK_OK(gd_history_append(&copy, &(gd_epoch_metrics){.epoch = lengths[i] + 1}));
		CU_ASSERT_EQUAL(copy.epochs[lengths[i]].epoch, lengths[i] + 1);
		gd_history_release(&copy);
		gd_history_release(&history);
		CU_ASSERT_EQUAL(run_tool("h5dump", path), 0);
		CU_ASSERT_EQUAL(run_tool("h5ls -rv", path), 0);
	}
	CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

/* The names are an interface. */
static void test_layout(void)
{
	static const char *const names[] = {"epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate",
		"gradient_norm", "seconds", "samples_per_second", "communication_seconds"};
	const char *path = unit_path("layout.h5");
	gd_history history;
	make_history(&history, 5);
	CHECK_OK(gd_history_write(path, &history, "genre-dist train"));
	gd_history_release(&history);
	hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), epochs = H5Gopen2(file, "epochs", H5P_DEFAULT);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		hid_t dataset = H5Dopen2(epochs, names[i], H5P_DEFAULT), creation = H5Dget_create_plist(dataset), space = H5Dget_space(dataset);
		CU_ASSERT_EQUAL(H5Sget_simple_extent_npoints(space), 5);
		CU_ASSERT_EQUAL(H5Pget_nfilters(creation), 1);
		CU_ASSERT(H5Aexists(dataset, "units") > 0 && H5Aexists(dataset, "long_name") > 0);
		CU_ASSERT(H5Aexists(dataset, i ? "DIMENSION_LIST" : "REFERENCE_LIST") > 0);
		H5Sclose(space);
		H5Pclose(creation);
		H5Dclose(dataset);
	}
	CU_ASSERT_EQUAL(gd_metrics_count + 1, sizeof names / sizeof *names);
	H5Gclose(epochs);
	H5Fclose(file);
}

static void test_damaged(void)
{
	const char *path = unit_path("damaged.h5");
	gd_history history, copy;
	make_history(&history, 5);
	CHECK_OK(gd_history_write(path, &history, "genre-dist train"));
	gd_history_release(&history);
	void *bytes = NULL;
	size_t size = 0;
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, &size));
	double needle[2] = {1, 0.5};
	char *place = memmem(bytes, size, needle, sizeof needle);
	CU_ASSERT_PTR_NOT_NULL(place);
	if (place)
		*place ^= 4;
	const char *bad = unit_path("bad.h5");
	write_bytes(bad, bytes, size);
	CU_ASSERT(says(gd_history_read(bad, &copy), GD_BAD_DATA, "bad.h5", "digest"));
	CU_ASSERT_PTR_NULL(copy.epochs);
	write_bytes(bad, bytes, size / 2);
	CU_ASSERT(says(gd_history_read(bad, &copy), GD_BAD_DATA, "bad.h5", "cut short"));
	free(bytes);

	copy_file(path, bad);
	hid_t file = edit_begin(bad);
	edit_dataset(file, "epochs/seconds", H5T_IEEE_F64LE, 1, (hsize_t[]){4});
	edit_end(file);
	CU_ASSERT(says(gd_history_read(bad, &copy), GD_BAD_DATA, "epochs/seconds", "expected 5"));
	CU_ASSERT(says(gd_history_read(unit_path("absent.h5"), &copy), GD_BAD_DATA, "absent.h5", "no such file"));
}

const unit_test unit_tests[] = {
	{"what is written is read, and can be gone on with", test_round_trip},
	{"names, units and checksums are as documented", test_layout},
	{"flipped bits, missing tails and edits are found", test_damaged},
	{0},
};
