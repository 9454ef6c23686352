/* The last stage of `preprocess`: each rank standardises its rows, and writes them into the file. Collective. */
#ifndef GD_PREPROCESS_WRITE_H
#define GD_PREPROCESS_WRITE_H

#include "gd/preprocess/preprocess_run.h"

/* Writes the dataset whose header is complete. */
GD_CHECKED gd_status gd_preprocess_write(gd_preprocess *run);

#endif
