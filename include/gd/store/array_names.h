/* What the columns of an array in an HDF5 file are called. Local. */
#ifndef GD_ARRAY_NAMES_H
#define GD_ARRAY_NAMES_H

#include "gd/store/hdf5_file.h"

/*
 * names [columns], in the arena, of the array [rows, columns] at `path`: an attribute's, a dimension scale's, or 1, 2, ... (gd/store/array_table.h). Only one-dimensional texts of that number are
 * taken for names.
 */
GD_CHECKED gd_status gd_array_names(gd_hdf5 *hdf5, const char *path, hid_t dataset, size_t columns, gd_arena *arena, char **names);

#endif
