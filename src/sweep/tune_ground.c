#include "gd/sweep/tune_ground.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/random.h"
#include "gd/run/preset.h"
#include "gd/store/dataset.h"
#include "gd/sweep/sweep_compose.h"
#include "gd/sweep/sweep_values.h"

/* At the end of a rung one configuration in three goes on, at most twice. */
enum { HALVING = 3, MOST_RUNGS = 2 };

static gd_status read_base(gd_tune_ground *g)
{
	const gd_tune_options *o = g->options;
	gd_options_initialise(&gd_train_option_table, &g->base);
	if (o->config) {
		gd_status status = gd_options_read(&gd_train_option_table, &g->base, o->config, g->given, &g->arena);
		if (gd_failed(&status))
			return status;
	}
	g->base.data = o->data;
	for (size_t i = 0; i < gd_train_option_table.count; i++)
		g->given[i] = g->given[i] || !strcmp(gd_train_option_table.options[i].name, "data");
	if (g->base.folds || g->base.fold)
		return gd_error(GD_USAGE, "'%s' sets folds, which tune has an option for", o->config);
	return gd_train_options_check(&g->base);
}

static gd_status look_at_dataset(gd_communicator *world, gd_tune_ground *g)
{
	gd_dataset *dataset = NULL;
	gd_status status = gd_dataset_open(world, g->options->data, &dataset);
	if (gd_failed(&status))
		return status;
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	for (int f = 0; f < header->preprocessing.features; f++)
		g->numbers = g->numbers || header->preprocessing.tables[f].knots > 0;
	if (header->rows[GD_TRAIN] < g->options->folds)
		status = gd_error(GD_BAD_DATA, "'%s' has %" PRId64 " training rows, too few for %" PRId64 " folds", g->options->data, header->rows[GD_TRAIN], g->options->folds);
	char line[GD_PRESET_ROOM];
	const gd_preset_facts facts = gd_preset_look(header, g->options->folds);
	g->validation = header->rows[GD_VALIDATION] > 0;
	g->rows = header->rows[GD_TRAIN];
	g->defaults = g->base;
	gd_preset_fill(&g->defaults, g->given, &facts, line);
	gd_dataset_close(dataset);
	return status;
}

static bool is_given(const gd_tune_ground *g, const char *name)
{
	return g->given[gd_options_find(&gd_train_option_table, name) - gd_train_option_table.options];
}

static bool is_searched(const gd_tune_ground *g, const gd_tune_range *range)
{
	if (!strcmp(range->option, "members") && !g->base.hidden.count)
		return false;
	if (g->rows < range->from || (range->below && g->rows >= range->below))
		return false;
	return !is_given(g, range->option) && (g->numbers || !range->numbers);
}

gd_status gd_tune_ground_read(gd_communicator *world, const gd_tune_options *options, gd_tune_ground *g)
{
	*g = (gd_tune_ground){.options = options};
	g->given = gd_arena_take(&g->arena, gd_train_option_table.count, sizeof *g->given);
	gd_status mine = g->given ? read_base(g) : gd_out_of_memory("the options");
	gd_status status = gd_agree(world, &mine);
	return gd_failed(&status) ? status : look_at_dataset(world, g);
}

void gd_tune_ground_release(gd_tune_ground *g)
{
	gd_arena_release(&g->arena);
}

int gd_tune_best(const gd_tune_options *options)
{
	enum { BEST = 3 };
	return options->best ? (int)options->best : BEST;
}

/* The first rung takes one in so many of the epochs: as many rungs as leave `best` configurations for the end. */
static int64_t part_of(int64_t configurations, int64_t best)
{
	int64_t part = 1;
	for (int rung = 0; rung < MOST_RUNGS && (configurations + part * HALVING - 1) / (part * HALVING) >= best; rung++)
		part *= HALVING;
	return part;
}

/* In full, as they are on the folds: the leaderboard shows them, and the best are trained from what it shows. */
static void compose_defaults(const gd_tune_ground *g, FILE *out)
{
	fprintf(out, "[trial " GD_TUNE_DEFAULTS "]\n");
	for (int s = 0; s < gd_tune_space_size; s++) {
		char value[1024];
		if (!is_searched(g, &gd_tune_space[s]))
			continue;
		gd_options_format(gd_options_find(&gd_train_option_table, gd_tune_space[s].option), &g->defaults, value, sizeof value);
		fprintf(out, "%s = %s\n", gd_tune_space[s].option, *value ? value : "none");
	}
}

