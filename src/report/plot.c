#include "gd/report/plot.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/report/gnuplot.h"
#include "gd/report/html.h"

/*
 * Placeholders: GDT<number> is a text of the plot, with as many ~ behind it as the text is longer, so that gnuplot leaves room for it; rgb(1,2,n) is
 * the colour of series n. Everything that gnuplot is told is a number or one of these.
 */
enum { X_LABEL, Y_LABEL, FIRST_SERIES, FIRST_NAME = FIRST_SERIES + GD_PLOT_SERIES, LONGEST_NAME = 16, LONGEST_SERIES = 24 };

static size_t drawn_names(const gd_plot *plot)
{
	return plot->count < GD_PLOT_CATEGORIES ? plot->count : GD_PLOT_CATEGORIES;
}

static bool visible(const gd_plot *plot, int series)
{
	for (size_t i = 0; i < plot->count; i++)
		if (isfinite(plot->series[series].y[i]))
			return true;
	return false;
}

bool gd_plot_worthwhile(const gd_plot *plot)
{
	for (int s = 0; s < plot->series_count; s++)
		if (visible(plot, s))
			return true;
	return false;
}

/* Of the finite values; false if there are none. */
static bool find_range(const gd_plot *plot, double *least, double *most)
{
	*least = INFINITY;
	*most = -INFINITY;
	for (int s = 0; s < plot->series_count; s++)
		for (size_t i = 0; i < plot->count; i++) {
			double y = plot->series[s].y[i];
			*least = isfinite(y) && y < *least ? y : *least;
			*most = isfinite(y) && y > *most ? y : *most;
		}
	return *least <= *most;
}

static int characters(const char *text, int most)
{
	const int width = gd_text_width(text);
	return width < most ? width : most;
}

static const char *text_of(const gd_plot *plot, size_t number, int *most)
{
	*most = number >= FIRST_NAME ? LONGEST_NAME : number >= FIRST_SERIES ? LONGEST_SERIES : 60;
	if (number == X_LABEL || number == Y_LABEL)
		return number == X_LABEL ? plot->x_label : plot->y_label;
	if (number >= FIRST_SERIES && number < FIRST_SERIES + (size_t)plot->series_count)
		return plot->series[number - FIRST_SERIES].name;
	if (number >= FIRST_NAME && plot->names && number - FIRST_NAME < drawn_names(plot))
		return plot->names[number - FIRST_NAME];
	return "";
}

static void put_placeholder(FILE *out, const gd_plot *plot, size_t number)
{
	int most;
	const char *text = text_of(plot, number, &most);
	int more = characters(text, most) - fprintf(out, "\"GDT%zu", number) + 1;
	while (more-- > 0)
		fputc('~', out);
	fputc('"', out);
}

static void put_number(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, " %.7g", value);
	else
		fputs(" NaN", out);
}

static void put_point(FILE *out, const gd_plot *plot, size_t i)
{
	for (int s = 0; s < plot->series_count; s++)
		put_number(out, plot->series[s].y[i]);
	fputc('\n', out);
}

static size_t put_curve_data(FILE *out, const gd_plot *plot)
{
	size_t points = plot->count < GD_PLOT_POINTS ? plot->count : GD_PLOT_POINTS;
	for (size_t p = 0; p < points; p++) {
		size_t i = points > 1 ? p * (plot->count - 1) / (points - 1) : 0;
		put_number(out, plot->x[i]);
		put_point(out, plot, i);
	}
	return points;
}

static void put_curves(FILE *out, const gd_plot *plot)
{
	static const int markers[] = {7, 4, 9, 12, 1, 6, 5, 8, 2, 10, 3, 13};
	double first = plot->x[0], last = plot->x[plot->count - 1];
	fprintf(out, "set xrange [%.7g:%.7g]\n", first == last ? first - 1 : first, first == last ? last + 1 : last);
	if (last - first <= 12)
		fputs(last <= 1 ? "set xtics 0.2\n" : "set xtics 1\n", out);
	double least, most;
	if (find_range(plot, &least, &most) && plot->logarithmic && least > 0 && most > 30 * least)
		fputs("set logscale y\nset format y \"%.1g\"\n", out);
	else if (plot->from_zero && least >= 0)
		fprintf(out, "set yrange [0:%s]\n", most > 0 ? "*" : "1");
	fputs("$d << EOD\n", out);
	size_t points = put_curve_data(out, plot);
	fputs("EOD\nplot", out);
	const char *separator = " ";
	for (int s = 0; s < plot->series_count; s++) {
		if (!visible(plot, s))
			continue;
		fprintf(out, "%s$d using 1:%d with linespoints lc rgb \"#0102%02x\" dt %d pt %d ps 0.55 pi %zu title ", separator, s + 2, s, s % 5 + 1,
			markers[s], points / 12 + 1);
		put_placeholder(out, plot, (size_t)(FIRST_SERIES + s));
		separator = ", ";
	}
	fputc('\n', out);
}

