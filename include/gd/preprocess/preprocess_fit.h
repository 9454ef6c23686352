/* The second stage of `preprocess`: what is learned from the training part. Collective over the ranks that share the rows. */
#ifndef GD_PREPROCESS_FIT_H
#define GD_PREPROCESS_FIT_H

#include "gd/preprocess/preprocess_run.h"

/* From rows that are split: the order that the state says, and all of the header but the audit and where it came from. */
GD_CHECKED gd_status gd_preprocess_fit(gd_preprocess *run);
/* Local. The raw features [features] of the row at `position` of that order, overwritten (a gd_statistics_row). */
void gd_preprocess_row(void *run, int64_t position, double *features);

#endif
