/* Names and identifiers for drawn songs, all of them made up. Local. */
#ifndef GD_SONG_TEXT_H
#define GD_SONG_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "gd/songs/profile.h"
#include "gd/songs/synth.h"

/* Title, artist and identifiers of a track, from two draws of 64 bits. Artists are those of the class, few of them with many tracks. */
void gd_song_text_track(uint64_t seed, int64_t track, int class, uint64_t first, uint64_t second, gd_song *song);
/* One of a score of playlists of a subgenre, from a draw of 64 bits. */
void gd_song_text_playlist(uint64_t seed, const char *subgenre, uint64_t draw, gd_song *song);

enum { GD_SONG_FIELDS = 23, GD_SONG_LINE = 4096 };
extern const char *const gd_song_columns[GD_SONG_FIELDS]; /* in the order of the real file */

/* A song's fields as text: `field` points into the song, the profile and `number`. */
typedef struct gd_song_fields {
	const char *field[GD_SONG_FIELDS];
	char number[GD_PROFILE_NUMBERS][32];
} gd_song_fields;
void gd_song_text_fields(const gd_profile *profile, const gd_song *song, gd_song_fields *fields);

/* The fields as a line of CSV, with its line feed; returns its length. */
size_t gd_song_text_line(const char *const field[GD_SONG_FIELDS], char line[GD_SONG_LINE]);

#endif
