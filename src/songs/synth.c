#include "gd/songs/synth.h"

#include <math.h>
#include <stdbool.h>

#include "gd/base/random.h"
#include "gd/kernel/normal.h"
#include "gd/schema/treatment.h"
#include "gd/songs/song_text.h"

/* Positions in a record's stream of random numbers. */
enum {
	AT_CLASS,
	AT_REPEAT,
	AT_SUBGENRE,
	AT_PLAYLIST,
	AT_PRECISION,
	AT_JANUARY,
	AT_TEXT,                /* two, for gd_song_text */
	AT_NORMAL = 16,         /* a column each */
	AT_SOURCE = 64,         /* two a try */
	TRIES = 64,
};

static uint64_t key_of(uint64_t seed, int64_t row)
{
	return gd_random_key(seed, GD_PURPOSE_SYNTH, (uint64_t)row);
}

static int class_of(const gd_profile *profile, uint64_t key)
{
	double u = gd_random_uniform(key, AT_CLASS);
	int class = 0;
	while (class < profile->classes - 1 && u >= profile->class[class].cumulative)
		class++;
	return class;
}

/*
 * The earlier record whose track this one repeats, or the record itself. Taking any earlier record, repeated ones
 * included, gives the sizes of groups that real playlists show (H. Simon, "On a class of skew distribution functions",
 * Biometrika 42, 1955); taking it by its class, by rejection, gives them the right mixture of classes.
 */
static int64_t source_of(const gd_profile *profile, uint64_t seed, int64_t row)
{
	uint64_t key = key_of(seed, row);
	const gd_profile_class *class = &profile->class[class_of(profile, key)];
	double largest = 0;
	if (row == 0 || gd_random_uniform(key, AT_REPEAT) >= class->repeated)
		return row;
	for (int other = 0; other < profile->classes; other++)
		largest = fmax(largest, class->shared[other] / profile->class[other].share);
	for (uint64_t try = 0; try < TRIES; try++) {
		int64_t earlier = (int64_t)(gd_random_bits(key, AT_SOURCE + 2 * try) % (uint64_t)row);
		int other = class_of(profile, key_of(seed, earlier));
		if (gd_random_uniform(key, AT_SOURCE + 2 * try + 1) * largest < class->shared[other] / profile->class[other].share)
			return earlier;
	}
	return row;
}

static int64_t track_of(const gd_profile *profile, uint64_t seed, int64_t row)
{
	for (;;) {
		int64_t source = source_of(profile, seed, row);
		if (source == row)
			return row;
		row = source;
	}
}

static double quantile_at(const gd_profile_marginal *marginal, double u)
{
	double place = u * (GD_PROFILE_LEVELS - 1);
	int below = (int)place;
	if (below > GD_PROFILE_LEVELS - 2)
		below = GD_PROFILE_LEVELS - 2;
	return marginal->quantile[below] + (place - below) * (marginal->quantile[below + 1] - marginal->quantile[below]);
}

static double value_at(const gd_profile_marginal *marginal, int values, double u)
{
	int value = 0;
	if (!values)
		return u < marginal->zero ? 0 : quantile_at(marginal, (u - marginal->zero) / (1 - marginal->zero));
	while (value < values - 1 && u >= marginal->cumulative[value])
		value++;
	return value;
}

/* Parts: 1 a year, 2 and a month, 3 and a day, which is the month's last where that has fewer days. */
static void write_date(char text[11], int parts, int year, int month, int day)
{
	/* The remainders only tell the compiler how long the text can be. */
	unsigned y = (unsigned)year % 10000, m = (unsigned)month % 100;
	gd_date date;
	if (parts == 1)
		snprintf(text, 11, "%04u", y);
	else if (parts == 2)
		snprintf(text, 11, "%04u-%02u", y, m);
	else
		do
			snprintf(text, 11, "%04u-%02u-%02u", y, m, (unsigned)day-- % 100);
		while (!gd_date_parse(text, &date));
}

