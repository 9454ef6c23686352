/* Writing and reading a dataset together: every rank its rows, and on every rank the same verdict. */
#include <math.h>

#include "store/dataset_fixture.h"
#include "ranks.h"

const char *const ranks_suite = "dataset";

enum { TRAIN_ROWS = 50021, TEST_ROWS = 3 };

static const char *path_of(const char *name)
{
	static char path[2][600];
	static int turn;
	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s", ranks_directory(), name);
	return path[turn];
}

static float feature_at(int part, int64_t row, int f)
{
	return (float)(cos((double)row * 0.31 + f) + part);
}

static int32_t label_at(int part, int64_t row)
{
	(void)part;
	return (int32_t)(row % CLASSES);
}

/* Row `*context` of the training part, if it is one, holds a value that is not finite. */
static gd_status give_rows(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows)
{
	int64_t spoiled = *(const int64_t *)context - first;
	for (int64_t i = 0; i < count; i++) {
		for (int f = 0; f < FEATURES; f++)
			rows->features[i * FEATURES + f] = feature_at(part, first + i, f);
		rows->labels[i] = label_at(part, first + i);
		rows->source_rows[i] = 2 * (first + i) + 1;
	}
	if (part == GD_TRAIN && spoiled >= 0 && spoiled < count)
		rows->features[spoiled * FEATURES] = INFINITY;
	return gd_ok();
}

static void make_header(gd_dataset_header *header)
{
	make_dataset_header(header, (const int64_t[GD_PARTS]){TRAIN_ROWS, 0, TEST_ROWS}, label_at);
	gd_arena *arena = &header->preprocessing.arena;
	header->history = gd_arena_string(arena, "genre-dist preprocess");
	header->audit = gd_arena_string(arena, "no leak\n");
}

/* One rank writes, then all go on. */
static bool write_dataset(const char *path, int64_t spoiled)
{
	bool written = true;
	if (ranks.rank == 0) {
		gd_dataset_header header;
		make_header(&header);
		written = ranks_ok(gd_dataset_write(path, &header, give_rows, &spoiled));
		gd_dataset_header_release(&header);
	}
	return ranks_all(written);
}

