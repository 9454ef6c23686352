/* The last stage of `preprocess`: rows to the ranks that make blocks of them, and into the file. Collective. */
#ifndef GD_PREPROCESS_WRITE_H
#define GD_PREPROCESS_WRITE_H

#include "gd/preprocess/preprocess_run.h"

/* Writes the dataset whose header is complete. Blocks of the stored order go round the ranks, which standardise them; rank 0 writes. */
GD_CHECKED gd_status gd_preprocess_write(gd_preprocess *run);

#endif