/* What all races have in common: rungs, too, so that their first ones can be compared. */
static void compose_head(const gd_tune_ground *g, FILE *out)
{
	const gd_tune_options *o = g->options;
	int64_t part = part_of((o->trials ? o->trials : GD_TUNE_DRAWN) + 1, gd_tune_best(o)), first = (g->defaults.epochs + part - 1) / part;
	fprintf(out, "[sweep]\nhalving = %d\nfirst-epochs = %" PRId64 "\n", part > 1 ? HALVING : 0, first > 0 ? first : 1);
	gd_sweep_compose_base(out, &g->base, g->given);
	fprintf(out, "folds = %" PRId64 "\n", o->folds);
}

/* A stream of open_memstream, of which a failure leaves no text. */
static gd_status close_text(FILE *out, gd_status status, char **text)
{
	if (fclose(out) && !gd_failed(&status))
		status = gd_out_of_memory("the plan of a race");
	if (gd_failed(&status)) {
		free(*text);
		*text = NULL;
	}
	return status;
}

static const char *value_of(const gd_tune_race *races, const gd_tune_entry *entry, const char *option)
{
	const gd_sweep_plan *plan = &races[entry->race].plan;
	int v = 0;
	while (v < plan->varied - 1 && strcmp(plan->option[v]->name, option))
		v++;
	const char *value = plan->configuration[entry->configuration].values[v];
	return *value ? value : "none";
}

/* One option's line of a configuration: its parent's value or, without one and in one of three, one drawn anew. */
static gd_status draw_option(FILE *out, const gd_tune_range *range, const char *value, uint64_t seed, uint64_t configuration, int position)
{
	const double renewed = 1.0 / 3;
	gd_arena arena = {0};
	gd_sweep_values values;
	gd_status status = gd_ok();
	/* Of a configuration's random numbers the first are those of its values. */
	if (!value || gd_random_uniform(gd_random_key(seed, GD_PURPOSE_SWEEP, configuration), (uint64_t)(gd_tune_space_size + position)) < renewed) {
		status = gd_sweep_values_read(gd_options_find(&gd_train_option_table, range->option), range->values, true, &arena, &values);
		value = gd_failed(&status) ? NULL : gd_sweep_values_draw(&values, seed, configuration, (uint64_t)position, &arena);
	}
	if (value)
		fprintf(out, "%s = %s\n", range->option, value);
	else if (!gd_failed(&status))
		status = gd_out_of_memory("a configuration");
	gd_arena_release(&arena);
	return status;
}

/* The searched options' lines of a configuration, allocated: of a parent and `number`, or with the parent's values alone. */
static gd_status draw_configuration(const gd_tune_ground *g, const gd_tune_race *races, const gd_tune_entry *parent, uint64_t seed, uint64_t number, char **lines)
{
	size_t size;
	FILE *out = open_memstream(lines, &size);
	gd_status status = gd_ok();
	if (!out)
		return gd_out_of_memory("the plan of a race");
	for (int s = 0, position = 0; s < gd_tune_space_size && !gd_failed(&status); s++) {
		const gd_tune_range *range = &gd_tune_space[s];
		if (is_searched(g, range))
			status = draw_option(out, range, parent ? value_of(races, parent, range->option) : NULL, seed, number, position++);
	}
	return close_text(out, status, lines);
}

/* What a configuration of an earlier race was drawn as. */
static gd_status recall_configuration(const gd_tune_ground *g, const gd_tune_race *races, const gd_tune_entry *entry, char **lines)
{
	size_t size;
	FILE *out = open_memstream(lines, &size);
	if (!out)
		return gd_out_of_memory("the plan of a race");
	for (int s = 0; s < gd_tune_space_size; s++)
		if (is_searched(g, &gd_tune_space[s]))
			fprintf(out, "%s = %s\n", gd_tune_space[s].option, value_of(races, entry, gd_tune_space[s].option));
	return close_text(out, gd_ok(), lines);
}

/* Configurations by their lines, which are owned. */
typedef struct configurations {
	char **lines;
	size_t count, room;
} configurations;

