/* What encoder and decoder of checkpoints share: the words and fields of the file. Local. */
#ifndef GD_CHECKPOINT_FILE_H
#define GD_CHECKPOINT_FILE_H

#include "gd/store/checkpoint.h"
#include "gd/store/hdf5_file.h"

/* A field of a struct as an attribute of the same name. */
typedef enum gd_field_type { GD_FIELD_COUNT, GD_FIELD_UNSIGNED, GD_FIELD_REAL } gd_field_type;
typedef struct gd_field {
	const char *name;
	gd_field_type type; /* int64_t from 0 on, uint64_t, double */
	size_t offset;
	int64_t absent; /* of a count: what a file without the attribute means; 0: there is none */
} gd_field;
/* Of gd_calibration, all reals; the temperature first. */
extern const gd_field gd_calibration_fields[];
extern const size_t gd_calibration_fields_count;
extern const gd_field gd_progress_fields[];
extern const size_t gd_progress_fields_count;

enum { GD_TENSOR_PATH = 96 };
/* "model/dense_0/weight"; `tree` is "model", "ema", "optimizer/first_moment". */
const char *gd_tensor_path(const char *tree, const gd_tensor *tensor, char path[GD_TENSOR_PATH]);
/* A weight is a matrix, and whatever periodic embeddings have for each feature or members for each column; everything else a vector. Members' output layers have an axis more. */
int gd_tensor_rank(const gd_tensor *tensor);
void gd_tensor_shape(const gd_tensor *tensor, hsize_t shape[GD_HDF5_DIMENSIONS]);

#endif
