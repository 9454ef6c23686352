/* The section of a report about what the model was trained on. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/features/recipe.h"
#include "gd/report/html.h"
#include "gd/report/report_page.h"
#include "gd/run/reproduce.h"

enum {
	MOST_GROUPS = 6,
	MOST_CATEGORIES = 60,
	MOST_CORRELATED = 30,
	COUNTED_ROWS = 1000000, /* of the training part, which is shuffled: a sample where there are more */
};

static void put_class_counts(gd_report_page *page, const gd_preprocessing *p, const int64_t *rows)
{
	FILE *out = page->out;
	int classes = p->classes;
	fputs("<h3>Classes</h3>\n<div class=\"plots\">\n<div class=\"wide\"><table id=\"class-counts\"><caption>Rows of each class</caption>\n<thead><tr><th class=\"text\">class</th>"
	      "<th>training</th><th>validation</th><th>test</th><th>share of training</th></tr></thead>\n<tbody>\n", out);
	int64_t all[GD_PARTS] = {0};
	for (int part = 0; part < GD_PARTS; part++)
		for (int c = 0; c < classes; c++)
			all[part] += rows[part * classes + c];
	for (int c = 0; c < classes; c++) {
		fputs("<tr><th scope=\"row\">", out);
		gd_html_excerpt(out, p->class_names[c], 40);
		fprintf(out, "</th><td>%" PRId64 "</td><td>%" PRId64 "</td><td>%" PRId64 "</td><td>%.1f %%</td></tr>\n", rows[c], rows[classes + c], rows[2 * classes + c],
			all[0] ? 100.0 * (double)rows[c] / (double)all[0] : 0);
	}
	fprintf(out, "<tr><th scope=\"row\">all</th><td>%" PRId64 "</td><td>%" PRId64 "</td><td>%" PRId64 "</td><td></td></tr>\n</tbody></table></div>\n", all[0], all[1], all[2]);
	double *y = gd_allocate((size_t)(GD_PARTS * classes), sizeof *y);
	gd_plot plot = {.id = "classcounts", .title = "rows of each class in each part", .x_label = "", .y_label = "rows", .count = (size_t)classes, .names = p->class_names};
	for (int part = 0; y && part < GD_PARTS; part++) {
		for (int c = 0; c < classes; c++)
			y[part * classes + c] = (double)rows[part * classes + c];
		if (all[part])
			plot.series[plot.series_count++] = (gd_plot_series){part == GD_TRAIN ? "training" : gd_part_names[part], y + part * classes};
	}
	gd_report_plot(page, &plot, classes > GD_PLOT_CATEGORIES ? "Rows of each class; the first ones alone, the table has all." : "Rows of each class in each part.");
	fputs("</div>\n", page->out);
	free(y);
}

/* counts [classes, features], overwritten: training rows of the class whose one-hot feature is 1. Returns how many rows were counted. */
static int64_t count_features(const gd_report_run *run, int64_t *counts)
{
	if (!run->dataset)
		return 0;
	const gd_dataset_header *h = gd_dataset_get_header(run->dataset);
	const gd_preprocessing *p = &h->preprocessing;
	int64_t rows = h->rows[GD_TRAIN] < COUNTED_ROWS ? h->rows[GD_TRAIN] : COUNTED_ROWS, done = 0;
	const int64_t block = gd_dataset_block_rows(p->features);
	float *x = gd_allocate((size_t)(block * p->features), sizeof *x);
	int32_t *labels = gd_allocate((size_t)block, sizeof *labels);
	while (x && labels && done < rows) {
		int64_t count = rows - done < block ? rows - done : block;
		gd_status status = gd_dataset_read(run->dataset, GD_TRAIN, done, count, x, labels, NULL);
		if (gd_failed(&status))
			break;
		for (int64_t r = 0; r < count; r++)
			for (int f = 0; f < p->features; f++)
				counts[labels[r] * p->features + f] += x[r * p->features + f] * p->standard_deviation[f] + p->mean[f] > 0.5;
		done += count;
	}
	free(labels);
	free(x);
	return done;
}

