/* Checkpoints that were damaged, edited by other tools, or are none. */
#include "gd/base/log.h"
#include "gd/base/random.h"
#include "gd/store/digest.h"
#include "checkpoint_fixture.h"

const char *const unit_suite = "checkpoint damage";

static gd_status decode_only(const void *bytes, size_t size)
{
	gd_checkpoint state;
	gd_status status = gd_checkpoint_decode("x.h5", bytes, size, &state);
	CU_ASSERT((state.network != NULL) == (status.code == GD_OK));
	gd_checkpoint_release(&state);
	return status;
}

/* Any flipped bit and any missing tail is found by the digest, which HDF5 never sees. */
static void test_damaged(void)
{
	void *bytes = NULL;
	size_t size = 0, missed = 0;
	encode_kind(FULL, &bytes, &size);
	unsigned char *file = bytes;
	for (size_t i = 0; i < size; i += i + 100 < size ? 97 : 1) {
		file[i] ^= (unsigned char)(1 << i % 8);
		gd_status status = decode_only(file, size);
		missed += status.code != GD_BAD_DATA;
		file[i] ^= (unsigned char)(1 << i % 8);
	}
	for (size_t length = 0; length < size; length += length + 200 < size && length > 100 ? 1009 : 1) {
		void *piece = malloc(length + 1); /* of just this size, so that reading past it is seen */
		memcpy(piece, bytes, length);
		gd_status status = decode_only(piece, length);
		missed += status.code != GD_BAD_DATA;
		free(piece);
	}
	CU_ASSERT_EQUAL(missed, 0);
	CU_ASSERT(says(decode_only(bytes, size - 1), GD_BAD_DATA, "x.h5", "cut short"));
	CHECK_OK(decode_only(bytes, size));
	free(bytes);
}

static void test_no_digest(void)
{
	void *bytes = NULL;
	size_t size = 0;
	const char *path = unit_path("plain.h5");
	encode_kind(FULL, &bytes, &size);
	gd_log_mute(true); /* of the warning that there is none */
	CHECK_OK(decode_only(bytes, size - GD_DIGEST_BYTES));
	/* A tool that opens the file for writing drops the digest. */
	CHECK_OK(gd_file_write(path, bytes, size));
	free(bytes);
	hid_t file = edit_begin(path);
	edit_integer(file, "provenance", "touched", 1);
	H5Adelete_by_name(file, "provenance", "touched", H5P_DEFAULT);
	edit_end(file);
	gd_checkpoint state;
	CHECK_OK(gd_checkpoint_read(path, &state));
	gd_checkpoint_release(&state);
	gd_log_mute(false);
}

static int decode_path(const char *path)
{
	gd_checkpoint state;
	alarm(20);
	gd_log_mute(true);
	gd_status status = gd_checkpoint_read(path, &state);
	gd_checkpoint_release(&state);
	_exit(status.code); /* without a look for leaks: HDF5 has some on damaged files */
}

/* Without a digest HDF5 does parse the damage: whatever comes of it, no crash and no endless loop. */
static void test_damaged_without_digest(void)
{
	void *bytes = NULL;
	size_t size = 0;
	int refused = 0, other = 0;
	const char *path = unit_path("damaged.h5");
	uint64_t key = gd_random_key(1, GD_PURPOSE_SYNTH, 0);
	encode_kind(FULL, &bytes, &size);
	size -= GD_DIGEST_BYTES;
	unsigned char *damaged = malloc(size);
	for (uint64_t i = 0; i < 300; i++) {
		memcpy(damaged, bytes, size);
		for (uint64_t k = 0; k < 1 + i % 4; k++) {
			uint64_t bits = gd_random_bits(key, 4 * i + k);
			damaged[(bits >> 8) % size] = (unsigned char)bits;
		}
		write_bytes(path, damaged, size);
		int code = run_apart(decode_path, path);
		refused += code == GD_BAD_DATA;
		other += code != GD_BAD_DATA && code != GD_OK;
	}
	CU_ASSERT_EQUAL(other, 0);
	CU_ASSERT(refused > 200); /* most of the file is checksummed, or checked */
	free(damaged);
	free(bytes);
}

typedef struct edit {
	const char *object, *words; /* what the message must name */
	void (*apply)(hid_t file);
} edit;

static void change_weight(hid_t file)
{
	float bias[CLASSES] = {1, 2, 3};
	hid_t dataset = H5Dopen2(file, "model/dense_2/bias", H5P_DEFAULT);
	CU_ASSERT(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, bias) >= 0);
	H5Dclose(dataset);
}

static void reshape_weight(hid_t file)
{
	edit_dataset(file, "model/dense_1/weight", H5T_IEEE_F32LE, 2, (hsize_t[]){4, 7});
}

static void widen_weight(hid_t file)
{
	edit_dataset(file, "model/dense_1/weight", H5T_IEEE_F64LE, 2, (hsize_t[]){7, 4});
}

static void flatten_weight(hid_t file)
{
	edit_dataset(file, "model/dense_1/weight", H5T_IEEE_F32LE, 1, (hsize_t[]){28});
}

static void drop_layer(hid_t file)
{
	H5Ldelete(file, "model/batch_norm_1", H5P_DEFAULT);
}

static void inflate_inputs(hid_t file)
{
	edit_integer(file, "model", "inputs", 2000000000);
}

