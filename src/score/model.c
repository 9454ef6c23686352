#include "gd/score/model.h"

#include <stdlib.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/store/file_kind.h"

gd_status gd_model_read(gd_communicator *communicator, const char *path, gd_checkpoint *model)
{
	void *bytes = NULL;
	size_t size = 0;
	gd_status mine = communicator->rank == 0 ? gd_file_expect_kind(path, GD_KIND_CHECKPOINT) : gd_ok();
	if (!gd_failed(&mine) && communicator->rank == 0)
		mine = gd_file_read(path, GD_BAD_DATA, &bytes, &size);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_broadcast_allocated(communicator, &bytes, &size);
	if (!gd_failed(&status)) {
		mine = gd_checkpoint_decode(path, bytes, size, model);
		status = gd_agree(communicator, &mine);
		if (gd_failed(&status) && !gd_failed(&mine))
			gd_checkpoint_release(model);
	}
	free(bytes);
	return status;
}

gd_status gd_ensemble_read(gd_communicator *communicator, const char *const *paths, int count, gd_ensemble *ensemble)
{
	*ensemble = (gd_ensemble){.count = count};
	ensemble->models = gd_allocate((size_t)count, sizeof *ensemble->models);
	ensemble->members = gd_allocate((size_t)count, sizeof *ensemble->members);
	gd_status mine = ensemble->models && ensemble->members ? gd_ok() : gd_out_of_memory("the models");
	gd_status status = gd_agree(communicator, &mine);
	for (int m = 0; m < count && !gd_failed(&status); m++) {
		const char *difference = NULL;
		gd_checkpoint *model = &ensemble->models[m];
		status = gd_model_read(communicator, paths[m], model);
		if (gd_failed(&status))
			break;
		ensemble->members[m] = (gd_member){model->network, model->parameters, model->statistics, model->calibration.temperature};
		if (m && !gd_preprocessing_match(&ensemble->models[0].preprocessing, &model->preprocessing, &difference))
			status = gd_error(GD_BAD_DATA, "'%s' and '%s' do not go together: their %s differ; average models of one dataset", paths[0], paths[m], difference);
	}
	return status;
}

void gd_ensemble_release(gd_ensemble *ensemble)
{
	for (int m = 0; ensemble->models && m < ensemble->count; m++)
		gd_checkpoint_release(&ensemble->models[m]);
	free(ensemble->models);
	free(ensemble->members);
	*ensemble = (gd_ensemble){0};
}

/* A model learned features and classes in one order: the dataset must have the same. */
gd_status gd_ensemble_match(const gd_ensemble *ensemble, const char *model, const gd_dataset *dataset, const char *data, gd_part part)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	const char *difference = NULL;
	if (!gd_preprocessing_match(&ensemble->models[0].preprocessing, &header->preprocessing, &difference))
		return gd_error(GD_BAD_DATA, "'%s' was trained on another preprocessing than '%s': their %s differ", model, data, difference);
	if (header->rows[part] == 0)
		return gd_error(GD_BAD_DATA, "'%s' has no %s part", data, gd_part_names[part]);
	if (gd_preprocessing_weighs(&ensemble->models[0].preprocessing) && !header->weight)
		gd_log_warning("'%s' has no weights (preprocess --weight), which the records had that '%s' was trained on: each row counts 1", data, model);
	return gd_ok();
}
