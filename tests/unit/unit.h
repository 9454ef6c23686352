/* The harness of the unit tests: a suite names itself and lists its tests. */
#ifndef UNIT_H
#define UNIT_H

#include <CUnit/CUnit.h>

typedef struct unit_test {
	const char *name;
	void (*run)(void);
} unit_test;

extern const char *const unit_suite;
extern const unit_test unit_tests[]; /* ends with a NULL name */

/* A directory of this process's own under $TMPDIR, made at the start and removed with all it holds at the end. */
const char *unit_directory(void);
/* `<unit_directory>/<name>` in a buffer that the next call overwrites (one of four in turn). */
const char *unit_path(const char *name);

#endif
