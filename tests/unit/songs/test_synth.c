#include <math.h>

#include "gd/base/sha256.h"
#include "gd/reader/table.h"
#include "gd/songs/song_text.h"
#include "gd/songs/synth.h"
#include "songs_fixture.h"

const char *const unit_suite = "synth";

/* A share of `count` draws lies within five standard deviations of what it should be. */
static void check_share(double found, double expected, double count)
{
	double tolerance = 5 * sqrt(expected * (1 - expected) / count) + 1e-9;
	CU_ASSERT_DOUBLE_EQUAL(found / count, expected, tolerance);
}

enum { ROWS = 20000 };

static gd_song *draw(const gd_profile *profile, uint64_t seed)
{
	gd_song *songs = calloc(ROWS, sizeof *songs);
	CU_ASSERT_PTR_NOT_NULL_FATAL(songs);
	for (int64_t row = 0; row < ROWS; row++)
		gd_synth_song(profile, seed, row, &songs[row]);
	return songs;
}

static void classes_and_marginals_follow_the_profile(void)
{
	gd_profile profile = shipped();
	gd_song *songs = draw(&profile, 3);
	for (int class = 0; class < profile.classes; class++) {
		const gd_profile_class *of = &profile.class[class];
		double records = 0, firsts = 0, major = 0, silent = 0, energetic = 0, lately = 0;
		const int energy = 2, mode = 5, instrumentalness = 8;
		const gd_profile_decade *last = &of->decade[of->decades - 1];
		for (int row = 0; row < ROWS; row++) {
			const gd_song *song = &songs[row];
			records += song->class == class;
			if (song->class != class || song->track != row)
				continue;
			firsts++;
			major += song->value[mode] == 0;
			silent += song->value[instrumentalness] == 0;
			energetic += song->value[energy] < of->marginal[energy].quantile[48];
			lately += atoi(song->release_date) >= last->first_year;
		}
		check_share(records, of->share, ROWS);
		check_share(major, of->marginal[mode].cumulative[0], firsts);
		check_share(silent, of->marginal[instrumentalness].zero, firsts);
		check_share(energetic, 0.75, firsts);
		check_share(lately, 1 - (of->decades > 1 ? last[-1].cumulative : 0), firsts);
	}
	free(songs);
	gd_profile_release(&profile);
}

