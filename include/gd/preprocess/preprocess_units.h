/* Groups of rows that several ranks hold: which part each goes to, and what the split does to them. Collective. */
#ifndef GD_PREPROCESS_UNITS_H
#define GD_PREPROCESS_UNITS_H

#include "gd/preprocess/preprocess_run.h"

/*
 * Sets rows.part from the first group column, whose groups stay together. Groups are taken in the order of their keys: one that fits what its classes are still owed (gd_split_quotas of
 * ceil(rows * test fraction)) goes to the test part. The validation part is filled likewise from what is left, the rest is for training.
 */
GD_CHECKED gd_status gd_preprocess_split_units(gd_preprocess *run);
/* Of group column `group`; or, with -1, of records that are equal in every column. As gd_statistics_audit. */
GD_CHECKED gd_status gd_preprocess_audit_units(gd_preprocess *run, int group, gd_audit *audit);

#endif