static bool are_known(const configurations *known, const char *lines)
{
	for (size_t i = 0; i < known->count; i++)
		if (!strcmp(known->lines[i], lines))
			return true;
	return false;
}

static gd_status keep(configurations *known, char *lines)
{
	char **all = gd_make_room(known->lines, known->count, &known->room, sizeof *all);
	if (!all) {
		free(lines);
		return gd_out_of_memory("the plan of a race");
	}
	known->lines = all;
	all[known->count++] = lines;
	return gd_ok();
}

static void forget(configurations *known)
{
	for (size_t i = 0; i < known->count; i++)
		free(known->lines[i]);
	free(known->lines);
}

/* What was tried is drawn again, a few times: around good configurations of few options it may all have been. */
static gd_status draw_new(const gd_tune_ground *g, const gd_tune_race *races, const gd_tune_entry *parent, uint64_t seed, uint64_t number, configurations *known)
{
	enum { ATTEMPTS = 20 };
	const uint64_t next = 1 << 20; /* more than a race has */
	char *lines = NULL;
	gd_status status = draw_configuration(g, races, parent, seed, number, &lines);
	for (int attempt = 1; attempt < ATTEMPTS && !gd_failed(&status) && are_known(known, lines); attempt++) {
		free(lines);
		status = draw_configuration(g, races, parent, seed, number += next, &lines);
	}
	return gd_failed(&status) ? status : keep(known, lines);
}

gd_status gd_tune_compose_race(const gd_tune_ground *g, const gd_tune_race *races, int race_count, const gd_tune_entry *parents, int parent_count, uint64_t seed, int64_t drawn, char **text, size_t *size)
{
	configurations known = {0};
	char *lines;
	gd_status status = gd_ok();
	FILE *out = open_memstream(text, size);
	if (!out)
		return gd_out_of_memory("the plan of a race");
	compose_head(g, out);
	if (!race_count)
		compose_defaults(g, out);
	for (int r = 0; r < race_count; r++)
		for (int c = 0; c < races[r].plan.configurations && !gd_failed(&status); c++) {
			status = recall_configuration(g, races, &(gd_tune_entry){.race = r, .configuration = c}, &lines);
			if (!gd_failed(&status))
				status = keep(&known, lines);
		}
	for (int64_t c = 0; c < drawn && !gd_failed(&status); c++) {
		status = draw_new(g, races, parent_count ? &parents[c % parent_count] : NULL, seed, (uint64_t)c, &known);
		if (!gd_failed(&status))
			fprintf(out, "[trial %02" PRId64 "]\n%s", c + 1, known.lines[known.count - 1]);
	}
	forget(&known);
	return close_text(out, status, text);
}

gd_status gd_tune_compose_best(const gd_tune_ground *g, const gd_tune_race *races, const gd_tune_entry *entries, int count, char **text, size_t *size)
{
	FILE *out = open_memstream(text, size);
	if (!out)
		return gd_out_of_memory("the best");
	gd_status status = gd_ok();
	if (!g->validation)
		fprintf(out, "[sweep]\nsort = train_loss\n");
	gd_sweep_compose_base(out, &g->base, g->given);
	for (int e = 0, best = 0; e < count; e++) {
		const gd_sweep_plan *plan = &races[entries[e].race].plan;
		if (!entries[e].chosen)
			continue;
		fprintf(out, "[trial best-%d]\n", ++best);
		/* Where no rows will say when it is enough, and how sure a model may be, the folds have said it. */
		if (!g->validation && entries[e].finished && !gd_failed(&status)) {
			gd_sweep_advice advice = {0};
			status = gd_sweep_advise(plan, races[entries[e].race].directory, entries[e].configuration, &advice);
			if (advice.epochs && !is_given(g, "epochs"))
				fprintf(out, "epochs = %" PRId64 "\n", advice.epochs);
			if (advice.temperature > 0 && !is_given(g, "temperature"))
				fprintf(out, "temperature = %.17g\n", advice.temperature);
		}
		for (int v = 0; v < plan->varied; v++) {
			const char *value = plan->configuration[entries[e].configuration].values[v];
			fprintf(out, "%s = %s\n", plan->option[v]->name, *value ? value : "none");
		}
	}
	return close_text(out, status, text);
}
