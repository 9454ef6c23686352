/* The encoding of features in the group `preprocessing`; called by gd_hdf5_put_preprocessing and gd_hdf5_get_preprocessing. Local. */
#ifndef GD_HDF5_ENCODING_H
#define GD_HDF5_ENCODING_H

#include "gd/store/hdf5_file.h"

void gd_hdf5_put_encoding(gd_hdf5 *hdf5, const gd_preprocessing *preprocessing);
/* A file without it has standard features, none of them a number. Tables are checked: finite, rising, of lengths that fit. */
void gd_hdf5_get_encoding(gd_hdf5 *hdf5, gd_preprocessing *preprocessing);

#endif
