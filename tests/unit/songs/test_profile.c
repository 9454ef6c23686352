#include "songs_fixture.h"

const char *const unit_suite = "profile";

static void shipped_profile_is_whole(void)
{
	static const char *const names[] = {"pop", "rap", "rock", "latin", "r&b", "edm"};
	/* Of 32,828 complete records. */
	static const double records[] = {5507, 5743, 4951, 5153, 5431, 6043};
	gd_profile profile = shipped();
	CU_ASSERT_EQUAL_FATAL(profile.classes, 6);
	for (int i = 0; i < 6; i++) {
		CU_ASSERT_STRING_EQUAL(profile.class[i].name, names[i]);
		CU_ASSERT_DOUBLE_EQUAL(profile.class[i].share, records[i] / 32828, 1e-12);
		CU_ASSERT_EQUAL(profile.class[i].subgenres, 4);
		double rows = 0;
		for (int j = 0; j < GD_PROFILE_COLUMNS; j++)
			for (int k = 0; k <= j; k++)
				rows += profile.class[i].factor[j][k] * profile.class[i].factor[j][k];
		/* Every row of a correlation's factor has length 1. */
		CU_ASSERT_DOUBLE_EQUAL(rows, GD_PROFILE_COLUMNS, 1e-9);
	}
	CU_ASSERT(strlen(gd_shipped_profile) < 60000);
	gd_profile_release(&profile);
}

/* `text` with the first `from` replaced by `to`, to be freed. */
static char *edited(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	char *result = malloc(strlen(text) + strlen(to) + 1);
	sprintf(result, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return result;
}

static void malformed_profiles_are_refused(void)
{
	static const struct {
		const char *from, *to;
	} edits[] = {
		{"classes 6", "classes 7"}, {"classes 6", "classes 5"}, {"classes 6", "classes 0"}, {"classes 6", "classes 6 6"}, {"classes 6", ""},
		{"\nclass 5507", "\nklass 5507"}, {"class 5507 pop", "class 5507"}, {"class 5507", "class nan"}, {"\nrepeated", "\n# repeated"},
		{"\nsubgenre 1298", "\nsubgenre -1"}, {"\ncounts mode", "\ncounts energy"}, {"\ncounts mode", "\ncounts mode 4"},
		{"\nquantiles energy", "\nquantiles mode"}, {"\nquantiles energy 0.00000", "\nquantiles energy 0.00000 7"},
		{"\nquantiles energy", "\n# quantiles energy"}, {"\ncorrelation danceability", "\ncorrelation energy"},
		{"\ncorrelation danceability", "\ncorrelation danceability 1.5"}, {"\ncorrelation release", "\n# correlation release"},
		{"\ndecade 2001", "\ndecade 1951"},
	};
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		gd_profile profile;
		char *text = edited(gd_shipped_profile, edits[i].from, edits[i].to);
		gd_status status = gd_profile_read("edited", text, &profile);
		CU_ASSERT_EQUAL(status.code, GD_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "'edited': line "));
		if (status.code != GD_USAGE)
			printf("\n  accepted: '%s' as '%s'\n", edits[i].from + 1, edits[i].to);
		free(text);
	}
	gd_profile profile;
	gd_status status = gd_profile_read("empty", "", &profile);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
}

/* Line ends of another system, and correlations that no normals have: the second shrinks them. */
static void odd_profiles_are_accepted(void)
{
	gd_profile profile;
	char *text = edited(gd_shipped_profile, "classes 6\n", "classes 6\r\n");
	gd_status status = gd_profile_read("edited", text, &profile);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	gd_profile_release(&profile);
	free(text);

	const char *at = strstr(gd_shipped_profile, "\ncorrelation energy ");
	char from[64];
	snprintf(from, sizeof from, "%.*s", (int)strcspn(at + 1, "\n") + 1, at);
	text = edited(gd_shipped_profile, from, "\ncorrelation energy 1 -1");
	status = gd_profile_read("edited", text, &profile);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	for (int i = 0; i < GD_PROFILE_COLUMNS; i++)
		CU_ASSERT(profile.class[0].factor[i][i] > 0 && profile.class[0].factor[i][i] <= 1);
	gd_profile_release(&profile);
	free(text);
}

static void songs_that_cannot_be_measured_are_refused(void)
{
	static const struct {
		const char *record, *message;
	} cases[] = {
		{"", "no complete record"},
		{"a,1,2019-06-14,pop,dance pop,0.7,0.9,6,-2.6,1,0.05,0.1,0,0.06,0.5,fast,194754\n", "line 2: expected a number in column 'tempo', found 'fast'"},
		{"a,1,2019-06-14,pop,dance pop,0.7,0.9,6,-2.6,2,0.05,0.1,0,0.06,0.5,120,194754\n", "column 'mode', found '2'"},
		{"a,1,June 2019,pop,dance pop,0.7,0.9,6,-2.6,1,0.05,0.1,0,0.06,0.5,120,194754\n", "expected a date"},
		{"a,1,2019-13,pop,dance pop,0.7,0.9,6,-2.6,1,0.05,0.1,0,0.06,0.5,120,194754\n", "expected a date"},
		{"a,1,NA,pop,dance pop,0.7,0.9,6,-2.6,1,0.05,0.1,0,0.06,0.5,120,194754\n", "no complete record"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char path[600], text[1024], *profile;
		strcpy(path, unit_path("bad.csv"));
		int length = snprintf(text, sizeof text, SONG_HEADER "%s", cases[i].record);
		gd_status status = gd_file_write(path, text, (size_t)length);
		CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
		status = measure(path, &profile);
		free(profile);
		CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
		CU_ASSERT_PTR_NOT_NULL(strstr(status.message, cases[i].message));
	}
}

const unit_test unit_tests[] = {
	{"the shipped profile is whole", shipped_profile_is_whole},
	{"malformed profiles are refused", malformed_profiles_are_refused},
	{"odd profiles are accepted", odd_profiles_are_accepted},
	{"songs that cannot be measured", songs_that_cannot_be_measured_are_refused},
	{NULL, NULL},
};
