#include "gd/report/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gd/report/gnuplot.h"
#include "gd/report/html.h"
#include "unit.h"

const char *const unit_suite = "plot";

typedef void put_text(FILE *out, const char *text, int characters);

static void put_whole(FILE *out, const char *text, int characters)
{
	(void)characters;
	gd_html_text(out, text);
}

static void expect_text(put_text *put, const char *text, int characters, const char *wanted)
{
	char *written = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&written, &size);
	put(memory, text, characters);
	fclose(memory);
	CU_ASSERT_STRING_EQUAL(written, wanted);
	free(written);
}

static void escapes(void)
{
	expect_text(put_whole, "<a href=\"x\">'&amp;", 0, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;");
	expect_text(put_whole, "r&b Ünï", 0, "r&amp;b Ünï");
	expect_text(put_whole, "\x01\x1f\x7f\t\n", 0, "???\t\n");
	expect_text(put_whole, "a\xff\xc3(\xed\xa0\x80\xe2\x82", 0, "a?" "?" "(?????");
	expect_text(put_whole, "\xef\xbf\xbe\xef\xbf\xbd", 0, "?\xef\xbf\xbd");
	expect_text(put_whole, "", 0, "");
}

static void shortens(void)
{
	expect_text(gd_html_excerpt, "abcdef", 6, "abcdef");
	expect_text(gd_html_excerpt, "abcdef", 5, "abcd…");
	expect_text(gd_html_excerpt, "äöü<>&", 5, "äöü&lt;…");
	expect_text(gd_html_shorten, "abcdefghij", 10, "abcdefghij");
	expect_text(gd_html_shorten, "abcdefghijk", 10, "abcd…ghijk");
	expect_text(gd_html_shorten, "äöüÄÖÜßéèê&", 10, "äöüÄ…ßéèê&amp;");
}

static bool have_gnuplot(void)
{
	static int known = -1;
	if (known < 0) {
		char *output;
		gd_status status = gd_gnuplot_run("print 1\n", 8, 10, &output);
		known = !(gd_failed(&status) && strstr(status.message, "not installed"));
		free(output);
		if (!known)
			puts("gnuplot is not installed: plots are not drawn");
	}
	return known;
}

static void keeps_the_time(void)
{
	char *output = NULL;
	time_t before = time(NULL);
	if (!have_gnuplot())
		return;
	gd_status status = gd_gnuplot_run("pause 60\n", 9, 0.2, &output);
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "not done"));
	CU_ASSERT_PTR_NULL(output);
	CU_ASSERT(time(NULL) - before < 30);
	status = gd_gnuplot_run("nonsense\n", 9, 10, &output);
	CU_ASSERT_STRING_EQUAL(status.message, "gnuplot failed");
}

/* The SVG, released with free(). */
static char *draw(const gd_plot *plot)
{
	char *svg = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&svg, &size);
	gd_status status = gd_plot_write(memory, plot);
	fclose(memory);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	return svg;
}

static int count(const char *text, const char *word)
{
	int found = 0;
	for (; (text = strstr(text, word)); text += strlen(word))
		found++;
	return found;
}

static void draws_curves(void)
{
	enum { EPOCHS = 1000 };
	double x[EPOCHS], falling[EPOCHS], gaps[EPOCHS], nothing[EPOCHS];
	if (!have_gnuplot())
		return;
	for (int i = 0; i < EPOCHS; i++) {
		x[i] = i + 1;
		falling[i] = 1.0 / (i + 1);
		gaps[i] = i % 2 ? NAN : i == 2 ? INFINITY : -i;
		nothing[i] = NAN;
	}
	gd_plot plot = {.id = "one", .title = "a \"title\" & more", .x_label = "epoch", .y_label = "`touch x`", .count = EPOCHS, .x = x, .series_count = 3,
		.series = {{"<first>", falling}, {"second $(touch x)", gaps}, {"third", nothing}}};
	for (size_t points = EPOCHS; points; points = points > 1 ? 1 : 0) {
		plot.count = points;
		char *svg = draw(&plot);
		CU_ASSERT(strlen(svg) < 30000);
		CU_ASSERT_EQUAL(strncmp(svg, "<svg role=\"img\" aria-label=\"a &quot;title&quot; &amp; more\"", 58), 0);
		CU_ASSERT_EQUAL(count(svg, "<text>&lt;first&gt;</text>"), 1);
		CU_ASSERT_EQUAL(count(svg, "second $(touch x)"), 1);
		CU_ASSERT_EQUAL(count(svg, "`touch x`"), 1);
		CU_ASSERT_EQUAL(count(svg, "third"), 0);
		CU_ASSERT(count(svg, "var(--s0)") > 0 && count(svg, "var(--s1)") > 0 && count(svg, "var(--s2)") == 0);
		CU_ASSERT_EQUAL(count(svg, "GDT"), 0);
		CU_ASSERT_EQUAL(count(svg, "~"), 0);
		CU_ASSERT_EQUAL(count(svg, "black"), 0);
		CU_ASSERT_EQUAL(count(svg, "<title>"), 0);
		CU_ASSERT_EQUAL(count(svg, "id='gpPt"), 0);
		free(svg);
	}
	plot.series_count = 1;
	plot.series[0].y = nothing;
	CU_ASSERT_FALSE(gd_plot_worthwhile(&plot));
	plot.series[0].y = gaps;
	CU_ASSERT_TRUE(gd_plot_worthwhile(&plot));
}

static void draws_bars(void)
{
	enum { NAMES = 60 };
	char room[NAMES][32], *names[NAMES];
	double some[NAMES], none[NAMES];
	if (!have_gnuplot())
		return;
	for (int i = 0; i < NAMES; i++) {
		snprintf(room[i], sizeof room[i], "GDT%d~\"\nquit", i);
		names[i] = room[i];
		some[i] = i;
		none[i] = 0;
	}
	gd_plot plot = {.id = "two", .title = "bars", .x_label = "", .y_label = "rows", .count = NAMES, .names = names, .series_count = 2, .series = {{"some", some}, {"none", none}}};
	char *svg = draw(&plot);
	/* A name that looks like a placeholder is a name. */
	CU_ASSERT_EQUAL(count(svg, "<text>GDT1~&quot;\nquit"), 1);
	CU_ASSERT_EQUAL(count(svg, "~&quot;\nquit</text>"), GD_PLOT_CATEGORIES);
	CU_ASSERT_EQUAL(count(svg, "url(#gpPat"), 0);
	CU_ASSERT(count(svg, "url(#two-gpPat") > 0);
	free(svg);
	plot.count = 1;
	plot.series[0].y = none;
	svg = draw(&plot);
	CU_ASSERT_PTR_NOT_NULL(strstr(svg, "</svg>"));
	free(svg);
}

const unit_test unit_tests[] = {
	{"text is escaped for HTML and XML", escapes},
	{"long text is shortened by characters", shortens},
	{"gnuplot is given so much time and no more", keeps_the_time},
	{"curves of many points, of one, with gaps", draws_curves},
	{"bars, and names that look like commands", draws_bars},
	{NULL, NULL},
};
