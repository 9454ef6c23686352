#include "ranks.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/parallel/host_sum.h"
#include "gd/parallel/reduce.h"

gd_communicator ranks;
static char directory[PATH_MAX];

const char *ranks_directory(void)
{
	return directory;
}

/* By MPI itself rather than by what is under test. */
static int sum_over_ranks(int mine)
{
	int total = mine;
	if (MPI_Allreduce(&mine, &total, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD) != MPI_SUCCESS)
		MPI_Abort(MPI_COMM_WORLD, 2);
	return total;
}

bool ranks_all(bool mine)
{
	return sum_over_ranks(!mine) == 0;
}

bool ranks_ok(gd_status status)
{
	if (!gd_failed(&status))
		return true;
	fprintf(stderr, "rank %d: %s\n", ranks.rank, status.message);
	CU_FAIL("a status is an error");
	return false;
}

static void print_failures(const char *test)
{
	for (CU_pFailureRecord record = CU_get_failure_list(); record; record = record->pNext)
		fprintf(stderr, "rank %d: %s: %s:%u: %s\n", ranks.rank, test, record->strFileName ? record->strFileName : "", record->uiLineNumber,
			record->strCondition ? record->strCondition : "");
}

static int remove_entry(const char *path, const struct stat *info, int flag, struct FTW *walk)
{
	(void)info, (void)flag, (void)walk;
	return remove(path);
}

static bool make_directory(void)
{
	bool made = true;
	if (ranks.rank == 0) {
		const char *base = getenv("TMPDIR");
		snprintf(directory, sizeof directory, "%s/genre-dist-ranks-XXXXXX", base ? base : "/tmp");
		made = mkdtemp(directory) != NULL;
	}
	MPI_Bcast(directory, (int)sizeof directory, MPI_BYTE, 0, MPI_COMM_WORLD);
	return ranks_all(made);
}

/* Every rank registers the same tests, so that all run them in the same order. */
static bool register_tests(CU_pSuite *suite)
{
	if (CU_initialize_registry() != CUE_SUCCESS)
		return false;
	*suite = CU_add_suite(ranks_suite, NULL, NULL);
	for (const ranks_test *test = ranks_tests; *suite && test->name; test++)
		if (!CU_add_test(*suite, test->name, test->run))
			return false;
	return *suite != NULL;
}

static void run_tests(CU_pSuite suite, const char *how, int *run, int *failed)
{
	for (const ranks_test *test = ranks_tests; test->name; test++) {
		ranks.phase = test->name;
		CU_ErrorCode error = CU_run_test(suite, CU_get_test(suite, test->name));
		unsigned failures = CU_get_number_of_failures();
		print_failures(test->name);
		int bad = sum_over_ranks(failures > 0 || error != CUE_SUCCESS);
		++*run;
		*failed += bad > 0;
		if (ranks.rank == 0) {
			printf("%s: %s, %d ranks %s: %s", ranks_suite, test->name, ranks.size, how, bad ? "FAILED" : "passed");
			if (bad)
				printf(" on %d of them", bad);
			printf("\n");
			fflush(stdout);
		}
	}
}

int main(int argc, char **argv)
{
	gd_status status = gd_communicator_start(&ranks, &argc, &argv, 0);
	if (gd_failed(&status)) {
		fprintf(stderr, "%s\n", status.message);
		return 2;
	}
	CU_pSuite suite = NULL;
	if (!ranks_all(register_tests(&suite)) || !make_directory()) {
		fprintf(stderr, "rank %d: cannot set up the suite: %s\n", ranks.rank, CU_get_error_msg());
		MPI_Abort(MPI_COMM_WORLD, 2);
	}
	int run = 0, failed = 0;
	run_tests(suite, ranks.node ? "in shared memory" : "by messages", &run, &failed);
	/* As ranks of several hosts are. */
	gd_host_sum *node = ranks.node;
	ranks.node = NULL;
	if (node)
		run_tests(suite, "by messages", &run, &failed);
	ranks.node = node;
	CU_cleanup_registry();
	MPI_Barrier(MPI_COMM_WORLD);
	if (ranks.rank == 0)
		nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	gd_communicator_finish(&ranks);
	return failed || !run ? 1 : 0;
}
