#include "ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gd/base/log.h"
#include "gd/parallel/mpi_error.h"

const char *const ranks_suite = "communicator";

static void test_start(void)
{
	int rank, size;
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &size);
	CU_ASSERT_EQUAL(ranks.rank, rank);
	CU_ASSERT_EQUAL(ranks.size, size);
	CU_ASSERT_PTR_NOT_NULL(ranks.phase);
	CU_ASSERT_EQUAL(ranks.watchdog, 0);
	int relation = MPI_IDENT;
	MPI_Comm_compare(ranks.mpi, MPI_COMM_WORLD, &relation);
	CU_ASSERT_EQUAL(relation, MPI_CONGRUENT);
	CU_ASSERT_EQUAL(gd_log_muted(), rank != 0);
}

static void test_share(void)
{
	const long long counts[] = {0, 1, 2, 5, 7, 8, 1000, 32828, 1ll << 40, (1ll << 62) + 12345};
	const int sizes[] = {1, 2, 3, 7, 8, 100, 4099};
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
		for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
			long long next = 0;
			int wrong = 0;
			for (int rank = 0; rank < sizes[s]; rank++) {
				gd_share share = gd_share_of(counts[c], rank, sizes[s]);
				wrong += share.first != next || share.first != (long long)((__int128)rank * counts[c] / sizes[s]);
				wrong += share.count < counts[c] / sizes[s] || share.count > counts[c] / sizes[s] + 1;
				next = share.first + share.count;
			}
			CU_ASSERT_EQUAL(wrong, 0);
			CU_ASSERT_EQUAL(next, counts[c]);
		}
}

static void test_agree_ok(void)
{
	gd_status mine = gd_ok();
	gd_status all = gd_agree(&ranks, &mine);
	CU_ASSERT_EQUAL(all.code, GD_OK);
}

/* What all ranks should have from rank `speaker`, which said `message`. */
static void check_place(const gd_status *all, const char *message, int speaker)
{
	char expected[508];
	snprintf(expected, sizeof expected, ranks.size > 1 ? "%s (rank %d on " : "%s", message, speaker);
	CU_ASSERT_NSTRING_EQUAL(all->message, expected, strlen(expected));
	size_t length = strlen(all->message);
	if (ranks.size > 1) {
		CU_ASSERT(length > strlen(expected) + 1 && all->message[length - 1] == ')');
	} else {
		CU_ASSERT_EQUAL(length, strlen(expected));
	}
}

static void test_agree_one_fails(void)
{
	for (int failing = 0; failing < ranks.size; failing++) {
		gd_status mine = ranks.rank == failing ? gd_error(GD_BAD_DATA, "cannot read part %d", failing) : gd_ok();
		gd_status all = gd_agree(&ranks, &mine);
		char message[64];
		snprintf(message, sizeof message, "cannot read part %d", failing);
		CU_ASSERT_EQUAL(all.code, GD_BAD_DATA);
		check_place(&all, message, failing);
	}
}

static void test_agree_several_fail(void)
{
	/* From the one that gives way to all to the one that goes before all. */
	static const gd_code order[] = {GD_OK, GD_STOPPED, GD_FAILED, GD_USAGE, GD_BAD_DATA, GD_DIVERGED};
	const int codes = sizeof order / sizeof *order;
	for (int shift = 0; shift < codes; shift++) {
		int worst = 0, speaker = 0;
		for (int rank = 0; rank < ranks.size; rank++)
			if ((rank * 5 + shift) % codes > worst) {
				worst = (rank * 5 + shift) % codes;
				speaker = rank;
			}
		gd_code code = order[(ranks.rank * 5 + shift) % codes];
		gd_status mine = code == GD_OK ? gd_ok() : gd_error(code, "failure of rank %d", ranks.rank);
		gd_status all = gd_agree(&ranks, &mine);
		CU_ASSERT_EQUAL(all.code, order[worst]);
		if (worst > 0) {
			char message[64];
			snprintf(message, sizeof message, "failure of rank %d", speaker);
			check_place(&all, message, speaker);
		}
	}
}

static void test_agree_alike(void)
{
	gd_status mine = gd_error(GD_USAGE, "unknown option '--x'");
	gd_status all = gd_agree(&ranks, &mine);
	CU_ASSERT_EQUAL(all.code, GD_USAGE);
	CU_ASSERT_STRING_EQUAL(all.message, "unknown option '--x'");

	mine = gd_error(GD_USAGE, "my rank is %d", ranks.rank);
	all = gd_agree(&ranks, &mine);
	CU_ASSERT_EQUAL(all.code, GD_USAGE);
	check_place(&all, "my rank is 0", 0);

	mine = gd_error(ranks.rank == 0 ? GD_FAILED : GD_BAD_DATA, "cannot read it");
	all = gd_agree(&ranks, &mine);
	CU_ASSERT_EQUAL(all.code, ranks.size > 1 ? GD_BAD_DATA : GD_FAILED);
	check_place(&all, "cannot read it", 1);
}