/* The decade as often as the profile says; in it the date of the quantiles, as precise as the decade's dates are. */
static void draw_date(const gd_profile_class *class, uint64_t key, double u, char text[11])
{
	int number = 0;
	while (number < class->decades - 1 && u >= class->decade[number].cumulative)
		number++;
	const gd_profile_decade *decade = &class->decade[number];
	double date = quantile_at(&class->marginal[GD_PROFILE_RELEASE], u);
	int year = (int)date;
	double fraction = date - year;
	if (year < decade->first_year) {
		year = decade->first_year;
		fraction = 0;
	} else if (year > decade->first_year + 9) {
		year = decade->first_year + 9;
		fraction = 0.998;
	}
	int month = (int)(fraction * 12) + 1;
	int day = (int)((fraction * 12 - (month - 1)) * 31) + 1;
	double precision = gd_random_uniform(key, AT_PRECISION);
	int parts = precision < decade->year_only ? 1 : precision < decade->year_only + decade->month_only ? 2 : 3;
	bool january = parts == 3 && gd_random_uniform(key, AT_JANUARY) < decade->january_first;
	write_date(text, parts, year, january ? 1 : month, january ? 1 : day);
}

static void draw_values(const gd_profile *profile, uint64_t key, gd_song *song)
{
	const gd_profile_class *class = &profile->class[class_of(profile, key)];
	double normal[GD_PROFILE_COLUMNS];
	for (int column = 0; column < GD_PROFILE_COLUMNS; column++) {
		double z = 0;
		normal[column] = gd_random_normal(key, AT_NORMAL + (uint64_t)column);
		for (int i = 0; i <= column; i++)
			z += class->factor[column][i] * normal[i];
		double u = gd_normal_cumulative(z);
		if (column == GD_PROFILE_RELEASE)
			draw_date(class, key, u, song->release_date);
		else
			song->value[column] = value_at(&class->marginal[column], gd_profile_columns[column].values, u);
	}
}

static void draw_track(const gd_profile *profile, uint64_t seed, int64_t track, gd_song *song)
{
	uint64_t key = key_of(seed, track);
	draw_values(profile, key, song);
	song->track = track;
	gd_song_text_track(seed, track, class_of(profile, key), gd_random_bits(key, AT_TEXT), gd_random_bits(key, AT_TEXT + 1), song);
}

int gd_synth_class(const gd_profile *profile, uint64_t seed, int64_t row)
{
	return class_of(profile, key_of(seed, row));
}

/* A number as a column's format, "%.<digits>f" or "%.<digits>g", writes it: the nearest to the decimal, since both parts of the quotient are exact. */
static double round_as(const char *format, double value)
{
	double scale = 1, least = 1;
	int digits = format[2] - '0';
	if (format[3] == 'f') {
		for (int i = 0; i < digits; i++)
			scale *= 10;
	} else {
		for (int i = 1; i < digits; i++)
			least *= 10;
		while (fabs(value) * scale < least && scale < 1e15)
			scale *= 10;
	}
	return nearbyint(value * scale) / scale;
}

void gd_synth_numbers(const gd_profile *profile, uint64_t seed, int64_t row, gd_song *song)
{
	song->class = gd_synth_class(profile, seed, row);
	song->track = track_of(profile, seed, row);
	draw_values(profile, key_of(seed, song->track), song);
	for (int column = 0; column < GD_PROFILE_NUMBERS; column++)
		song->value[column] = round_as(gd_profile_columns[column].format, song->value[column]);
}

void gd_synth_song(const gd_profile *profile, uint64_t seed, int64_t row, gd_song *song)
{
	uint64_t key = key_of(seed, row);
	song->class = class_of(profile, key);
	const gd_profile_class *class = &profile->class[song->class];
	double u = gd_random_uniform(key, AT_SUBGENRE);
	song->subgenre = 0;
	while (song->subgenre < class->subgenres - 1 && u >= class->subgenre[song->subgenre].cumulative)
		song->subgenre++;
	gd_song_text_playlist(seed, class->subgenre[song->subgenre].name, gd_random_bits(key, AT_PLAYLIST), song);
	draw_track(profile, seed, track_of(profile, seed, row), song);
}
