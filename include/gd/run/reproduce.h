/* What it takes to make a model again, from what its checkpoint says. Local. */
#ifndef GD_REPRODUCE_H
#define GD_REPRODUCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gd/store/checkpoint.h"

/* Value of the setting of that name, or NULL. */
const char *gd_setting_find(const gd_setting *settings, size_t count, const char *name);

/* The command that trains the same model in a new run directory: every option that is not at its default, quoted for a shell; up to the step at which the checkpoint stands. */
void gd_reproduce_print_train(FILE *out, const gd_checkpoint *checkpoint);
/* The command that made the dataset, as recorded, or what is known about it; nothing if nothing is. */
void gd_reproduce_print_preprocess(FILE *out, const gd_checkpoint *checkpoint);

/* Entries of the provenance group about the dataset. Rows by class: "train,validation,test" for each class with ';' between. */
#define GD_DATASET_SOURCE "dataset_source"
#define GD_DATASET_SOURCE_SHA256 "dataset_source_sha256"
#define GD_DATASET_COMMAND "dataset_command"
#define GD_DATASET_RECORDS "dataset_records"
#define GD_DATASET_SPLIT "dataset_split"
#define GD_DATASET_SEED "dataset_seed"
#define GD_DATASET_CLASS_ROWS "dataset_class_rows"
#define GD_DATASET_AUDIT "dataset_audit"

/* rows [3, classes]: of the training, validation and test part, from the provenance's text; false where it is missing or malformed. */
bool gd_reproduce_class_rows(const gd_checkpoint *checkpoint, int64_t *rows);

#endif
