#include "gd/songs/profile.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/kernel/normal.h"

const gd_profile_column gd_profile_columns[GD_PROFILE_COLUMNS] = {
	{"track_popularity", 0, "%.0f"},
	{"danceability", 0, "%.3g"},
	{"energy", 0, "%.3g"},
	{"key", 12, "%.0f"},
	{"loudness", 0, "%.3f"},
	{"mode", 2, "%.0f"},
	{"speechiness", 0, "%.3g"},
	{"acousticness", 0, "%.3g"},
	{"instrumentalness", 0, "%.3g"},
	{"liveness", 0, "%.3g"},
	{"valence", 0, "%.3g"},
	{"tempo", 0, "%.3f"},
	{"duration_ms", 0, "%.0f"},
	{"release", 0, "%.3f"},
};

/* A profile half read. */
typedef struct profile_reader {
	const char *name;
	int line;
	gd_profile *profile;
	gd_profile_class *class;    /* under way, or NULL */
	unsigned marginals;         /* of it: one bit a column */
	int correlations;           /* of it: rows read */
	int classes;                /* begun so far */
	char *at;                   /* rest of the line */
} profile_reader;

static gd_status malformed(const profile_reader *reader, const char *what)
{
	return gd_error(GD_USAGE, "cannot read profile '%s': line %d: %s", reader->name, reader->line, what);
}

/* The next word, or NULL at the end of the line. */
static char *next_word(profile_reader *reader)
{
	char *word = reader->at + strspn(reader->at, " \t");
	if (!*word)
		return NULL;
	reader->at = word + strcspn(word, " \t");
	if (*reader->at)
		*reader->at++ = '\0';
	return word;
}

static bool next_number(profile_reader *reader, double minimum, double maximum, double *value)
{
	char *word = next_word(reader);
	return word && gd_parse_double(word, value) && *value >= minimum && *value <= maximum;
}

/* What is left of the line, as a name. */
static gd_status next_name(profile_reader *reader, char **name)
{
	char *rest = reader->at + strspn(reader->at, " \t");
	size_t length = strlen(rest);
	if (!length || length > GD_PROFILE_NAME || !gd_utf8_valid(rest, length, NULL))
		return malformed(reader, "expected a name of at most 120 bytes at its end");
	reader->at = rest + length;
	*name = gd_arena_string(&reader->profile->arena, rest);
	return *name ? gd_ok() : gd_out_of_memory("a profile's names");
}

static int next_column(profile_reader *reader)
{
	char *word = next_word(reader);
	for (int i = 0; word && i < GD_PROFILE_COLUMNS; i++)
		if (!strcmp(gd_profile_columns[i].name, word))
			return i;
	return -1;
}

/* Lower triangle of L with L L' = C, from C in its place; false if C is not positive definite. */
static bool factorise(double c[GD_PROFILE_COLUMNS][GD_PROFILE_COLUMNS])
{
	for (int i = 0; i < GD_PROFILE_COLUMNS; i++) {
		for (int j = 0; j <= i; j++) {
			double sum = c[i][j];
			for (int k = 0; k < j; k++)
				sum -= c[i][k] * c[j][k];
			if (i == j && sum < 1e-6)
				return false;
			c[i][j] = i == j ? sqrt(sum) : sum / c[j][j];
		}
	}
	return true;
}

/*
 * Rank correlations, taken pair by pair, need not be those of any normals: what lies off the diagonal then shrinks, a
 * hundredth at a time, until they are.
 */
static void factorise_class(gd_profile_class *class)
{
	double shrink = 1.0;
	double c[GD_PROFILE_COLUMNS][GD_PROFILE_COLUMNS];
	do {
		for (int i = 0; i < GD_PROFILE_COLUMNS; i++)
			for (int j = 0; j <= i; j++)
				c[i][j] = i == j ? 1.0 : gd_normal_correlation(class->factor[i][j]) * shrink;
		shrink -= 0.01;
	} while (!factorise(c));
	memcpy(class->factor, c, sizeof c);
}

/* Counts, summed so far, become shares. */
static gd_status finish_class(profile_reader *reader)
{
	gd_profile_class *class = reader->class;
	if (!class)
		return gd_ok();
	if (reader->marginals != (1u << GD_PROFILE_COLUMNS) - 1)
		return malformed(reader, "the class above it lacks a column");
	if (reader->correlations != GD_PROFILE_COLUMNS)
		return malformed(reader, "the class above it lacks correlations");
	if (!class->subgenres || !class->decades || !class->shared)
		return malformed(reader, "the class above it lacks its subgenres, decades or shared tracks");
	double subgenres = class->subgenre[class->subgenres - 1].cumulative;
	double decades = class->decade[class->decades - 1].cumulative;
	if (subgenres <= 0 || decades <= 0)
		return malformed(reader, "the class above it counts no record");
	for (int i = 0; i < class->subgenres; i++)
		class->subgenre[i].cumulative /= subgenres;
	for (int i = 0; i < class->decades; i++)
		class->decade[i].cumulative /= decades;
	factorise_class(class);
	reader->class = NULL;
	return gd_ok();
}

