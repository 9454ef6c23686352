#include "gd/base/memory.h"
#include "gd/songs/profile.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"
#include "gd/reader/table.h"
#include "gd/schema/treatment.h"
#include "gd/value/dictionary.h"

/* What a record has to tell. */
typedef struct measured_song {
	double value[GD_PROFILE_COLUMNS];
	int32_t class, subgenre, track;
	uint8_t date_parts; /* 1: a year, 2: and a month, 3: and a day */
	bool january_first;
	bool conflicting;   /* its track has records of several classes */
} measured_song;

enum { TRACK, GENRE, SUBGENRE, DATE, TEXTS };
static const char *const text_columns[TEXTS] = {"track_id", "playlist_genre", "playlist_subgenre", "track_album_release_date"};

typedef struct measurement {
	const char *path;
	int number_field[GD_PROFILE_NUMBERS];
	int text_field[TEXTS];
	gd_dictionary classes, subgenres, tracks;
	measured_song *songs;
	int64_t count;
	size_t room;
	char sha256[65];
} measurement;

static gd_status find_field(const gd_record *header, const char *name, int *field)
{
	gd_status status = gd_table_find(header, name, field);
	if (!gd_failed(&status) && *field < 0)
		status = gd_error(GD_BAD_DATA, "it has no column '%s', which songs have", name);
	return status;
}

static gd_status take_header(void *context, const gd_record *header)
{
	measurement *measure = context;
	gd_status status = gd_ok();
	for (int i = 0; i < GD_PROFILE_NUMBERS && !gd_failed(&status); i++)
		status = find_field(header, gd_profile_columns[i].name, &measure->number_field[i]);
	for (int i = 0; i < TEXTS && !gd_failed(&status); i++)
		status = find_field(header, text_columns[i], &measure->text_field[i]);
	return status;
}

/*
 * A date as a year with a fraction: the middle of its day, all months having 31. Dates that say no more than the year or
 * January 1, which often means the same, are spread over it (by the golden ratio), or the quantiles would jump.
 */
static bool take_date(const char *text, int64_t number, measured_song *song)
{
	gd_date date;
	if (!gd_date_parse(text, &date) || date.year < 1001 || date.year > 9990)
		return false;
	song->date_parts = date.day ? 3 : date.month ? 2 : 1;
	song->january_first = date.month == 1 && date.day == 1;
	double fraction = (date.month - 1 + (date.day ? (date.day - 0.5) / 31 : 0.5)) / 12;
	if (song->date_parts == 1 || song->january_first)
		fraction = fmod((double)number * 0.6180339887498949, 1.0);
	song->value[GD_PROFILE_RELEASE] = date.year + fraction;
	return true;
}

static gd_status take_numbers(const measurement *measure, const gd_record *record, measured_song *song)
{
	char room[GD_EXCERPT_ROOM];
	for (int i = 0; i < GD_PROFILE_NUMBERS; i++) {
		const char *text = record->fields[measure->number_field[i]], *column = gd_profile_columns[i].name;
		int values = gd_profile_columns[i].values;
		double value;
		if (!gd_parse_double(text, &value) || !isfinite(value))
			return gd_error(GD_BAD_DATA, "expected a number in column '%s', found '%s'", column, gd_excerpt(text, room));
		if (values && !(value >= 0 && value < values && value == floor(value)))
			return gd_error(GD_BAD_DATA, "expected a whole number from 0 to %d in column '%s', found '%s'", values - 1, column, gd_excerpt(text, room));
		song->value[i] = value;
	}
	return gd_ok();
}

/* The number of a text in the dictionary; a name (not a track's identifier) must fit on a profile's line. */
static gd_status take_text(const measurement *measure, const gd_record *record, int text, gd_dictionary *dictionary, int32_t *number)
{
	char room[GD_EXCERPT_ROOM];
	const char *name = record->fields[measure->text_field[text]];
	if (text != TRACK && (strlen(name) > GD_PROFILE_NAME || strpbrk(name, "\r\n")))
		return gd_error(GD_BAD_DATA, "expected a name of one line and at most %d bytes in column '%s', found '%s'", GD_PROFILE_NAME, text_columns[text], gd_excerpt(name, room));
	return gd_dictionary_add(dictionary, name, number);
}

