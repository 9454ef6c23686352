/*
 * A dataset of very many drawn songs, made by all ranks in bounded memory: each rank draws its part of the rows, twice (once for the moments), and rank 0 writes them block
 * by block. The file is a function of profile, seed and number of rows alone.
 *
 * Unlike `preprocess`, which shares out each class exactly, parts are what a keyed permutation of all rows makes of them, and there is no leak audit: both would need all
 * records at once. Features are those of the shipped song schema.
 */
#ifndef GD_SYNTH_DATASET_H
#define GD_SYNTH_DATASET_H

#include <stdio.h>

#include "gd/parallel/communicator.h"
#include "gd/songs/synth.h"

typedef struct gd_synth_dataset_options {
	gd_synth songs;             /* `tracks` stays 0: nobody counts them */
	const char *name;           /* of the source, for the header */
	const char *profile_sha256; /* of the profile's text */
	const char *output, *history;
	FILE *out;                  /* where tables are printed by rank 0; NULL: nowhere */
} gd_synth_dataset_options;

/* Collective. GD_BAD_DATA for a profile with classes that the schema lacks; GD_FAILED for disk and memory. */
GD_CHECKED gd_status gd_synth_dataset_write(gd_communicator *communicator, const gd_synth_dataset_options *options);

#endif
