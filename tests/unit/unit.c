#include "unit.h"

#include <CUnit/Basic.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gd/base/processor.h"

static char directory[256];

const char *unit_directory(void)
{
	return directory;
}

const char *unit_path(const char *name)
{
	static char path[4][512];
	static int turn;
	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", directory, name);
	return path[turn];
}

static int remove_entry(const char *path, const struct stat *info, int flag, struct FTW *walk)
{
	(void)info, (void)flag, (void)walk;
	return remove(path);
}

int main(void)
{
	gd_status processor = gd_processor_check();
	if (gd_failed(&processor)) {
		fprintf(stderr, "skipped: %s\n", processor.message);
		return 77;
	}
	const char *base = getenv("TMPDIR");
	snprintf(directory, sizeof directory, "%s/genre-dist-unit-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(directory)) {
		perror(directory);
		return 2;
	}
	if (CU_initialize_registry() != CUE_SUCCESS)
		return 2;
	CU_pSuite suite = CU_add_suite(unit_suite, NULL, NULL);
	for (const unit_test *test = unit_tests; suite && test->name; test++)
		if (!CU_add_test(suite, test->name, test->run))
			suite = NULL;
	CU_basic_set_mode(CU_BRM_VERBOSE);
	if (!suite || CU_basic_run_tests() != CUE_SUCCESS) {
		fprintf(stderr, "cannot run the suite: %s\n", CU_get_error_msg());
		return 2;
	}
	unsigned failures = CU_get_number_of_failures();
	unsigned run = CU_get_number_of_tests_run();
	CU_cleanup_registry();
	nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return failures || !run ? 1 : 0;
}
