/* What a dataset holds, as tables on the screen. Local. */
#ifndef GD_DATASET_PRINT_H
#define GD_DATASET_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "gd/store/dataset.h"

/* Records of each class in each part; of many classes the first ones, unless all are asked for. */
void gd_dataset_print_classes(FILE *out, const gd_dataset_header *header, bool all);
/* Of the features that are numbers (scalar [features]), at most 14 of them. */
void gd_dataset_print_correlation(FILE *out, const gd_dataset_header *header, const bool *scalar);

#endif