static void put_bars(FILE *out, const gd_plot *plot)
{
	static const char *const fills[] = {"solid 0.85", "pattern 4", "empty", "pattern 2"};
	size_t names = drawn_names(plot);
	int letters = 0;
	double width = 0.8 / plot->series_count, least, most;
	bool any = find_range(plot, &least, &most) && most > 0;
	for (size_t i = 0; i < names; i++)
		letters += characters(plot->names[i], LONGEST_NAME) + 1;
	/* About 8 units a letter, of an axis of 400. */
	fprintf(out, "set xrange [-0.6:%.7g]\nset yrange [0:%s]\nset boxwidth %.7g\nset xtics scale 0%s (", (double)names - 0.4, any ? "*" : "1", width,
		8 * letters > 400 ? " rotate by 90 right" : "");
	for (size_t i = 0; i < names; i++) {
		fputs(i ? ", " : "", out);
		put_placeholder(out, plot, FIRST_NAME + i);
		fprintf(out, " %zu", i);
	}
	fputs(")\n$d << EOD\n", out);
	for (size_t i = 0; i < names; i++) {
		fprintf(out, "%zu", i);
		put_point(out, plot, i);
	}
	fputs("EOD\nplot", out);
	for (int s = 0; s < plot->series_count; s++) {
		fprintf(out, "%s$d using ($1+%.7g):%d with boxes lc rgb \"#0102%02x\" fs %s title ", s ? ", " : " ", width * (s - 0.5 * (plot->series_count - 1)), s + 2, s, fills[s % 4]);
		put_placeholder(out, plot, (size_t)(FIRST_SERIES + s));
	}
	fputc('\n', out);
}

static void put_script(FILE *out, const gd_plot *plot)
{
	/* Few names stand in a line; many in two columns. */
	bool many = plot->series_count > 3;
	fprintf(out, "set encoding utf8\nset terminal svg size 480,%d dynamic noenhanced font \"sans-serif,13\" linewidth 1.3\nset border 3\n"
		"set tics nomirror out scale 0.5\nset format y \"%%g\"\nset grid ytics lt 0 lc rgb \"#010263\"\n", many ? 310 + 20 * ((plot->series_count + 1) / 2) : 300);
	if (many)
		fprintf(out, "set key above left vertical Left reverse maxrows %d samplen 3\n", (plot->series_count + 1) / 2);
	else if (plot->series_count > 1)
		fputs("set key outside top center horizontal samplen 3\n", out);
	else
		fputs("unset key\n", out);
	if (*plot->x_label) {
		fputs("set xlabel ", out);
		put_placeholder(out, plot, X_LABEL);
	}
	if (*plot->y_label) {
		fputs("\nset ylabel ", out);
		put_placeholder(out, plot, Y_LABEL);
	}
	fputc('\n', out);
	if (plot->names)
		put_bars(out, plot);
	else
		put_curves(out, plot);
}

/* If `at` begins with `word`, steps over it. */
static bool take(const char **at, const char *word)
{
	size_t length = strlen(word);
	if (strncmp(*at, word, length) != 0)
		return false;
	*at += length;
	return true;
}

static const char *after(const char *at, const char *word)
{
	const char *found = strstr(at, word);
	return found ? found + strlen(word) : at + strlen(at);
}

/* A colour: a series', the grid's, or one that is left. */
static bool take_colour(FILE *out, const char **at)
{
	int red, green, blue, length = 0;
	if (sscanf(*at, "rgb( %d , %d , %d )%n", &red, &green, &blue, &length) != 3 || length == 0 || red != 1 || green != 2)
		return false;
	if (blue == 0x63)
		fputs("var(--grid)", out);
	else
		fprintf(out, "var(--s%d)", blue);
	*at += length;
	return true;
}

/* <title>, <desc> and <filter> (which nothing uses) with their contents, and groups without. */
static bool skip_needless(const char **at)
{
	static const char *const elements[][2] = {{"<title>", "</title>"}, {"<desc>", "</desc>"}, {"<filter ", "</filter>"}};
	for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
		if (take(at, elements[i][0])) {
			*at = after(*at, elements[i][1]);
			return true;
		}
	if (strncmp(*at, "<g ", 3) != 0)
		return false;
	const char *inside = strchr(*at, '>');
	if (!inside || strncmp(inside, ">\n</g>\n", 7) != 0)
		return false;
	*at = inside + 7;
	return true;
}

static void rewrite(FILE *out, const char *at, const gd_plot *plot)
{
	static const char *const names[] = {"gpPt", "gpPat", "gpDot", "gnuplot_canvas", "gnuplot_plot_"};
	while (*at) {
		const char *before = at;
		if (skip_needless(&at) || take_colour(out, &at))
			continue;
		for (size_t i = 0; i < sizeof names / sizeof *names && at == before; i++)
			if (take(&at, names[i]))
				fprintf(out, "%s-%s", plot->id, names[i]);
		if (at == before && take(&at, "<svg")) {
			fputs("<svg role=\"img\" aria-label=\"", out);
			gd_html_text(out, plot->title);
			fputc('"', out);
		} else if (at == before && (take(&at, "\"black\"") || take(&at, "'black'"))) {
			fputs("\"currentColor\"", out);
		} else if (at == before && strncmp(at, "GDT", 3) == 0 && isdigit((unsigned char)at[3])) {
			char *end;
			int most;
			size_t number = strtoul(at + 3, &end, 10);
			const char *text = text_of(plot, number, &most);
			gd_html_shorten(out, text, most);
			at = end + strspn(end, "~");
		}
		if (at != before)
			continue;
		if (*at != '\t' && !(*at == '\n' && (at[1] == '\n' || at[1] == '\t')))
			fputc(*at, out);
		at++;
	}
}

gd_status gd_plot_write(FILE *out, const gd_plot *plot)
{
	char *script = NULL, *drawn = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&script, &length);
	if (!memory)
		return gd_out_of_memory("a plot");
	put_script(memory, plot);
	gd_status status = fclose(memory) ? gd_out_of_memory("a plot") : gd_gnuplot_run(script, length, GD_PLOT_SECONDS, &drawn);
	const char *svg = drawn ? strstr(drawn, "<svg") : NULL;
	if (!gd_failed(&status) && (!svg || !strstr(svg, "</svg>")))
		status = gd_error(GD_FAILED, "gnuplot drew nothing");
	if (!gd_failed(&status))
		rewrite(out, svg, plot);
	free(drawn);
	free(script);
	return status;
}
