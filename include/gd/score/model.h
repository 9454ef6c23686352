/* Finished models, read for use: one, or several whose probabilities are averaged. */
#ifndef GD_MODEL_H
#define GD_MODEL_H

#include "gd/parallel/communicator.h"
#include "gd/score/evaluation.h"
#include "gd/store/checkpoint.h"

typedef struct gd_ensemble {
	int count;
	gd_checkpoint *models; /* [count] */
	gd_member *members;    /* [count], borrowing from the models */
} gd_ensemble;

/* Collective. Rank 0 reads the file, all ranks get what is in it; after a failure there is nothing to release. */
GD_CHECKED gd_status gd_model_read(gd_communicator *communicator, const char *path, gd_checkpoint *model);
/* Collective. Rank 0 reads the files, all ranks get them. Models of unlike preprocessing or classes do not go together (GD_BAD_DATA). */
GD_CHECKED gd_status gd_ensemble_read(gd_communicator *communicator, const char *const *paths, int count, gd_ensemble *ensemble);
void gd_ensemble_release(gd_ensemble *ensemble);
/* Local. Whether the models, of which the first is `model`, can be scored on `part` of the dataset `data`: GD_BAD_DATA if it has no rows, or another preprocessing than theirs. */
GD_CHECKED gd_status gd_ensemble_match(const gd_ensemble *ensemble, const char *model, const gd_dataset *dataset, const char *data, gd_part part);

#endif