/* Two-byte characters behind `offset` bytes, up to the last byte of a message: the place is whole, and so is each character. */
static void check_long_message(size_t offset)
{
	char text[508];
	for (size_t i = 0; i + 1 < sizeof text; i++)
		text[i] = i < offset ? '-' : "\xc3\xa9"[(i - offset) % 2];
	text[sizeof text - 1] = '\0';
	gd_status mine = gd_ok();
	if (ranks.rank == ranks.size - 1) {
		mine.code = GD_FAILED;
		memcpy(mine.message, text, sizeof text);
	}
	gd_status all = gd_agree(&ranks, &mine);
	CU_ASSERT_EQUAL(all.code, GD_FAILED);
	size_t length = strnlen(all.message, sizeof all.message);
	CU_ASSERT(length < sizeof all.message);
	if (ranks.size > 1 && length < sizeof all.message) {
		char place[32];
		snprintf(place, sizeof place, " (rank %d on ", ranks.size - 1);
		const char *found = strstr(all.message, place);
		CU_ASSERT_PTR_NOT_NULL(found);
		if (found) {
			CU_ASSERT_EQUAL(((size_t)(found - all.message) - offset) % 2, 0);
		}
		CU_ASSERT_EQUAL(all.message[length - 1], ')');
	}
}

static void test_agree_long_message(void)
{
	check_long_message(0);
	check_long_message(1);
}

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 131 + (i >> 8) * 7 + 3);
}

static void test_broadcast(void)
{
	const size_t sizes[] = {0, 1, 7, 4096, 3000001};
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		unsigned char *bytes = calloc(sizes[s] + 1, 1);
		CU_ASSERT_PTR_NOT_NULL(bytes);
		if (!ranks_all(bytes != NULL))
			return free(bytes);
		for (size_t i = 0; ranks.rank == 0 && i < sizes[s]; i++)
			bytes[i] = byte_at(i);
		bytes[sizes[s]] = 0x5a;
		ranks_ok(gd_broadcast(&ranks, bytes, sizes[s]));
		size_t wrong = 0;
		for (size_t i = 0; i < sizes[s]; i++)
			wrong += bytes[i] != byte_at(i);
		CU_ASSERT_EQUAL(wrong, 0);
		CU_ASSERT_EQUAL(bytes[sizes[s]], 0x5a);
		free(bytes);
	}
}

static void test_broadcast_allocated(void)
{
	const size_t sizes[] = {0, 1, 5000};
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		void *bytes = NULL;
		size_t size = 12345;
		if (ranks.rank == 0) {
			size = sizes[s];
			bytes = malloc(size + 1);
			for (size_t i = 0; bytes && i < size; i++)
				((unsigned char *)bytes)[i] = byte_at(i);
		}
		if (!ranks_all(ranks.rank != 0 || bytes))
			return free(bytes);
		ranks_ok(gd_broadcast_allocated(&ranks, &bytes, &size));
		CU_ASSERT_EQUAL(size, sizes[s]);
		CU_ASSERT_PTR_NOT_NULL(bytes);
		size_t wrong = 0;
		for (size_t i = 0; bytes && i < size && i < sizes[s]; i++)
			wrong += ((unsigned char *)bytes)[i] != byte_at(i);
		CU_ASSERT_EQUAL(wrong, 0);
		free(bytes);
	}
}

static void test_wait(void)
{
	int left = (ranks.rank + ranks.size - 1) % ranks.size, right = (ranks.rank + 1) % ranks.size;
	int received = -1;
	MPI_Request request[2];
	ranks.waited = 0;
	MPI_Irecv(&received, 1, MPI_INT, left, 3, ranks.mpi, &request[0]);
	MPI_Isend(&ranks.rank, 1, MPI_INT, right, 3, ranks.mpi, &request[1]);
	ranks_ok(gd_wait(&ranks, &request[0]));
	ranks_ok(gd_wait(&ranks, &request[1]));
	CU_ASSERT_EQUAL(received, left);
	CU_ASSERT(request[0] == MPI_REQUEST_NULL && request[1] == MPI_REQUEST_NULL);
	CU_ASSERT(ranks.waited > 0 && ranks.waited < 1000);
	ranks_ok(gd_wait(&ranks, &request[0]));
}

static void test_error(void)
{
	gd_status status = gd_mpi_error(MPI_SUCCESS, "do this");
	CU_ASSERT_EQUAL(status.code, GD_OK);
	/* An error comes back instead of ending the job. */
	int code = MPI_Send(NULL, 0, MPI_INT, ranks.size, 0, ranks.mpi);
	CU_ASSERT_NOT_EQUAL(code, MPI_SUCCESS);
	status = gd_mpi_error(code, "send to nobody");
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	/* "MPI_ERR_RANK: invalid rank" or "Invalid rank, error stack: ...": the library's words, but in one line. */
	CU_ASSERT_NSTRING_EQUAL(status.message, "cannot send to nobody: ", 23);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "nvalid rank"));
	CU_ASSERT_PTR_NULL(strchr(status.message, '\n'));
}

/* Waits that together, but not each, are longer than the watchdog's patience do not end the job. */
static void test_watchdog_patience(void)
{
	if (ranks.size != 2)
		return;
	ranks.watchdog = 3;
	gd_status mine = gd_ok();
	for (int turn = 0; turn < 4; turn++) {
		struct timespec late = {.tv_nsec = 900000000};
		if (ranks.rank == 1)
			nanosleep(&late, NULL);
		ranks_ok(gd_agree(&ranks, &mine));
	}
	ranks.watchdog = 0;
}

const ranks_test ranks_tests[] = {
	{"start", test_start},
	{"share", test_share},
	{"agree: all are well", test_agree_ok},
	{"agree: one fails", test_agree_one_fails},
	{"agree: several fail differently", test_agree_several_fail},
	{"agree: all fail alike", test_agree_alike},
	{"agree: the longest message", test_agree_long_message},
	{"broadcast", test_broadcast},
	{"broadcast of an allocation", test_broadcast_allocated},
	{"wait", test_wait},
	{"error", test_error},
	{"watchdog: patience", test_watchdog_patience},
	{0},
};
