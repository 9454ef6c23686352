#include "gd/store/file_kind.h"

#include "gd/store/checkpoint.h"
#include "gd/store/digest.h"
#include "gd/store/history.h"
#include "store_fixture.h"

const char *const unit_suite = "file kind";

static void write_checkpoint(const char *path)
{
	gd_network_options options = {.inputs = FEATURES, .classes = CLASSES};
	gd_checkpoint state = {.optimizer = {.kind = GD_SGD}, .command = (char *)(uintptr_t) "genre-dist train"};
	void *bytes = NULL;
	size_t size = 0;
	CHECK_OK(gd_network_create(&options, &state.network));
	state.parameters = gd_arena_take(&state.arena, gd_network_parameters(state.network), sizeof(float));
	make_preprocessing(&state.preprocessing);
	CHECK_OK(gd_checkpoint_encode(&state, &bytes, &size));
	CHECK_OK(gd_file_write(path, bytes, size));
	free(bytes);
	gd_checkpoint_release(&state);
}

static gd_status kind_of(const char *path)
{
	gd_file_kind kind;
	return gd_file_kind_of(path, &kind);
}

static void test_kinds(void)
{
	const char *checkpoint = unit_path("model.h5"), *metrics = unit_path("metrics.h5");
	gd_file_kind kind = GD_KIND_DATASET;
	gd_history history = {0};
	write_checkpoint(checkpoint);
	CHECK_OK(gd_file_kind_of(checkpoint, &kind));
	CU_ASSERT_EQUAL(kind, GD_KIND_CHECKPOINT);
	CHECK_OK(gd_history_write(metrics, &history, ""));
	CHECK_OK(gd_file_kind_of(metrics, &kind));
	CU_ASSERT_EQUAL(kind, GD_KIND_METRICS);
	CU_ASSERT(says(gd_history_read(checkpoint, &history), GD_BAD_DATA, "it is a checkpoint", "metrics.h5"));
}

static void test_others(void)
{
	const char *path = unit_path("model.h5"), *other = unit_path("other.h5");
	CU_ASSERT(says(kind_of(unit_path("absent.h5")), GD_BAD_DATA, "absent.h5", "no such file"));
	CU_ASSERT(says(kind_of(unit_directory()), GD_BAD_DATA, "cannot read", "directory"));
	CU_ASSERT(says(kind_of("/dev/null"), GD_BAD_DATA, "/dev/null", "regular"));
	write_bytes(other, "", 0);
	CU_ASSERT(says(kind_of(other), GD_BAD_DATA, "other.h5", "empty"));
	write_bytes(other, "\x89HDF\r\n\x1a\n", 8);
	CU_ASSERT(says(kind_of(other), GD_BAD_DATA, "other.h5", "damaged"));
	write_bytes(other, "tempo,genre\n", 12);
	CU_ASSERT(says(kind_of(other), GD_BAD_DATA, "other.h5", "not an HDF5 file"));

	/* HDF5, but somebody else's, in the oldest and the newest format. */
	for (int newest = 0; newest < 2; newest++) {
		hid_t access = H5Pcreate(H5P_FILE_ACCESS);
		H5Pset_libver_bounds(access, newest ? H5F_LIBVER_LATEST : H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
		hid_t file = H5Fcreate(other, H5F_ACC_TRUNC, H5P_DEFAULT, access);
		H5Fclose(file);
		H5Pclose(access);
		CU_ASSERT(says(kind_of(other), GD_BAD_DATA, "other.h5", "not one of genre-dist's"));
	}

	/* A damaged checkpoint is found by its digest. */
	void *bytes = NULL;
	size_t size = 0;
	write_checkpoint(path);
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, &size));
	((char *)bytes)[size / 3] ^= 8;
	write_bytes(other, bytes, size);
	CU_ASSERT(says(kind_of(other), GD_BAD_DATA, "other.h5", "digest"));
	write_bytes(other, bytes, size - 10);
	CU_ASSERT(says(kind_of(other), GD_BAD_DATA, "other.h5", "cut short"));
	free(bytes);
}

static void test_digest(void)
{
	unsigned char bytes[100 + GD_DIGEST_BYTES];
	size_t length = 0;
	for (int i = 0; i < 100; i++)
		bytes[i] = (unsigned char)i;
	gd_digest_append(bytes, 100);
	CU_ASSERT_EQUAL(gd_digest_check(bytes, sizeof bytes, &length), GD_DIGEST_RIGHT);
	CU_ASSERT_EQUAL(length, 100);
	for (size_t i = 0; i < sizeof bytes; i++) {
		bytes[i] ^= 16;
		gd_digest_verdict verdict = gd_digest_check(bytes, sizeof bytes, &length);
		/* In a file that is no HDF5, a trailer without its name is as good as none. */
		CU_ASSERT_EQUAL(verdict, i >= 100 && i < 108 ? GD_DIGEST_NONE : GD_DIGEST_WRONG);
		bytes[i] ^= 16;
	}
	CU_ASSERT_EQUAL(gd_digest_check(bytes, 0, &length), GD_DIGEST_NONE);
}

const unit_test unit_tests[] = {
	{"our own files are told apart", test_kinds},
	{"other files are named for what they are", test_others},
	{"any changed byte changes the digest", test_digest},
	{0},
};