static gd_status take_record(void *context, const gd_record *record)
{
	measurement *measure = context;
	measured_song song = {0};
	char room[GD_EXCERPT_ROOM];
	for (int i = 0; i < record->count; i++)
		if (!record->fields[i][0] || !strcmp(record->fields[i], "NA"))
			return gd_ok();
	measured_song *songs = gd_make_room(measure->songs, (size_t)measure->count, &measure->room, sizeof *songs);
	if (!songs)
		return gd_out_of_memory("the songs to measure");
	measure->songs = songs;
	gd_status status = take_numbers(measure, record, &song);
	if (!gd_failed(&status) && !take_date(record->fields[measure->text_field[DATE]], record->number, &song))
		status = gd_error(GD_BAD_DATA, "expected a date such as 2019-06-14 in column '%s', found '%s'", text_columns[DATE],
			gd_excerpt(record->fields[measure->text_field[DATE]], room));
	if (!gd_failed(&status))
		status = take_text(measure, record, GENRE, &measure->classes, &song.class);
	if (!gd_failed(&status))
		status = take_text(measure, record, SUBGENRE, &measure->subgenres, &song.subgenre);
	if (!gd_failed(&status))
		status = take_text(measure, record, TRACK, &measure->tracks, &song.track);
	if (!gd_failed(&status))
		measure->songs[measure->count++] = song;
	return status;
}

static int by_track(const void *a, const void *b)
{
	const measured_song *left = a, *right = b;
	return (left->track > right->track) - (left->track < right->track);
}

/*
 * Of records in random order, one of a track of k is not the track's first with probability (k - 1) / k: repeated
 * [classes] sums that. shared [classes, classes] takes every ordered pair of a track's records, tracks counting alike.
 */
static void measure_tracks(measurement *measure, double *repeated, double *shared)
{
	int classes = measure->classes.count;
	qsort(measure->songs, (size_t)measure->count, sizeof *measure->songs, by_track);
	for (int64_t first = 0, end; first < measure->count; first = end) {
		measured_song *songs = measure->songs;
		for (end = first + 1; end < measure->count && songs[end].track == songs[first].track;)
			end++;
		double size = (double)(end - first);
		for (int64_t i = first; i < end && size > 1; i++) {
			repeated[songs[i].class] += (size - 1) / size;
			for (int64_t j = first; j < end; j++) {
				if (i == j)
					continue;
				songs[i].conflicting |= songs[i].class != songs[j].class;
				shared[songs[i].class * classes + songs[j].class] += 1 / (size * (size - 1));
			}
		}
	}
}

