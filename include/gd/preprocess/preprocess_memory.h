/* How much memory a rank takes, and what for. */
#ifndef GD_PREPROCESS_MEMORY_H
#define GD_PREPROCESS_MEMORY_H

#include "gd/preprocess/preprocess_run.h"
#include "gd/schema/inference.h"

/* The least that --memory takes: MPI, HDF5, a table's reader and what is learned of its columns have their share of it. */
#define GD_LEAST_MEMORY ((int64_t)256 << 20)

/*
 * Collective. Sets run->memory and plans run->spill, whose file will be beside the output. GENRE_DIST_SPILL=ROOM,WORK,CHUNK (bytes) is for tests: small tables are spilled then as large ones are.
 */
GD_CHECKED gd_status gd_preprocess_plan_memory(gd_preprocess *run);
/*
 * Local. Where --memory is given and what is kept of the columns that are looked at, with a value more of each, would not be within it, the last of them are left to another reading of the
 * table. GD_FAILED, with what would do, where there is no room for one.
 */
GD_CHECKED gd_status gd_preprocess_fit_columns(const gd_preprocess *run, gd_inference *inference);
/* Collective. The same of what all ranks keep, made one: all look at the same columns. */
GD_CHECKED gd_status gd_preprocess_fit_columns_together(const gd_preprocess *run, gd_inference *inference);

#endif
