/* What writer and reader of dataset files share. Local. */
#ifndef GD_DATASET_FILE_H
#define GD_DATASET_FILE_H

#include "gd/store/dataset.h"
#include "gd/store/fold.h"
#include "gd/store/hdf5_file.h"

/* The arrays of a part, and what they hold; the last two where rows have weights, or were split by groups. */
typedef enum gd_column { GD_FEATURES, GD_LABELS, GD_SOURCE_ROWS, GD_WEIGHTS, GD_GROUPS, GD_COLUMNS } gd_column;
typedef struct gd_column_form {
	const char *name;
	gd_element element;
	int rank;
	const char *long_name;
} gd_column_form;
extern const gd_column_form gd_column_forms[GD_COLUMNS];

/* Whether a part has it. */
bool gd_column_is_there(const gd_dataset_header *header, gd_column column);
/* "train/features" into 32 bytes. */
const char *gd_column_path(gd_part part, gd_column column, char path[32]);

const char *gd_dataset_path(const gd_dataset *dataset);
/* *communicator: the dataset's. */
gd_fold *gd_dataset_get_fold(gd_dataset *dataset, gd_communicator **communicator);
/* Collective (or local). Rows of a part as the dataset shows it; every rank makes the same calls. */
GD_CHECKED gd_status gd_dataset_read_column(gd_dataset *dataset, gd_part part, gd_column column, int64_t first, int64_t count, void *values);

/* All but the parts' arrays. */
void gd_hdf5_put_dataset_header(gd_hdf5 *hdf5, const gd_dataset_header *header);
/* Rows follow from the class counts; released by the caller even after a failure. */
void gd_hdf5_get_dataset_header(gd_hdf5 *hdf5, gd_dataset_header *header);

#endif
