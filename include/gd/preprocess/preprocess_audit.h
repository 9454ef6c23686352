/* What there is to say about rows that are split and fitted: leaks, classes that parts lack, columns that say too much or nothing. Local. */
#ifndef GD_PREPROCESS_AUDIT_H
#define GD_PREPROCESS_AUDIT_H

#include "gd/preprocess/preprocess_run.h"

/* Fills the header's audit and class counts, and warns of what the user should know. */
GD_CHECKED gd_status gd_preprocess_audit(gd_preprocess *run);

#endif
