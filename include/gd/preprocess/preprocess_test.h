/* The test part from files of its own: another table, whose records are read with the recipe that the inputs taught. Collective over the ranks that share the work. */
#ifndef GD_PREPROCESS_TEST_H
#define GD_PREPROCESS_TEST_H

#include "gd/preprocess/preprocess_run.h"

/*
 * After the inputs' rows and classes are known to all ranks: opens the options' test files, which may be written otherwise than the inputs and have their columns in another order, and adds their
 * records to run->rows, numbered behind those of the inputs; run->records, the rows' counts and the header's source_sha256 are then of all files. GD_BAD_DATA for a column that is lacking.
 */
GD_CHECKED gd_status gd_preprocess_read_tests(gd_preprocess *run);
/* Local. */
void gd_preprocess_close_tests(gd_preprocess *run);

#endif
