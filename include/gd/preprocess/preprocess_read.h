/* The first stage of `preprocess`: which columns mean what, and the records in memory. Local. */
#ifndef GD_PREPROCESS_READ_H
#define GD_PREPROCESS_READ_H

#include "gd/preprocess/preprocess_run.h"

/* Chooses the schema and reads the table: recipe (which may still have something to learn) and rows, labels in the order of the classes. */
GD_CHECKED gd_status gd_preprocess_read(gd_preprocess *run);

#endif