/* Rows of each rank's share, against what was written. */
static void check_share(gd_dataset *dataset, gd_part part)
{
	gd_share share = gd_share_of(gd_dataset_get_header(dataset)->rows[part], ranks.rank, ranks.size);
	float *features = calloc((size_t)share.count * FEATURES + 1, sizeof *features);
	int32_t *labels = calloc((size_t)share.count + 1, sizeof *labels);
	int64_t *source = calloc((size_t)share.count + 1, sizeof *source);
	ranks_ok(gd_dataset_read(dataset, part, share.first, share.count, features, labels, source));
	int64_t wrong = 0;
	for (int64_t i = 0; i < share.count; i++) {
		for (int f = 0; f < FEATURES; f++)
			wrong += features[i * FEATURES + f] != feature_at(part, share.first + i, f);
		wrong += labels[i] != label_at(part, share.first + i);
		wrong += source[i] != 2 * (share.first + i) + 1;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	free(source);
	free(labels);
	free(features);
}

/* Rows that ranks have in no order: of chunks (16384 rows here) some are of one rank, some of two, one is of very many. */
static size_t deal_out(gd_dataset_piece *pieces)
{
	static const int64_t lengths[] = {1, 16383, 16384, 9, 1, 1, 1, 2, 5000, 4000, 300};
	size_t count = 0;
	for (int64_t first = 0, length; first < TRAIN_ROWS; first += length, count++) {
		length = lengths[count % (sizeof lengths / sizeof *lengths)];
		length = length < TRAIN_ROWS - first ? length : TRAIN_ROWS - first;
		pieces[count] = (gd_dataset_piece){GD_TRAIN, first, length, (int)(count * 5 + 1) % ranks.size};
	}
	for (int64_t row = 0; row < TEST_ROWS; row++, count++)
		pieces[count] = (gd_dataset_piece){GD_TEST, row, 1, (int)(row + 1) % ranks.size};
	return count;
}

enum { MOST_PIECES = 64 };

/* Deflated or not, what is written together is what one rank writes. */
static void write_together(const char *digest, bool deflated)
{
	gd_dataset *dataset = NULL;
	gd_dataset_piece pieces[MOST_PIECES];
	gd_dataset_header header;
	int64_t spoiled = -1;
	const char *together = path_of("together.h5");
	make_header(&header);
	header.deflated = deflated;
	bool written = ranks_ok(gd_dataset_write_together(&ranks, together, &header, pieces, deal_out(pieces), give_rows, &spoiled));
	gd_dataset_header_release(&header);
	if (!ranks_all(written) || !ranks_all(ranks_ok(gd_dataset_open(&ranks, together, &dataset))))
		return;
	CU_ASSERT_STRING_EQUAL(gd_dataset_get_header(dataset)->content_sha256, digest);
	CU_ASSERT_EQUAL(strlen(digest), 64);
	check_share(dataset, GD_TRAIN);
	check_share(dataset, GD_TEST);
	gd_dataset_close(dataset);
}

static void test_together(void)
{
	gd_dataset *dataset = NULL;
	char digest[65] = "";
	const char *path = path_of("one.h5");
	if (!write_dataset(path, -1) || !ranks_all(ranks_ok(gd_dataset_open(&ranks, path, &dataset))))
		return;
	snprintf(digest, sizeof digest, "%s", gd_dataset_get_header(dataset)->content_sha256);
	gd_dataset_close(dataset);
	write_together(digest, false);
	write_together(digest, true);
}

/* Rows from 20000 on are none. */
static gd_status refuse_rows(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows)
{
	if (part == GD_TRAIN && first + count > 20000)
		return gd_error(GD_BAD_DATA, "there is no row %lld", (long long)(first > 20000 ? first : 20000));
	return give_rows(context, part, first, count, rows);
}

/* Whatever rank has it, the first row that failed is what all hear of, and nothing is left. */
static void test_failing_source(void)
{
	gd_dataset_piece pieces[MOST_PIECES];
	gd_dataset_header header;
	int64_t spoiled = -1;
	const char *path = path_of("failing.h5");
	make_header(&header);
	for (int deflated = 0; deflated < 2; deflated++) {
		header.deflated = deflated;
		CU_ASSERT(says(gd_dataset_write_together(&ranks, path, &header, pieces, deal_out(pieces), refuse_rows, &spoiled), GD_BAD_DATA, "there is no row 20000", "20000"));
		CU_ASSERT_FALSE(gd_file_exists(path));
	}
	CU_ASSERT(says(gd_dataset_write_together(&ranks, path_of("no/such.h5"), &header, pieces, deal_out(pieces), give_rows, &spoiled), GD_FAILED, "cannot write", "such.h5"));
	gd_dataset_header_release(&header);
}

static void test_shares(void)
{
	gd_dataset *dataset = NULL;
	const char *path = path_of("shares.h5");
	if (!write_dataset(path, -1) || !ranks_all(ranks_ok(gd_dataset_open(&ranks, path, &dataset))))
		return;
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	CU_ASSERT_EQUAL(header->rows[GD_TRAIN], TRAIN_ROWS);
	CU_ASSERT_STRING_EQUAL(header->audit, "no leak\n");
	gd_preprocessing expected;
	const char *difference = NULL;
	make_preprocessing(&expected);
	CU_ASSERT(gd_preprocessing_equal(&expected, &header->preprocessing, &difference));
	gd_preprocessing_release(&expected);
	check_share(dataset, GD_TRAIN);
	check_share(dataset, GD_VALIDATION);
	check_share(dataset, GD_TEST); /* fewer rows than ranks */
	gd_dataset_close(dataset);
}

/* One rank alone meets the bad row; all hear of it. */
static void read_all(const char *path, const char *words)
{
	gd_dataset *dataset = NULL;
	if (!ranks_all(ranks_ok(gd_dataset_open(&ranks, path, &dataset))))
		return;
	gd_share share = gd_share_of(TRAIN_ROWS, ranks.rank, ranks.size);
	float *features = calloc((size_t)share.count * FEATURES + 1, sizeof *features);
	CU_ASSERT(says(gd_dataset_read(dataset, GD_TRAIN, share.first, share.count, features, NULL, NULL), GD_BAD_DATA, "train/features", words));
	free(features);
	check_share(dataset, GD_TEST);
	gd_dataset_close(dataset);
}

static void test_spoiled_row(void)
{
	const char *path = path_of("spoiled.h5");
	if (write_dataset(path, TRAIN_ROWS - 2))
		read_all(path, "row 50019");
}

static void test_damaged_chunk(void)
{
	const char *path = path_of("damaged.h5");
	if (!write_dataset(path, -1))
		return;
	if (ranks.rank == 0)
		flip_bit(path, feature_at(GD_TRAIN, TRAIN_ROWS - 5, 0), feature_at(GD_TRAIN, TRAIN_ROWS - 5, 1));
	ranks_all(true); /* not before it is written */
	read_all(path, "checksum");
}

static void test_bad_files(void)
{
	gd_dataset *dataset = NULL;
	const char *path = path_of("whole.h5"), *bad = path_of("bad.h5");
	if (!write_dataset(path, -1))
		return;
	if (ranks.rank == 0) {
		void *bytes = NULL;
		size_t size = 0;
		ranks_ok(gd_file_read(path, GD_BAD_DATA, &bytes, &size));
		write_bytes(bad, bytes, size / 2);
		free(bytes);
	}
	ranks_all(true);
	CU_ASSERT(says(gd_dataset_open(&ranks, bad, &dataset), GD_BAD_DATA, "bad.h5", "cut short"));
	CU_ASSERT(says(gd_dataset_open(&ranks, path_of("absent.h5"), &dataset), GD_BAD_DATA, "absent.h5", "no such file"));
	CU_ASSERT(says(gd_dataset_open(&ranks, ranks_directory(), &dataset), GD_BAD_DATA, "cannot read", "directory"));
	CU_ASSERT_PTR_NULL(dataset);
}

const ranks_test ranks_tests[] = {
	{"every rank reads its share", test_shares},
	{"every rank writes what it has", test_together},
	{"rows that cannot be had", test_failing_source},
	{"a value that is not finite, on one rank", test_spoiled_row},
	{"a damaged chunk, on one rank", test_damaged_chunk},
	{"files that are missing or cut short", test_bad_files},
	{0},
};
