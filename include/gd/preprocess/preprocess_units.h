/* Groups of rows that several ranks hold: which part each goes to, and what the split does to them. Collective. */
#ifndef GD_PREPROCESS_UNITS_H
#define GD_PREPROCESS_UNITS_H

#include "gd/preprocess/preprocess_run.h"

/* Sets rows.part from the first group column, whose groups stay together. As gd_split_assign, group after group in the order of their keys. */
GD_CHECKED gd_status gd_preprocess_split_units(gd_preprocess *run);
/* Of group column `group`; or, with -1, of records that are equal in every column. As gd_statistics_audit. */
GD_CHECKED gd_status gd_preprocess_audit_units(gd_preprocess *run, int group, gd_audit *audit);

#endif