static void set_hidden(hid_t file, const long long *widths, hsize_t count)
{
	H5Adelete_by_name(file, "model", "hidden", H5P_DEFAULT);
	hid_t space = H5Screate_simple(1, &count, NULL);
	hid_t attribute = H5Acreate_by_name(file, "model", "hidden", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	CU_ASSERT(H5Awrite(attribute, H5T_NATIVE_LLONG, widths) >= 0);
	H5Aclose(attribute);
	H5Sclose(space);
}

static void inflate_hidden(hid_t file)
{
	set_hidden(file, (long long[]){1 << 24, 1 << 24}, 2);
}

static void empty_hidden(hid_t file)
{
	set_hidden(file, (long long[]){0}, 1);
}

static void many_hidden(hid_t file)
{
	static long long widths[1000];
	set_hidden(file, widths, 1000);
}

static void negate_norm(hid_t file)
{
	edit_integer(file, "model", "batch_norm", -1);
}

static void drop_moment(hid_t file)
{
	H5Ldelete(file, "optimizer/second_moment/dense_0/bias", H5P_DEFAULT);
}

static void shorten_quantum(hid_t file)
{
	edit_dataset(file, "progress/gradient_quantum", H5T_STD_I32LE, 1, (hsize_t[]){1});
}

static void negate_step(hid_t file)
{
	edit_integer(file, "progress", "step", -1);
}

static void number_activation(hid_t file)
{
	edit_integer(file, "model", "activation", 1);
}

static void shorten_history(hid_t file)
{
	edit_dataset(file, "history/seconds", H5T_IEEE_F64LE, 1, (hsize_t[]){2});
}

static void drop_config(hid_t file)
{
	H5Ldelete(file, "config", H5P_DEFAULT);
}

static void number_config(hid_t file)
{
	edit_integer(file, "config", "hidden", 7);
}

static void link_to_itself(hid_t file)
{
	H5Ldelete(file, "ema/dense_0", H5P_DEFAULT);
	H5Lcreate_soft("/ema/dense_0", file, "ema/dense_0", H5P_DEFAULT, H5P_DEFAULT);
}

static void test_edited(void)
{
	static const edit edits[] = {
		{"model", "weights_sha256", change_weight},
		{"model/dense_1/weight", "[7, 4]", reshape_weight},
		{"model/dense_1/weight", "float32", widen_weight},
		{"model/dense_1/weight", "dimensions", flatten_weight},
		{"model/batch_norm_1", "expected", drop_layer},
		{"inputs", "2000000000", inflate_inputs},
		{"model", "more than the file holds", inflate_hidden},
		{"model", "widths", empty_hidden},
		{"hidden", "at most", many_hidden},
		{"batch_norm", "from 0 to 1", negate_norm},
		{"optimizer/second_moment/dense_0/bias", "found none", drop_moment},
		{"progress/gradient_quantum", "expected", shorten_quantum},
		{"progress", "step", negate_step},
		{"activation", "expected text", number_activation},
		{"history/seconds", "3", shorten_history},
		{"config", "found none", drop_config},
		{"config", "expected text", number_config},
		{"ema/dense_0", "found none", link_to_itself},
	};
	const char *path = unit_path("edited.h5");
	void *bytes = NULL;
	size_t size = 0;
	encode_kind(FULL, &bytes, &size);
	gd_log_mute(true);
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
		gd_checkpoint state;
		CHECK_OK(gd_file_write(path, bytes, size));
		hid_t file = edit_begin(path);
		edits[i].apply(file);
		edit_end(file);
		CU_ASSERT(says(gd_checkpoint_read(path, &state), GD_BAD_DATA, edits[i].object, edits[i].words));
		CU_ASSERT_PTR_NULL(state.network);
	}
	gd_log_mute(false);
	free(bytes);
}

static void test_first_arithmetic(void)
{
	const char *path = unit_path("first.h5");
	void *bytes = NULL;
	size_t size = 0;
	gd_checkpoint state;
	encode_kind(FULL, &bytes, &size);
	CHECK_OK(gd_checkpoint_decode("state", bytes, size, &state));
	CU_ASSERT_EQUAL(state.progress.arithmetic, 5);
	gd_checkpoint_release(&state);
	CHECK_OK(gd_file_write(path, bytes, size));
	hid_t file = edit_begin(path);
	CU_ASSERT(H5Adelete_by_name(file, "progress", "arithmetic", H5P_DEFAULT) >= 0);
	edit_end(file);
	gd_log_mute(true);
	CHECK_OK(gd_checkpoint_read(path, &state));
	gd_log_mute(false);
	CU_ASSERT_EQUAL(state.progress.arithmetic, 1);
	gd_checkpoint_release(&state);
	free(bytes);
}

static void test_bad_files(void)
{
	gd_checkpoint state;
	gd_history history = {0};
	const char *path = unit_path("metrics.h5");
	CU_ASSERT(says(gd_checkpoint_read(unit_path("absent.h5"), &state), GD_BAD_DATA, "absent.h5", "no such file"));
	CU_ASSERT(says(gd_checkpoint_read(unit_directory(), &state), GD_BAD_DATA, "cannot read", "directory"));
	write_bytes(path, "[target]\n", 9);
	CU_ASSERT(says(gd_checkpoint_read(path, &state), GD_BAD_DATA, "metrics.h5", "not an HDF5 file"));
	CU_ASSERT(says(gd_checkpoint_decode("x", "", 0, &state), GD_BAD_DATA, "'x'", "empty"));
	CHECK_OK(gd_history_write(path, &history, "genre-dist train"));
	CU_ASSERT(says(gd_checkpoint_read(path, &state), GD_BAD_DATA, "metrics file", "expected a checkpoint"));
}

const unit_test unit_tests[] = {
	{"flipped bits and missing tails are found", test_damaged},
	{"a file without a digest is read", test_no_digest},
	{"damage without a digest does not crash", test_damaged_without_digest},
	{"files that were edited", test_edited},
	{"a file without a version of the arithmetic is of the first", test_first_arithmetic},
	{"files that are missing, foreign or of another kind", test_bad_files},
	{0},
};
