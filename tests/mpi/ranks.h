/*
 * The harness of the tests that run on several ranks: a suite names itself and lists its tests, as in unit.h; every rank
 * runs every test, and a test fails if an assertion failed on any rank.
 *
 * Assertions are CUnit's, without the _FATAL ones: a rank that left a test early would strand the others in their next
 * collective call. After a failed call that the test cannot do without, all ranks leave together: if (!ranks_all(ok)) return;
 */
#ifndef RANKS_H
#define RANKS_H

#include <CUnit/CUnit.h>

#include "gd/parallel/communicator.h"

typedef struct ranks_test {
	const char *name;
	void (*run)(void);
} ranks_test;

extern const char *const ranks_suite;
extern const ranks_test ranks_tests[]; /* ends with a NULL name */

/* Of all ranks of the job. */
extern gd_communicator ranks;

/* Collective. Whether it is true on every rank. */
bool ranks_all(bool mine);
/* Local. A status without an error passes; else the assertion fails with its message on stderr. */
bool ranks_ok(gd_status status);
/* A directory that all ranks of this host share, made at the start and removed with all it holds at the end. */
const char *ranks_directory(void);

#endif