static int by_value(const void *a, const void *b)
{
	const double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

/* Mid-ranks in sorted [count], of a value known to be there. */
static double rank_of(const double *sorted, int64_t count, double value)
{
	int64_t low = 0, high = count;
	while (low < high) {
		int64_t middle = (low + high) / 2;
		if (sorted[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	int64_t first = low;
	for (high = count; low < high;) {
		int64_t middle = (low + high) / 2;
		if (sorted[middle] <= value)
			low = middle + 1;
		else
			high = middle;
	}
	return 0.5 * (double)(first + low - 1);
}

static void print_quantiles(FILE *out, int column, const double *sorted, int64_t count)
{
	int64_t zeros = 0;
	if (sorted[0] == 0)
		while (zeros < count && sorted[zeros] == 0)
			zeros++;
	fprintf(out, "quantiles %s %.5f", gd_profile_columns[column].name, (double)zeros / (double)count);
	/* Dates to the day, whole milliseconds, and five digits of all else. */
	bool whole = sorted[count - 1] >= 1e5;
	const char *format = column == GD_PROFILE_RELEASE ? " %.3f" : whole ? " %.0f" : " %.5g";
	for (int level = 0; level < GD_PROFILE_LEVELS; level++) {
		double value = 0;
		if (zeros < count) {
			double place = (double)level * (double)(count - zeros - 1) / (GD_PROFILE_LEVELS - 1);
			int64_t below = (int64_t)place;
			const double *at = sorted + zeros + below;
			value = at[0] + (place - (double)below) * (zeros + below + 1 < count ? at[1] - at[0] : 0);
		}
		fprintf(out, format, value);
	}
	fputc('\n', out);
}

static void print_counts(FILE *out, int column, const double *sorted, int64_t count)
{
	int64_t counts[GD_PROFILE_VALUES] = {0};
	for (int64_t i = 0; i < count; i++)
		counts[(int)sorted[i]]++;
	fprintf(out, "counts %s", gd_profile_columns[column].name);
	for (int value = 0; value < gd_profile_columns[column].values; value++)
		fprintf(out, " %lld", (long long)counts[value]);
	fputc('\n', out);
}

/* Marginals, and the correlation of ranks [GD_PROFILE_COLUMNS, count], of the `count` songs in `chosen`. */
static gd_status print_columns(FILE *out, measured_song *const *chosen, int64_t count)
{
	gd_status status = gd_ok();
	double *sorted = malloc((size_t)count * sizeof *sorted);
	double *ranks = malloc((size_t)count * sizeof *ranks * GD_PROFILE_COLUMNS);
	double spread[GD_PROFILE_COLUMNS];
	if (!sorted || !ranks) {
		status = gd_out_of_memory("ranks");
		goto done;
	}
	for (int column = 0; column < GD_PROFILE_COLUMNS; column++) {
		double *rank = ranks + column * count, sum = 0;
		for (int64_t i = 0; i < count; i++)
			sorted[i] = chosen[i]->value[column];
		qsort(sorted, (size_t)count, sizeof *sorted, by_value);
		for (int64_t i = 0; i < count; i++) {
			rank[i] = rank_of(sorted, count, chosen[i]->value[column]) - 0.5 * (double)(count - 1);
			sum += rank[i] * rank[i];
		}
		spread[column] = sqrt(sum);
		if (gd_profile_columns[column].values)
			print_counts(out, column, sorted, count);
		else
			print_quantiles(out, column, sorted, count);
	}
	for (int column = 0; column < GD_PROFILE_COLUMNS; column++) {
		fprintf(out, "correlation %s", gd_profile_columns[column].name);
		for (int other = 0; other < column; other++) {
			double sum = 0;
			for (int64_t i = 0; i < count; i++)
				sum += ranks[column * count + i] * ranks[other * count + i];
			fprintf(out, " %.3f", sum == 0 ? 0 : sum / (spread[column] * spread[other]));
		}
		fputc('\n', out);
	}
done:
	free(ranks);
	free(sorted);
	return status;
}

static void print_decades(FILE *out, measured_song *const *chosen, int64_t count)
{
	enum { CENTURIES = 1000 };
	struct {
		int64_t songs, year_only, month_only, january_first;
	} decades[CENTURIES] = {0};
	for (int64_t i = 0; i < count; i++) {
		int decade = ((int)chosen[i]->value[GD_PROFILE_RELEASE] - 1) / 10;
		decades[decade].songs++;
		decades[decade].year_only += chosen[i]->date_parts == 1;
		decades[decade].month_only += chosen[i]->date_parts == 2;
		decades[decade].january_first += chosen[i]->january_first;
	}
	for (int decade = 0; decade < CENTURIES; decade++) {
		double songs = (double)decades[decade].songs;
		double full = songs - (double)(decades[decade].year_only + decades[decade].month_only);
		if (songs > 0)
			fprintf(out, "decade %d %.0f %.4f %.4f %.4f\n", decade * 10 + 1, songs, (double)decades[decade].year_only / songs,
				(double)decades[decade].month_only / songs, full > 0 ? (double)decades[decade].january_first / full : 0);
	}
}

/*
 * One class. Its columns are measured on tracks that carry this class alone (all tracks, where there are none such):
 * drawn songs come under a second class only by being repeated there, as `repeated` says, and would otherwise be
 * counted twice.
 */
static gd_status print_class(FILE *out, const measurement *measure, int class, double repeated, const double *shared)
{
	gd_status status = gd_ok();
	int64_t records = 0, alone = 0, count = 0;
	measured_song **chosen = NULL;
	for (int64_t i = 0; i < measure->count; i++) {
		records += measure->songs[i].class == class;
		alone += measure->songs[i].class == class && !measure->songs[i].conflicting;
	}
	chosen = malloc((size_t)records * sizeof *chosen);
	if (!chosen)
		return gd_out_of_memory("the songs of a class");
	for (int64_t i = 0; i < measure->count; i++)
		if (measure->songs[i].class == class && !(alone && measure->songs[i].conflicting))
			chosen[count++] = &measure->songs[i];

	fprintf(out, "\nclass %lld %s\nrepeated %.4f", (long long)records, measure->classes.texts[class], repeated / (double)records);
	double sum = 0;
	for (int other = 0; other < measure->classes.count; other++)
		sum += shared[other];
	for (int other = 0; other < measure->classes.count; other++)
		fprintf(out, " %.4f", sum > 0 ? shared[other] / sum : 0);
	fputc('\n', out);
	for (int32_t subgenre = 0; subgenre < measure->subgenres.count; subgenre++) {
		int64_t songs = 0;
		for (int64_t i = 0; i < measure->count; i++)
			songs += measure->songs[i].class == class && measure->songs[i].subgenre == subgenre;
		if (songs)
			fprintf(out, "subgenre %lld %s\n", (long long)songs, measure->subgenres.texts[subgenre]);
	}
	print_decades(out, chosen, count);
	status = print_columns(out, chosen, count);
	free(chosen);
	return status;
}

static const char head[] =
	"# A statistical profile of songs, from which `genre-dist synth` draws: aggregates alone, class by class, no record of any song.\n"
	"# Made by: genre-dist synth --make-profile SONGS.csv -o data/spotify.profile\n"
	"#   class RECORDS NAME\n"
	"#   repeated SHARE OF_CLASS...          records whose track another record has, and that record's class\n"
	"#   subgenre RECORDS NAME\n"
	"#   decade FIRST_YEAR RECORDS YEAR MONTH JANUARY   shares of dates that give a year, or year and month, alone; of full dates, January 1\n"
	"#   counts COLUMN COUNT...              of the values 0, 1, ...\n"
	"#   quantiles COLUMN ZEROS QUANTILE...  share of exact zeros; of the rest, quantiles at 0, 1/64, ... 1; `release` is a year with a fraction\n"
	"#   correlation COLUMN R...             of ranks, with each column before it\n"
	"# Columns, decades and correlations are of the tracks that have this class alone.\n";

static gd_status print_profile(FILE *out, measurement *measure)
{
	size_t classes = (size_t)measure->classes.count;
	gd_status status = gd_ok();
	if (!classes)
		return gd_error(GD_BAD_DATA, "cannot read '%s': it has no complete record", measure->path);
	if (classes > GD_PROFILE_CLASSES)
		return gd_error(GD_BAD_DATA, "cannot read '%s': it has %zu classes, and a profile holds at most %d", measure->path, classes, GD_PROFILE_CLASSES);
	double *repeated = calloc(classes, sizeof *repeated), *shared = calloc(classes * classes, sizeof *shared);
	if (!repeated || !shared) {
		status = gd_out_of_memory("a profile");
		goto done;
	}
	measure_tracks(measure, repeated, shared);
	fprintf(out, "%s# Source: %lld complete records, sha256 %s\nclasses %zu\n", head, (long long)measure->count, measure->sha256, classes);
	for (size_t class = 0; class < classes && !gd_failed(&status); class++)
		status = print_class(out, measure, (int)class, repeated[class], shared + class * classes);
	if (!gd_failed(&status) && ferror(out))
		status = gd_error(GD_FAILED, "cannot write the profile: %s", strerror(errno));
done:
	free(shared);
	free(repeated);
	return status;
}

gd_status gd_profile_measure(const char *csv, FILE *out)
{
	measurement measure = {.path = csv};
	const gd_table_reader reader = {.header = take_header, .record = take_record, .context = &measure};
	gd_status status = gd_table_read(csv, &reader, measure.sha256);
	if (!gd_failed(&status))
		status = print_profile(out, &measure);
	gd_dictionary_release(&measure.classes);
	gd_dictionary_release(&measure.subgenres);
	gd_dictionary_release(&measure.tracks);
	free(measure.songs);
	return status;
}