static int compare_doubles(const void *a, const void *b)
{
	const double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

/* Rank correlation of two columns without ties to speak of, by definition. */
static double rank_correlation(int count, const double *x, const double *y)
{
	double sum = 0, *sorted_x = malloc((size_t)count * sizeof(double)), *sorted_y = malloc((size_t)count * sizeof(double));
	memcpy(sorted_x, x, (size_t)count * sizeof(double));
	memcpy(sorted_y, y, (size_t)count * sizeof(double));
	qsort(sorted_x, (size_t)count, sizeof(double), compare_doubles);
	qsort(sorted_y, (size_t)count, sizeof(double), compare_doubles);
	for (int i = 0; i < count; i++) {
		const double *at_x = bsearch(&x[i], sorted_x, (size_t)count, sizeof(double), compare_doubles);
		const double *at_y = bsearch(&y[i], sorted_y, (size_t)count, sizeof(double), compare_doubles);
		double difference = (double)((at_x - sorted_x) - (at_y - sorted_y));
		sum += difference * difference;
	}
	free(sorted_x);
	free(sorted_y);
	return 1 - 6 * sum / ((double)count * ((double)count * count - 1));
}

/* Energy and loudness go together in every genre; energy and acousticness do the opposite. */
static void correlations_follow_the_profile(void)
{
	gd_profile profile = shipped();
	gd_song *songs = draw(&profile, 4);
	double *energy = malloc(ROWS * sizeof(double)), *loudness = malloc(ROWS * sizeof(double)), *acousticness = malloc(ROWS * sizeof(double));
	for (int class = 0; class < profile.classes; class++) {
		/* What the file says of this class: third numbers in its lines. */
		char name[64];
		double expected_loudness, expected_acousticness;
		snprintf(name, sizeof name, " %s\nrepeated", profile.class[class].name);
		const char *at = strstr(gd_shipped_profile, name);
		CU_ASSERT_PTR_NOT_NULL_FATAL(at);
		CU_ASSERT_EQUAL(sscanf(strstr(at, "correlation loudness"), "%*s %*s %*s %*s %lf", &expected_loudness), 1);
		CU_ASSERT_EQUAL(sscanf(strstr(at, "correlation acousticness"), "%*s %*s %*s %*s %lf", &expected_acousticness), 1);
		int count = 0;
		for (int row = 0; row < ROWS; row++) {
			if (songs[row].class != class || songs[row].track != row)
				continue;
			energy[count] = songs[row].value[2];
			loudness[count] = songs[row].value[4];
			acousticness[count++] = songs[row].value[7];
		}
		CU_ASSERT(expected_loudness > 0.5 && expected_acousticness < -0.2);
		CU_ASSERT_DOUBLE_EQUAL(rank_correlation(count, energy, loudness), expected_loudness, 0.06);
		CU_ASSERT_DOUBLE_EQUAL(rank_correlation(count, energy, acousticness), expected_acousticness, 0.08);
	}
	free(energy);
	free(loudness);
	free(acousticness);
	free(songs);
	gd_profile_release(&profile);
}

static void tracks_repeat_under_the_same_and_other_classes(void)
{
	gd_profile profile = shipped();
	gd_song *songs = draw(&profile, 5);
	double repeated = 0, expected = 0, other = 0;
	for (int row = 0; row < ROWS; row++) {
		const gd_song *song = &songs[row], *first = &songs[song->track];
		CU_ASSERT(song->track <= row && first->track == song->track);
		CU_ASSERT_STRING_EQUAL(song->track_id, first->track_id);
		CU_ASSERT_STRING_EQUAL(song->release_date, first->release_date);
		CU_ASSERT_EQUAL(memcmp(song->value, first->value, sizeof song->value), 0);
		repeated += song->track != row;
		other += song->class != first->class;
	}
	for (int class = 0; class < profile.classes; class++)
		expected += profile.class[class].share * profile.class[class].repeated;
	check_share(repeated, expected, ROWS);
	/* About half of what repeats does so under another class. */
	CU_ASSERT(other > 0.35 * repeated && other < 0.65 * repeated);
	free(songs);
	gd_profile_release(&profile);
}

static void same_seed_same_bytes(void)
{
	gd_profile profile = shipped();
	char a[600], b[600], c[600];
	void *short_bytes, *long_bytes, *other_bytes;
	size_t short_size, long_size, other_size;
	gd_synth synth = {.profile = &profile, .seed = 7, .rows = 100};
	strcpy(a, unit_path("a.csv"));
	strcpy(b, unit_path("b.csv"));
	strcpy(c, unit_path("c.csv"));
	gd_status status = gd_synth_write(&synth, a);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT(synth.tracks > 50 && synth.tracks < 100);
	synth.rows = 300;
	status = gd_synth_write(&synth, b);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	synth.seed = 8;
	synth.rows = 100;
	status = gd_synth_write(&synth, c);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_file_read(a, GD_FAILED, &short_bytes, &short_size);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_file_read(b, GD_FAILED, &long_bytes, &long_size);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_file_read(c, GD_FAILED, &other_bytes, &other_size);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT(long_size > short_size && !memcmp(short_bytes, long_bytes, short_size));
	CU_ASSERT(other_size != short_size || memcmp(short_bytes, other_bytes, short_size));
	free(short_bytes);
	free(long_bytes);
	free(other_bytes);
	gd_profile_release(&profile);
}

/* What a reader of the file gets. */
typedef struct table_trace {
	gd_sha256 hash;
	int64_t records;
	int columns;
} table_trace;

static gd_status trace_record(void *context, const gd_record *record)
{
	table_trace *trace = context;
	for (int i = 0; i < record->count; i++) {
		CU_ASSERT_EQUAL(strlen(record->fields[i]), record->lengths[i]);
		gd_sha256_update(&trace->hash, record->fields[i], record->lengths[i] + 1);
	}
	CU_ASSERT_EQUAL(record->number, trace->records);
	trace->records++;
	trace->columns = record->count;
	return gd_ok();
}

/* Without the file: the same records, and the digest of the file's bytes. Names that need quotes included. */
static void delivered_songs_are_those_of_the_file(void)
{
	gd_profile profile = shipped();
	static char name[] = "dance, \"pop\"";
	char path[600], file_sha256[65], delivered_sha256[65];
	profile.class[0].subgenre[0].name = name;
	gd_synth synth = {.profile = &profile, .seed = 2, .rows = 500};
	table_trace file = {0}, delivered = {0};
	gd_table_reader reader = {.header = trace_record, .record = trace_record, .context = &file};
	unsigned char file_digest[32], delivered_digest[32];
	gd_sha256_init(&file.hash);
	gd_sha256_init(&delivered.hash);
	strcpy(path, unit_path("songs.csv"));
	gd_status status = gd_synth_write(&synth, path);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_table_read(path, &reader, file_sha256);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	reader.context = &delivered;
	status = gd_synth_deliver(&synth, &reader, delivered_sha256);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	gd_sha256_finish(&file.hash, file_digest);
	gd_sha256_finish(&delivered.hash, delivered_digest);
	CU_ASSERT_EQUAL(file.records, 501);
	CU_ASSERT_EQUAL(file.columns, 23);
	CU_ASSERT_EQUAL(delivered.records, 501);
	CU_ASSERT_EQUAL(memcmp(file_digest, delivered_digest, 32), 0);
	CU_ASSERT_STRING_EQUAL(file_sha256, delivered_sha256);
	gd_profile_release(&profile);
}

/* Measuring what was drawn gives back what it was drawn from. */
static void a_profile_of_drawn_songs_is_near_its_own(void)
{
	gd_profile profile = shipped(), again;
	char path[600], *text;
	strcpy(path, unit_path("drawn.csv"));
	gd_synth synth = {.profile = &profile, .seed = 9, .rows = ROWS};
	gd_status status = gd_synth_write(&synth, path);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = measure(path, &text);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_profile_read("again", text, &again);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	CU_ASSERT_EQUAL_FATAL(again.classes, profile.classes);
	for (int i = 0; i < profile.classes; i++) {
		const gd_profile_class *of = &profile.class[i], *other = NULL;
		for (int j = 0; j < again.classes; j++)
			if (!strcmp(again.class[j].name, of->name))
				other = &again.class[j];
		CU_ASSERT_PTR_NOT_NULL_FATAL(other);
		CU_ASSERT_DOUBLE_EQUAL(other->repeated, of->repeated, 0.03);
		CU_ASSERT_DOUBLE_EQUAL(other->marginal[8].zero, of->marginal[8].zero, 0.04);
		for (int level = 8; level <= 56; level += 8) {
			CU_ASSERT_DOUBLE_EQUAL(other->marginal[1].quantile[level], of->marginal[1].quantile[level], 0.02);
			CU_ASSERT_DOUBLE_EQUAL(other->marginal[11].quantile[level], of->marginal[11].quantile[level], 5);
		}
	}
	gd_profile_release(&again);
	gd_profile_release(&profile);
	free(text);
}

/* One song is a profile too, and what is drawn from it is that song's numbers. */
static void a_profile_of_one_song(void)
{
	static const char csv[] = SONG_HEADER "a,63,2019-06-14,pop,\"dance, pop\",0.75,0.9,6,-2.6,1,0.05,0.1,0,0.06,0.5,120,194754\n";
	char path[600], *text;
	gd_profile profile;
	gd_song song;
	strcpy(path, unit_path("one.csv"));
	gd_status status = gd_file_write(path, csv, sizeof csv - 1);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = measure(path, &text);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	status = gd_profile_read("one", text, &profile);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	gd_synth_song(&profile, 1, 5, &song);
	CU_ASSERT_STRING_EQUAL(song.release_date, "2019-06-14");
	CU_ASSERT_STRING_EQUAL(profile.class[0].subgenre[song.subgenre].name, "dance, pop");
	CU_ASSERT_EQUAL(song.value[0], 63);
	CU_ASSERT_EQUAL(song.value[3], 6);
	CU_ASSERT_EQUAL(song.value[8], 0);
	CU_ASSERT_EQUAL(song.value[12], 194754);
	gd_profile_release(&profile);
	free(text);
}

/* Numbers alone are those that a song's text says. */
static void test_numbers(void)
{
	gd_profile profile = shipped();
	int wrong = 0;
	for (int64_t row = 0; row < ROWS; row++) {
		gd_song song, numbers;
		gd_song_fields fields;
		gd_synth_song(&profile, 4, row, &song);
		gd_synth_numbers(&profile, 4, row, &numbers);
		gd_song_text_fields(&profile, &song, &fields);
		for (int column = 0; column < GD_PROFILE_NUMBERS; column++)
			wrong += strtod(fields.number[column], NULL) != numbers.value[column];
		wrong += song.class != numbers.class || song.track != numbers.track || strcmp(song.release_date, numbers.release_date);
		wrong += gd_synth_class(&profile, 4, row) != song.class;
	}
	CU_ASSERT_EQUAL(wrong, 0);
	gd_profile_release(&profile);
}

const unit_test unit_tests[] = {
	{"classes and marginals follow the profile", classes_and_marginals_follow_the_profile},
	{"correlations follow the profile", correlations_follow_the_profile},
	{"tracks repeat", tracks_repeat_under_the_same_and_other_classes},
	{"same seed, same bytes; more rows only add", same_seed_same_bytes},
	{"delivered songs are those of the file", delivered_songs_are_those_of_the_file},
	{"measuring drawn songs", a_profile_of_drawn_songs_is_near_its_own},
	{"a profile of one song", a_profile_of_one_song},
	{"numbers alone are those of the text", test_numbers},
	{NULL, NULL},
};
