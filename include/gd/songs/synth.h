/*
 * Songs drawn from a profile: a Gaussian copula per class. Normals with the profile's correlation, through the normal distribution function, become
 * uniforms, and through each column's inverse distribution function, values.
 * Record `row` is a function of (profile, seed, row) alone: the same bits on every machine, and more rows only add to fewer. Local.
 * Source: R. Nelsen, "An introduction to copulas", 2006, section 2.9 (Sklar's inversion).
 */
#ifndef GD_SYNTH_H
#define GD_SYNTH_H

#include <stdint.h>

#include "gd/base/status.h"
#include "gd/reader/table.h"
#include "gd/songs/profile.h"

typedef struct gd_song {
	/* of the track: those of an earlier record where this one repeats its track */
	int64_t track;                    /* the record that first has it */
	char track_id[23], album_id[23];  /* 22 characters of base 62 */
	char title[64], artist[64];       /* made up */
	char release_date[11];            /* YYYY-MM-DD, YYYY-MM or YYYY */
	double value[GD_PROFILE_NUMBERS]; /* in the order of gd_profile_columns */
	/* of the record */
	int class, subgenre;
	char playlist_id[23], playlist_name[GD_PROFILE_NAME + 24];
} gd_song;

void gd_synth_song(const gd_profile *profile, uint64_t seed, int64_t row, gd_song *song);

/* The class alone; or class, track, release date and numbers alone (the latter as they are written), which is all that features are made of. */
int gd_synth_class(const gd_profile *profile, uint64_t seed, int64_t row);
void gd_synth_numbers(const gd_profile *profile, uint64_t seed, int64_t row, gd_song *song);

/* A table of drawn songs: records 0 ... rows - 1. */
typedef struct gd_synth {
	const gd_profile *profile;
	uint64_t seed;
	int64_t rows;
	int64_t tracks; /* out: how many different tracks the last reading or writing had */
} gd_synth;

/* A CSV with the 23 columns of the real songs; `path` exists only when it is whole. Constant memory. */
GD_CHECKED gd_status gd_synth_write(gd_synth *synth, const char *path);

/* A gd_table_source over the same records without the file; `context` is a gd_synth, sha256 (may be NULL) that of the CSV's bytes. */
gd_status gd_synth_deliver(void *context, const gd_table_reader *reader, char sha256[65]);

#endif
