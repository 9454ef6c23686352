/* Drawn songs as a table: a file, or records handed over one by one. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/output.h"
#include "gd/base/sha256_pieces.h"
#include "gd/songs/song_text.h"
#include "gd/songs/synth.h"

static void draw_fields(gd_synth *synth, int64_t row, gd_song *song, gd_song_fields *fields)
{
	gd_synth_song(synth->profile, synth->seed, row, song);
	gd_song_text_fields(synth->profile, song, fields);
	synth->tracks = (row ? synth->tracks : 0) + (song->track == row);
}

/* 0, or -1 with errno. */
static int write_songs(gd_synth *synth, FILE *out)
{
	char line[GD_SONG_LINE];
	size_t length = gd_song_text_line(gd_song_columns, line);
	if (fwrite(line, 1, length, out) != length)
		return -1;
	for (int64_t row = 0; row < synth->rows; row++) {
		gd_song song;
		gd_song_fields fields;
		draw_fields(synth, row, &song, &fields);
		length = gd_song_text_line(fields.field, line);
		if (fwrite(line, 1, length, out) != length)
			return -1;
	}
	return 0;
}

gd_status gd_synth_write(gd_synth *synth, const char *path)
{
	char *temporary = NULL;
	FILE *out;
	gd_status status = gd_output_open_stream(path, &out);
	if (!gd_failed(&status) && out) {
		/* A failure shows when it is flushed. */
		write_songs(synth, out);
		return gd_output_close_stream(out, path);
	}
	if (!gd_failed(&status))
		status = gd_file_begin(path, &temporary);
	if (gd_failed(&status))
		return status;
	out = fopen(temporary, "w");
	int result = out ? write_songs(synth, out) : -1, number = errno;
	if (out && fclose(out) != 0 && result == 0) {
		result = -1;
		number = errno;
	}
	if (result == 0) {
		status = gd_file_publish(temporary, path);
	} else {
		const char *reason = strerror(number);
		status = gd_error(GD_FAILED, "cannot write '%s': %c%s", path, tolower((unsigned char)reason[0]), reason + 1);
		gd_file_discard(temporary);
	}
	free(temporary);
	return status;
}

static gd_status deliver(gd_status (*take)(void *context, const gd_record *record), void *context, int64_t number, const char *const field[GD_SONG_FIELDS], gd_sha256_pieces *hash)
{
	char line[GD_SONG_LINE];
	char *fields[GD_SONG_FIELDS];
	size_t lengths[GD_SONG_FIELDS];
	const gd_record record = {.number = number, .line = number + 1, .count = GD_SONG_FIELDS, .fields = fields, .lengths = lengths};
	for (int i = 0; i < GD_SONG_FIELDS; i++) {
		fields[i] = (char *)field[i];
		lengths[i] = strlen(field[i]);
	}
	gd_sha256_pieces_update(hash, line, gd_song_text_line(field, line));
	return take(context, &record);
}

gd_status gd_synth_deliver(void *context, const gd_table_reader *reader, char sha256[65])
{
	gd_synth *synth = context;
	gd_sha256_pieces hash;
	gd_sha256_pieces_init(&hash);
	gd_status status = deliver(reader->header, reader->context, 0, gd_song_columns, &hash);
	for (int64_t row = 0; row < synth->rows && !gd_failed(&status); row++) {
		gd_song song;
		gd_song_fields fields;
		draw_fields(synth, row, &song, &fields);
		status = deliver(reader->record, reader->context, row + 1, fields.field, &hash);
	}
	if (sha256)
		gd_sha256_pieces_finish(&hash, sha256);
	return status;
}
