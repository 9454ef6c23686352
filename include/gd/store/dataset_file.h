/* What writer and reader of dataset files share. Local. */
#ifndef GD_DATASET_FILE_H
#define GD_DATASET_FILE_H

#include "gd/store/dataset.h"
#include "gd/store/hdf5_file.h"

/* The arrays of a part, and what they hold; the last one where rows have weights. */
typedef enum gd_column { GD_FEATURES, GD_LABELS, GD_SOURCE_ROWS, GD_WEIGHTS, GD_COLUMNS } gd_column;
typedef struct gd_column_form {
	const char *name;
	gd_element element;
	int rank;
	const char *long_name;
} gd_column_form;
extern const gd_column_form gd_column_forms[GD_COLUMNS];

/* How many of them a part has. */
int gd_column_count(const gd_dataset_header *header);
/* "train/features" into 32 bytes. */
const char *gd_column_path(gd_part part, gd_column column, char path[32]);

/* The rows of the training part that gd_dataset_fold holds out; *communicator: the dataset's. */
gd_share *gd_dataset_held(gd_dataset *dataset, gd_communicator **communicator);

/* All but the parts' arrays. */
void gd_hdf5_put_dataset_header(gd_hdf5 *hdf5, const gd_dataset_header *header);
/* Rows follow from the class counts; released by the caller even after a failure. */
void gd_hdf5_get_dataset_header(gd_hdf5 *hdf5, gd_dataset_header *header);

#endif
