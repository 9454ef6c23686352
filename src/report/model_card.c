#include "gd/report/model_card.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/base/shell_word.h"
#include "gd/features/recipe.h"
#include "gd/run/reproduce.h"
#include "gd/score/calibration.h"

enum { LABEL_WIDTH = 12, LINE_WIDTH = 110, LISTED_FEATURES = 40, FEW_ROWS = 30 };

/* A paragraph beside its label, wrapped at blanks. */
static void put(FILE *out, const char *label, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void put(FILE *out, const char *label, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	int column = fprintf(out, "%-*s", LABEL_WIDTH, label);
	for (char *word = text; *word; word += strspn(word, " ")) {
		int letters = (int)strcspn(word, " ");
		if (column + 1 + letters > LINE_WIDTH && column > LABEL_WIDTH)
			column = fprintf(out, "\n%*s", LABEL_WIDTH, "") - 1;
		column += fprintf(out, "%s%.*s", column > LABEL_WIDTH ? " " : "", letters, word);
		word += letters;
	}
	fputc('\n', out);
	free(text);
}

static const char *of_dataset(const gd_checkpoint *c, const char *entry)
{
	const char *value = gd_setting_find(c->provenance, c->provenance_count, entry);
	return value && *value ? value : NULL;
}

/* Names with commas between, released with free(); NULL when there is no memory. */
static char *list(char *const *names, int count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	if (!memory)
		return NULL;
	for (int i = 0; i < count; i++)
		fprintf(memory, "%s%s", i ? ", " : "", names[i]);
	fclose(memory);
	return text;
}

static void put_purpose(FILE *out, const char *path, const gd_checkpoint *c, const gd_recipe *recipe)
{
	const gd_preprocessing *p = &c->preprocessing;
	char *classes = list(p->class_names, p->classes);
	const gd_schema *schema = recipe ? &recipe->schema : NULL;
	if (schema && schema->target >= 0)
		put(out, "purpose", "tells the %s of a record, one of %d classes: %s", schema->columns[schema->target], p->classes, classes ? classes : "");
	else
		put(out, "purpose", "tells the class of a record, one of %d: %s", p->classes, classes ? classes : "");
	free(classes);
	if (schema) {
		char **columns = gd_allocate((size_t)schema->term_count, sizeof *columns);
		int count = 0;
		for (int t = 0; columns && t < schema->term_count; t++) {
			char *name = schema->columns[schema->terms[t].column];
			if (!count || strcmp(columns[count - 1], name))
				columns[count++] = name;
		}
		char *names = columns ? list(columns, count) : NULL;
		if (names)
			put(out, "", "from the columns %s", names);
		free(names);
		free(columns);
	}
	char word[GD_SHELL_WORD_ROOM];
	put(out, "use", "genre-dist predict %s INPUT.csv", gd_shell_path(path, word));
}

static void put_origin(FILE *out, const gd_checkpoint *c)
{
	const gd_preprocessing *p = &c->preprocessing;
	const char *source = of_dataset(c, GD_DATASET_SOURCE), *hash = of_dataset(c, GD_DATASET_SOURCE_SHA256), *records = of_dataset(c, GD_DATASET_RECORDS);
	const char *split = of_dataset(c, GD_DATASET_SPLIT), *seed = of_dataset(c, GD_DATASET_SEED), *audit = of_dataset(c, GD_DATASET_AUDIT);
	if (source)
		put(out, "trained on", "%s, sha256 %s (records: %s), as %d features", source, hash ? hash : "unknown", records ? records : "unknown", p->features);
	char written[512];
	if (*gd_writing_options(&p->writing, written, sizeof written))
		put(out, "", "written with %s", written);
	int64_t *rows = gd_allocate(3 * (size_t)p->classes, sizeof *rows);
	if (rows && gd_reproduce_class_rows(c, rows)) {
		int64_t all[3] = {0};
		fprintf(out, "%-*s%-24s %10s %10s %10s\n", LABEL_WIDTH, "rows", "", "train", "validation", "test");
		for (int i = 0; i < p->classes; i++) {
			fprintf(out, "%*s%-24s %10" PRId64 " %10" PRId64 " %10" PRId64 "\n", LABEL_WIDTH, "", p->class_names[i], rows[i], rows[p->classes + i], rows[2 * p->classes + i]);
			for (int part = 0; part < 3; part++)
				all[part] += rows[part * p->classes + i];
		}
		fprintf(out, "%*s%-24s %10" PRId64 " %10" PRId64 " %10" PRId64 "\n", LABEL_WIDTH, "", "all", all[0], all[1], all[2]);
	}
	free(rows);
	if (split)
		put(out, "split", "%s, seed %s%s", split, seed ? seed : "unknown", audit ? "; what it lets through:" : "");
	for (const char *line = audit; line && *line;) {
		int length = (int)strcspn(line, "\n");
		fprintf(out, "%*s%.*s\n", LABEL_WIDTH, "", length, line);
		line += length + (line[length] == '\n');
	}
}

static void put_scores(FILE *out, const char *path, const gd_checkpoint *c)
{
	const gd_progress *p = &c->progress;
	const gd_history *h = &c->history;
	const char *data = gd_setting_find(c->config, c->config_count, "data");
	const gd_epoch_metrics *last = h->count ? &h->epochs[h->count - 1] : NULL;
	if (last && isfinite(last->validation_loss))
		put(out, "scores", "validation loss %.4f, accuracy %.4f, after epoch %" PRId64 " (training loss %.4f, accuracy %.4f); the lowest validation loss chose the model, so that a test is more honest", last->validation_loss,
			last->validation_accuracy, last->epoch, last->train_loss, last->train_accuracy);
	else if (last)
		put(out, "scores", "training loss %.4f, accuracy %.4f, after epoch %" PRId64 "; there was no validation part", last->train_loss, last->train_accuracy, last->epoch);
	else
		put(out, "scores", "not trained for a whole epoch yet (step %" PRId64 ")", p->step);
	if (c->calibration.temperature > 0) {
		char calibration[GD_CALIBRATION_ROOM];
		gd_calibration_say(&c->calibration, calibration);
		put(out, "", "its probabilities are %s", calibration);
	}
	char word[GD_SHELL_WORD_ROOM], data_word[GD_SHELL_WORD_ROOM];
	put(out, "", "on the test part: genre-dist evaluate %s --data %s", gd_shell_path(path, word), data ? gd_shell_word(data, data_word) : "DATASET.h5");
}

static void put_limits(FILE *out, const gd_checkpoint *c, const gd_recipe *recipe)
{
	const gd_preprocessing *p = &c->preprocessing;
	put(out, "limits", "it answers with one of its classes whatever it is given: a record of another kind gets one of them too, often with confidence");
	const char *audit = of_dataset(c, GD_DATASET_AUDIT);
	if (audit && strstr(audit, "ceiling"))
		put(out, "", "equal records that carry several classes bound any model's accuracy: 'ceiling' above; 'shared test records' are not new to it, so that a test flatters what has learned them by heart");
	int64_t *rows = gd_allocate(3 * (size_t)p->classes, sizeof *rows);
	if (rows && gd_reproduce_class_rows(c, rows))
		for (int i = 0; i < p->classes; i++)
			if (rows[i] < FEW_ROWS)
				put(out, "", "it has seen %" PRId64 " records of '%s' only", rows[i], p->class_names[i]);
	free(rows);
	put(out, "", "it knows inputs like those it was trained on; far outside of them its answers are guesses:");
	bool *category = gd_allocate((size_t)p->features, sizeof *category);
	for (int t = 0; category && recipe && t < recipe->schema.term_count; t++)
		for (int i = 0; recipe->schema.terms[t].treatment->form == GD_FORM_ONE_HOT && i < gd_term_size(&recipe->schema.terms[t]); i++)
			if (recipe->first[t] + i < p->features)
				category[recipe->first[t] + i] = true;
	fprintf(out, "%*s%-28s %12s %12s %12s %12s\n", LABEL_WIDTH, "", "numeric feature", "mean", "deviation", "least", "largest");
	int listed = 0, numeric = 0;
	for (int f = 0; category && f < p->features; f++) {
		const gd_feature_tables *tables = &p->tables[f];
		numeric += !category[f];
		if (category[f] || listed == LISTED_FEATURES)
			continue;
		listed++;
		fprintf(out, "%*s%-28s %12.5g %12.5g", LABEL_WIDTH, "", p->feature_names[f], p->mean[f], p->standard_deviation[f]);
		if (tables->knots)
			fprintf(out, " %12.5g %12.5g", tables->knot[0], tables->knot[tables->knots - 1]);
		fputc('\n', out);
	}
	if (listed < numeric)
		fprintf(out, "%*sand %d more\n", LABEL_WIDTH, "", numeric - listed);
	free(category);
}

static void put_repeat(FILE *out, const gd_checkpoint *c)
{
	const char *command = of_dataset(c, GD_DATASET_COMMAND);
	const char *reduction = gd_setting_find(c->config, c->config_count, "reduction");
	fprintf(out, "%-*s", LABEL_WIDTH, "again");
	if (command)
		fprintf(out, "%s\n%*s", command, LABEL_WIDTH, "");
	gd_reproduce_print_train(out, c);
	fputc('\n', out);
	if (!reduction || !strcmp(reduction, "exact"))
		put(out, "", "on any number of ranks and any processor; the same bits, weights_sha256 %s", c->weights_sha256);
	else
		put(out, "", "the same but for rounding, which depends on the number of ranks: --reduction %s", reduction);
}

void gd_model_card_print(FILE *out, const char *path, const gd_checkpoint *c)
{
	gd_recipe recipe = {0};
	gd_status status = gd_recipe_read(&recipe, c->preprocessing.recipe ? c->preprocessing.recipe : "", path);
	bool readable = !gd_failed(&status);
	put_purpose(out, path, c, readable ? &recipe : NULL);
	put_origin(out, c);
	put_scores(out, path, c);
	put_limits(out, c, readable ? &recipe : NULL);
	put_repeat(out, c);
	if (readable)
		gd_recipe_release(&recipe);
}