enum { LARGEST_COUNT = 1000000000, SUBGENRES = 64 };

static gd_status read_classes(profile_reader *reader)
{
	double classes;
	if (reader->profile->class)
		return malformed(reader, "'classes' comes twice");
	if (!next_number(reader, 1, GD_PROFILE_CLASSES, &classes))
		return malformed(reader, "expected the number of classes");
	reader->profile->class = gd_arena_take(&reader->profile->arena, (size_t)classes, sizeof(gd_profile_class));
	if (!reader->profile->class)
		return gd_out_of_memory("a profile");
	reader->profile->classes = (int)classes;
	return gd_ok();
}

/* class RECORDS NAME; `share` is the count until all classes are known. */
static gd_status read_class(profile_reader *reader)
{
	gd_profile *profile = reader->profile;
	gd_status status = finish_class(reader);
	if (gd_failed(&status))
		return status;
	if (reader->classes >= profile->classes)
		return malformed(reader, "more classes than 'classes' says");
	reader->class = &profile->class[reader->classes++];
	reader->marginals = 0;
	reader->correlations = 0;
	reader->class->subgenre = gd_arena_take(&profile->arena, SUBGENRES, sizeof(gd_profile_subgenre));
	if (!reader->class->subgenre)
		return gd_out_of_memory("a profile");
	if (!next_number(reader, 1, LARGEST_COUNT, &reader->class->share))
		return malformed(reader, "expected the class's records");
	return next_name(reader, &reader->class->name);
}

/* repeated SHARE SHARED... */
static gd_status read_repeated(profile_reader *reader)
{
	gd_profile_class *class = reader->class;
	int classes = reader->profile->classes;
	class->shared = gd_arena_take(&reader->profile->arena, (size_t)classes, sizeof(double));
	if (!class->shared)
		return gd_out_of_memory("a profile");
	if (!next_number(reader, 0, 1, &class->repeated))
		return malformed(reader, "expected a share from 0 to 1");
	for (int i = 0; i < classes; i++)
		if (!next_number(reader, 0, 1, &class->shared[i]))
			return malformed(reader, "expected a share from 0 to 1 for each class");
	return gd_ok();
}

/* subgenre RECORDS NAME */
static gd_status read_subgenre(profile_reader *reader)
{
	gd_profile_class *class = reader->class;
	double records;
	if (class->subgenres == SUBGENRES)
		return malformed(reader, "too many subgenres");
	if (!next_number(reader, 0, LARGEST_COUNT, &records))
		return malformed(reader, "expected the subgenre's records");
	gd_profile_subgenre *subgenre = &class->subgenre[class->subgenres];
	subgenre->cumulative = records + (class->subgenres ? subgenre[-1].cumulative : 0);
	class->subgenres++;
	return next_name(reader, &subgenre->name);
}

/* decade FIRST_YEAR RECORDS YEAR_ONLY MONTH_ONLY JANUARY_FIRST */
static gd_status read_decade(profile_reader *reader)
{
	gd_profile_class *class = reader->class;
	gd_profile_decade *decade = &class->decade[class->decades];
	double year, records;
	if (class->decades == GD_PROFILE_DECADES)
		return malformed(reader, "too many decades");
	if (!next_number(reader, 1001, 9981, &year) || !next_number(reader, 0, LARGEST_COUNT, &records) ||
		!next_number(reader, 0, 1, &decade->year_only) || !next_number(reader, 0, 1 - decade->year_only, &decade->month_only) ||
		!next_number(reader, 0, 1, &decade->january_first))
		return malformed(reader, "expected a year, a count and three shares from 0 to 1");
	if (class->decades && year < decade[-1].first_year + 10)
		return malformed(reader, "decades do not ascend");
	decade->first_year = (int)year;
	decade->cumulative = records + (class->decades ? decade[-1].cumulative : 0);
	class->decades++;
	return gd_ok();
}