static void put_group_table(FILE *out, const gd_preprocessing *p, char *const *names, const int64_t *counts, int first, int size, int64_t rows)
{
	fputs("<div class=\"wide\"><table class=\"heat\"><caption>", out);
	gd_html_format(out, "Training rows of each class and value (of %" PRId64 " rows); the colour is the share of the value's rows.", rows);
	fputs("</caption>\n<thead><tr><th class=\"text\">class</th>", out);
	for (int i = 0; i < size; i++) {
		fputs(size > 12 ? "<th class=\"turn\"><span>" : "<th>", out);
		gd_html_excerpt(out, names[i], 24);
		fputs(size > 12 ? "</span></th>" : "</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (int c = 0; c < p->classes; c++) {
		fputs("<tr><th scope=\"row\">", out);
		gd_html_excerpt(out, p->class_names[c], 24);
		fputs("</th>", out);
		for (int i = 0; i < size; i++) {
			int64_t mine = counts[c * p->features + first + i], all = 0;
			for (int other = 0; other < p->classes; other++)
				all += counts[other * p->features + first + i];
			gd_report_heat(out, all ? (double)mine / (double)all : 0, "%" PRId64, mine);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_shares_table(FILE *out, const gd_preprocessing *p, char *const *names, int first, int size)
{
	fputs("<div class=\"wide\"><table><thead><tr><th class=\"text\">value</th><th>share of training rows</th></tr></thead>\n<tbody>\n", out);
	for (int i = 0; i < size; i++) {
		fputs("<tr><th scope=\"row\">", out);
		gd_html_excerpt(out, names[i], 40);
		fprintf(out, "</th><td>%.2f %%</td></tr>\n", 100 * p->mean[first + i]);
	}
	fputs("</tbody></table></div>\n", out);
}

/* The mean of a one-hot feature is the share of the rows that have it. */
static void put_group(gd_report_page *page, const gd_preprocessing *p, const char *column, int number, int first, int size, const int64_t *counts, int64_t rows)
{
	FILE *out = page->out;
	char id[16];
	snprintf(id, sizeof id, "group%c", 'a' + number);
	fprintf(out, "<div id=\"distribution-%c\"><h3>Values of ", 'a' + number);
	gd_html_excerpt(out, column, 60);
	fputs("</h3>\n", out);
	double *y = gd_allocate((size_t)size, sizeof *y);
	char **names = gd_allocate((size_t)size, sizeof *names);
	if (!y || !names)
		goto done;
	/* Features are called "column value". */
	size_t stem = strlen(column) + 1;
	for (int i = 0; i < size; i++) {
		char *name = p->feature_names[first + i];
		y[i] = 100 * p->mean[first + i];
		names[i] = strlen(name) > stem && !strncmp(name, column, stem - 1) ? name + stem : name;
	}
	gd_plot plot = {.id = id, .title = "share of each value in the training part", .x_label = "", .y_label = "% of training rows", .count = (size_t)size, .names = names,
		.series_count = 1, .series = {{"share", y}}};
	gd_report_plot(page, &plot, size > GD_PLOT_CATEGORIES ? "Share of the training rows; the first values alone." : "Share of the training rows.");
	int listed = size < MOST_CATEGORIES ? size : MOST_CATEGORIES;
	if (listed < size)
		fprintf(out, "<p class=\"quiet\">The first %d of %d values:</p>\n", listed, size);
	if (rows)
		put_group_table(out, p, names, counts, first, listed, rows);
	else
		put_shares_table(out, p, names, first, listed);
done:
	fputs("</div>\n", out);
	free(names);
	free(y);
}

static void put_groups(gd_report_page *page, const gd_report_run *run, const gd_preprocessing *p, const gd_recipe *recipe)
{
	int number = 0, left = 0;
	int64_t rows = 0, *counts = gd_allocate((size_t)p->classes * (size_t)p->features, sizeof *counts);
	for (int t = 0; t < recipe->schema.term_count; t++) {
		const gd_term *term = &recipe->schema.terms[t];
		int size = gd_term_size(term), first = recipe->first[t];
		if (term->treatment->form != GD_FORM_ONE_HOT || size < 2 || first < 0 || first + size > p->features)
			continue;
		if (number == MOST_GROUPS) {
			left++;
			continue;
		}
		if (counts && number == 0)
			rows = count_features(run, counts);
		put_group(page, p, recipe->schema.columns[term->column], number++, first, size, counts, rows);
	}
	if (left)
		fprintf(page->out, "<p class=\"quiet\">%d more columns of categories are not shown.</p>\n", left);
	free(counts);
}

/* Whether a feature is one of a one-hot group, by the recipe. */
static void mark_categories(const gd_recipe *recipe, int features, bool *category)
{
	for (int t = 0; t < recipe->schema.term_count; t++)
		if (recipe->schema.terms[t].treatment->form == GD_FORM_ONE_HOT)
			for (int i = 0; i < gd_term_size(&recipe->schema.terms[t]); i++)
				if (recipe->first[t] + i < features)
					category[recipe->first[t] + i] = true;
}

static void put_correlation(FILE *out, const gd_dataset_header *h, const bool *category)
{
	const gd_preprocessing *p = &h->preprocessing;
	int shown[MOST_CORRELATED], count = 0;
	bool all = p->features <= MOST_CORRELATED;
	for (int f = 0; f < p->features && count < MOST_CORRELATED; f++)
		if (all || !category[f])
			shown[count++] = f;
	fputs("<h3>Correlation</h3>\n", out);
	if (!h->correlation) {
		fprintf(out, "<p class=\"quiet\">Not in the dataset: it has more than %d features.</p>\n", GD_MOST_CORRELATED);
		return;
	}
	if (count < 2) {
		fputs("<p class=\"quiet\">There are no two numeric features to correlate.</p>\n", out);
		return;
	}
	fputs("<div class=\"wide\"><table class=\"heat\" id=\"correlation\"><caption>Pearson's correlation of the features in the training part, in hundredths", out);
	if (count < p->features)
		fprintf(out, "; %d numeric ones of %d features (all are in the dataset)", count, p->features);
	fputs(". Two colours: above and below 0; the sign says so too.</caption>\n<thead><tr><th></th>", out);
	for (int i = 0; i < count; i++) {
		fputs("<th class=\"turn\"><span>", out);
		gd_html_shorten(out, p->feature_names[shown[i]], 26);
		fputs("</span></th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (int i = 0; i < count; i++) {
		fputs("<tr><th scope=\"row\">", out);
		gd_html_shorten(out, p->feature_names[shown[i]], 26);
		fputs("</th>", out);
		for (int j = 0; j < count; j++) {
			double value = h->correlation[(size_t)shown[i] * (size_t)p->features + (size_t)shown[j]];
			double rounded = round(100 * value);
			gd_report_heat(out, value, "%s%.0f", rounded < 0 ? "−" : "", fabs(rounded));
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_origin(FILE *out, const gd_report_run *run)
{
	static const struct {
		const char *entry, *name;
	} entries[] = {{GD_DATASET_SOURCE, "table"}, {GD_DATASET_SOURCE_SHA256, "its SHA-256"}, {GD_DATASET_RECORDS, "records"}, {GD_DATASET_SPLIT, "split"}, {GD_DATASET_SEED, "seed of the split"}};
	const char *data = gd_report_setting(run, "data");
	fputs("<div class=\"wide\"><table id=\"origin\">\n", out);
	if (data)
		gd_report_row(out, "dataset", "%s", data);
	if (run->dataset) {
		const gd_dataset_header *h = gd_dataset_get_header(run->dataset);
		gd_report_row(out, entries[0].name, "%s", h->source);
		char written[512];
		if (*gd_writing_options(&h->preprocessing.writing, written, sizeof written))
			gd_report_row(out, "written with", "%s", written);
		gd_report_row(out, entries[1].name, "%s", h->source_sha256);
		gd_report_row(out, entries[2].name, "%" PRId64 " read, %" PRId64 " dropped", h->rows_read, h->rows_dropped);
		gd_report_row(out, entries[3].name, "%s", h->split);
		gd_report_row(out, entries[4].name, "%" PRId64, h->seed);
	} else {
		for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
			const char *value = gd_report_provenance(run, entries[i].entry);
			if (value)
				gd_report_row(out, entries[i].name, "%s", value);
		}
	}
	fputs("</table></div>\n", out);
}

static void put_audit(FILE *out, const char *audit)
{
	if (!audit || !*audit)
		return;
	fputs("<h3>Leak audit</h3>\n<pre id=\"audit\">", out);
	gd_html_text(out, audit);
	fputs("</pre>\n", out);
}

void gd_report_data(gd_report_page *page, const gd_report_run *run)
{
	FILE *out = page->out;
	const gd_dataset_header *h = run->dataset ? gd_dataset_get_header(run->dataset) : NULL;
	fputs("<section id=\"data\"><h2>What it was trained on</h2>\n", out);
	if (!h) {
		fputs("<p class=\"notice\" id=\"no-dataset\">The dataset cannot be shown: ", out);
		gd_html_text(out, run->no_dataset);
		fputs(". What follows is what the checkpoint knows; the correlation is in the dataset alone.</p>\n", out);
	}
	put_origin(out, run);
	if (h || run->has_state) {
		const gd_preprocessing *p = h ? &h->preprocessing : &run->state.preprocessing;
		gd_recipe recipe = {0};
		gd_status status = gd_recipe_read(&recipe, p->recipe ? p->recipe : "", "the recipe");
		bool readable = !gd_failed(&status);
		int64_t *rows = gd_allocate((size_t)(GD_PARTS * p->classes), sizeof *rows);
		bool *category = gd_allocate((size_t)p->features, sizeof *category);
		if (rows && h)
			memcpy(rows, h->class_counts, (size_t)(GD_PARTS * p->classes) * sizeof *rows);
		if (rows && (h || gd_reproduce_class_rows(&run->state, rows)))
			put_class_counts(page, p, rows);
		if (readable)
			put_groups(page, run, p, &recipe);
		if (readable && category)
			mark_categories(&recipe, p->features, category);
		if (h && category)
			put_correlation(out, h, category);
		put_audit(out, h ? h->audit : gd_report_provenance(run, GD_DATASET_AUDIT));
		free(category);
		free(rows);
		if (readable)
			gd_recipe_release(&recipe);
	}
	fputs("</section>\n", out);
}
