/* What kind of file a path is, by its root attributes. Local. */
#ifndef GD_FILE_KIND_H
#define GD_FILE_KIND_H

#include <stdbool.h>

#include "gd/base/status.h"

typedef enum gd_file_kind { GD_KIND_DATASET, GD_KIND_CHECKPOINT, GD_KIND_METRICS, GD_KIND_SWEEP } gd_file_kind;

/* The `format` attribute of each kind. */
extern const char *const gd_file_kind_formats[];

/* Reads the `format` attribute; a file that is no HDF5, is cut short, or is not ours is GD_BAD_DATA. */
GD_CHECKED gd_status gd_file_kind_of(const char *path, gd_file_kind *kind);
/* Whether something is there that is no HDF5 file by its first bytes: a table perhaps, or a pipe, which is not read. "-" is stdin. */
bool gd_file_is_no_hdf5(const char *path);
/*
 * What --force may replace: GD_USAGE where `path` leads to a model, a checkpoint, or what else of ours is no dataset, or to a run's configuration; where `spares_datasets`, to a dataset, too.
 */
GD_CHECKED gd_status gd_file_check_forced(const char *path, bool spares_datasets);
/* GD_BAD_DATA, with a word on where such files come from, for anything but that kind. */
GD_CHECKED gd_status gd_file_expect_kind(const char *path, gd_file_kind kind);

/* The first words of a run's config.ini. */
#define GD_CONFIG_BEGINNING "; every option in force"

#endif