/* counts COLUMN COUNT... */
static gd_status read_counts(profile_reader *reader)
{
	int column = next_column(reader);
	if (column < 0 || !gd_profile_columns[column].values)
		return malformed(reader, "expected a column that is counted");
	double *cumulative = reader->class->marginal[column].cumulative, sum = 0;
	int values = gd_profile_columns[column].values;
	for (int i = 0; i < values; i++) {
		double count;
		if (!next_number(reader, 0, LARGEST_COUNT, &count))
			return malformed(reader, "expected a count for each value");
		cumulative[i] = sum += count;
	}
	if (sum <= 0)
		return malformed(reader, "expected a count that is not 0");
	for (int i = 0; i < values; i++)
		cumulative[i] /= sum;
	reader->marginals |= 1u << column;
	return gd_ok();
}

/* quantiles COLUMN ZERO QUANTILE... */
static gd_status read_quantiles(profile_reader *reader)
{
	int column = next_column(reader);
	if (column < 0 || gd_profile_columns[column].values)
		return malformed(reader, "expected a column that has quantiles");
	gd_profile_marginal *marginal = &reader->class->marginal[column];
	if (!next_number(reader, 0, 1, &marginal->zero))
		return malformed(reader, "expected the share of zeros");
	for (int i = 0; i < GD_PROFILE_LEVELS; i++)
		if (!next_number(reader, i ? marginal->quantile[i - 1] : -1e15, 1e15, &marginal->quantile[i]))
			return malformed(reader, "expected 65 ascending quantiles");
	reader->marginals |= 1u << column;
	return gd_ok();
}

/* correlation COLUMN RANK_CORRELATION...: with each column before it */
static gd_status read_correlation(profile_reader *reader)
{
	int column = next_column(reader);
	if (column != reader->correlations)
		return malformed(reader, "expected the columns' correlations in the columns' order");
	for (int i = 0; i < column; i++)
		if (!next_number(reader, -1, 1, &reader->class->factor[column][i]))
			return malformed(reader, "expected a correlation with each column before it");
	reader->correlations++;
	return gd_ok();
}

static gd_status read_line(profile_reader *reader)
{
	static const struct {
		const char *name;
		gd_status (*read)(struct profile_reader *reader);
		bool of_class;
	} statements[] = {
		{"classes", read_classes, false}, {"class", read_class, false}, {"repeated", read_repeated, true},
		{"subgenre", read_subgenre, true}, {"decade", read_decade, true}, {"counts", read_counts, true},
		{"quantiles", read_quantiles, true}, {"correlation", read_correlation, true},
	};
	char *word = next_word(reader);
	if (!word || word[0] == '#')
		return gd_ok();
	size_t i = 0, count = sizeof statements / sizeof statements[0];
	while (i < count && strcmp(word, statements[i].name))
		i++;
	if (i == count)
		return malformed(reader, "unknown keyword");
	if (statements[i].of_class && !reader->class)
		return malformed(reader, "it belongs to a class, and there is none above it");
	gd_status status = statements[i].read(reader);
	return gd_failed(&status) || !next_word(reader) ? status : malformed(reader, "more values than expected");
}

/* Every line, each of which `text` loses its end to. */
static gd_status read_lines(profile_reader *reader, char *text)
{
	gd_status status = gd_ok();
	for (char *line = text; line && !gd_failed(&status);) {
		char *end = strchr(line, '\n');
		if (end)
			*end = '\0';
		line[strcspn(line, "\r")] = '\0';
		reader->line++;
		reader->at = line;
		status = read_line(reader);
		line = end ? end + 1 : NULL;
	}
	if (!gd_failed(&status))
		status = finish_class(reader);
	if (!gd_failed(&status) && (!reader->classes || reader->classes != reader->profile->classes))
		status = malformed(reader, "fewer classes than 'classes' says");
	return status;
}

gd_status gd_profile_read(const char *name, const char *text, gd_profile *profile)
{
	*profile = (gd_profile){0};
	profile_reader reader = {.name = name, .profile = profile};
	double records = 0;
	char *copy = gd_arena_string(&profile->arena, text);
	gd_status status = copy ? read_lines(&reader, copy) : gd_out_of_memory("a profile");
	if (gd_failed(&status))
		goto done;
	for (int i = 0; i < profile->classes; i++)
		profile->class[i].cumulative = records += profile->class[i].share;
	for (int i = 0; i < profile->classes; i++) {
		profile->class[i].share /= records;
		profile->class[i].cumulative /= records;
	}
done:
	if (gd_failed(&status))
		gd_profile_release(profile);
	return status;
}

void gd_profile_release(gd_profile *profile)
{
	gd_arena_release(&profile->arena);
	*profile = (gd_profile){0};
}
