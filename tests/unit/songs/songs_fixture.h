/* What the suites of drawn songs share. */
#ifndef SONGS_FIXTURE_H
#define SONGS_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/schema/shipped.h"
#include "gd/songs/profile.h"
#include "files.h"

#define SONG_HEADER "track_id,track_popularity,track_album_release_date,playlist_genre,playlist_subgenre,danceability,energy,key," \
	"loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,duration_ms\n"

static inline gd_profile shipped(void)
{
	gd_profile profile;
	gd_status status = gd_profile_read("shipped", gd_shipped_profile, &profile);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	return profile;
}

/* The profile of a table as a text, to be freed. */
static inline gd_status measure(const char *path, char **text)
{
	size_t size;
	*text = NULL;
	FILE *out = open_memstream(text, &size);
	gd_status status = gd_profile_measure(path, out);
	fclose(out);
	return status;
}

#endif
