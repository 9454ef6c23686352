/* Columns that alone tell the class of every record: more often another name of it than luck. Collective over the ranks that share the rows. */
#ifndef GD_PREPROCESS_HINTS_H
#define GD_PREPROCESS_HINTS_H

#include "gd/preprocess/preprocess_run.h"

/* A warning, a guess at what the user would want to know. */
GD_CHECKED gd_status gd_preprocess_warn_of_hints(gd_preprocess *run);

#endif
