#include "gd/store/checkpoint.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/sha256.h"
#include "gd/store/checkpoint_file.h"


#define AT(field) offsetof(gd_progress, field)
const gd_field gd_progress_fields[] = {
	{"epoch", GD_FIELD_COUNT, AT(epoch), 0},
	{"step_in_epoch", GD_FIELD_COUNT, AT(step_in_epoch), 0},
	{"step", GD_FIELD_COUNT, AT(step), 0},
	{"seed", GD_FIELD_UNSIGNED, AT(seed), 0},
	{"block_rows", GD_FIELD_COUNT, AT(block_rows), 0},
	{"blocks", GD_FIELD_COUNT, AT(blocks), 0},
	{"arithmetic", GD_FIELD_COUNT, AT(arithmetic), 1},
	{"best_validation_loss", GD_FIELD_REAL, AT(best_validation_loss), 0},
	{"best_epoch", GD_FIELD_COUNT, AT(best_epoch), 0},
	{"epochs_without_improvement", GD_FIELD_COUNT, AT(epochs_without_improvement), 0},
	{"loss_sum", GD_FIELD_REAL, AT(loss_sum), 0},
	{"norm_sum", GD_FIELD_REAL, AT(norm_sum), 0},
	{"rows_sum", GD_FIELD_REAL, AT(rows_sum), 0},
	{"correct_sum", GD_FIELD_REAL, AT(correct_sum), 0},
	{"seconds_sum", GD_FIELD_REAL, AT(seconds_sum), 0},
	{"training_seconds_sum", GD_FIELD_REAL, AT(training_seconds_sum), 0},
	{"communication_seconds_sum", GD_FIELD_REAL, AT(communication_seconds_sum), 0},
};
#undef AT
const size_t gd_progress_fields_count = sizeof gd_progress_fields / sizeof *gd_progress_fields;

#define AT(field) offsetof(gd_calibration, field)
const gd_field gd_calibration_fields[] = {
	{"temperature", GD_FIELD_REAL, AT(temperature), 0},
	{"uncalibrated_log_loss", GD_FIELD_REAL, AT(before.log_loss), 0},
	{"uncalibrated_calibration_error", GD_FIELD_REAL, AT(before.calibration_error), 0},
	{"uncalibrated_brier", GD_FIELD_REAL, AT(before.brier), 0},
	{"calibrated_log_loss", GD_FIELD_REAL, AT(after.log_loss), 0},
	{"calibrated_calibration_error", GD_FIELD_REAL, AT(after.calibration_error), 0},
	{"calibrated_brier", GD_FIELD_REAL, AT(after.brier), 0},
};
#undef AT
const size_t gd_calibration_fields_count = sizeof gd_calibration_fields / sizeof *gd_calibration_fields;

const char *gd_tensor_path(const char *tree, const gd_tensor *tensor, char path[GD_TENSOR_PATH])
{
	snprintf(path, GD_TENSOR_PATH, "%s/%s/%s", tree, tensor->group, tensor->name);
	return path;
}

int gd_tensor_rank(const gd_tensor *tensor)
{
	if (tensor->members)
		return tensor->role == GD_TENSOR_DENSE_WEIGHT ? 3 : 2;
	return gd_tensor_is_weight(tensor) || tensor->role == GD_TENSOR_MEMBER_FACTOR || tensor->role == GD_TENSOR_PERIODIC_FREQUENCY || tensor->role == GD_TENSOR_PERIODIC_BIAS ? 2 : 1;
}

void gd_tensor_shape(const gd_tensor *tensor, hsize_t shape[GD_HDF5_DIMENSIONS])
{
	hsize_t rows = (hsize_t)tensor->rows, columns = (hsize_t)tensor->columns, members = (hsize_t)tensor->members;
	hsize_t all[][GD_HDF5_DIMENSIONS] = {{columns}, {rows, columns}, {members, members ? rows / members : rows, columns}};
	memcpy(shape, all[gd_tensor_rank(tensor) - 1], sizeof *all);
}

void gd_weights_sha256(const gd_network *network, const float *parameters, const float *statistics, char text[65])
{
	enum { PIECE = 1024 };
	uint32_t piece[PIECE];
	uint8_t digest[32];
	gd_sha256 hash;
	gd_sha256_init(&hash);
	for (int t = 0; t < gd_network_model_tensors(network); t++) {
		const gd_tensor *tensor = gd_network_model_tensor(network, t);
		const float *values = (gd_tensor_is_statistic(tensor) ? statistics : parameters) + tensor->offset;
		size_t count = (size_t)tensor->rows * (size_t)tensor->columns;
		for (size_t first = 0; first < count; first += PIECE) {
			size_t length = count - first < PIECE ? count - first : PIECE;
			memcpy(piece, values + first, length * sizeof *piece);
			for (size_t i = 0; i < length; i++)
				piece[i] = htole32(piece[i]);
			gd_sha256_update(&hash, piece, length * sizeof *piece);
		}
	}
	gd_sha256_finish(&hash, digest);
	gd_sha256_hex(digest, text);
}

void gd_checkpoint_release(gd_checkpoint *checkpoint)
{
	gd_network_free(checkpoint->network);
	gd_history_release(&checkpoint->history);
	gd_preprocessing_release(&checkpoint->preprocessing);
	gd_arena_release(&checkpoint->arena);
	*checkpoint = (gd_checkpoint){0};
}
