#include "gd/sweep/tune.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/clock.h"
#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/run/preset.h"
#include "gd/store/dataset.h"
#include "gd/sweep/sweep.h"
#include "gd/sweep/sweep_compose.h"
#include "gd/train/stop.h"

/* At the end of a rung one configuration in three goes on, at most twice. Under a budget a race draws this many. */
enum { HALVING = 3, MOST_RUNGS = 2, DRAWN = 26, MOST_RACES = 1000 };
/* Of a budget, what the races may take: the rest is for the best few. */
static const double race_share = 0.8;

typedef struct tuning {
	gd_communicator *world;
	const gd_tune_options *options;
	const char *command;
	gd_train_options base;
	bool *given;       /* [gd_train_option_table] */
	bool numbers;      /* the dataset has numeric features */
	int64_t rows;      /* of its training part */
	bool validation;   /* and rows to validate on */
	gd_train_options defaults; /* on the folds */
	gd_arena arena;
	gd_tune_race *race; /* [MOST_RACES] */
	int races;
	double started;
} tuning;

static gd_status read_base(tuning *t)
{
	const gd_tune_options *o = t->options;
	gd_options_initialise(&gd_train_option_table, &t->base);
	if (o->config) {
		gd_status status = gd_options_read(&gd_train_option_table, &t->base, o->config, t->given, &t->arena);
		if (gd_failed(&status))
			return status;
	}
	t->base.data = o->data;
	for (size_t i = 0; i < gd_train_option_table.count; i++)
		t->given[i] = t->given[i] || !strcmp(gd_train_option_table.options[i].name, "data");
	if (t->base.folds || t->base.fold)
		return gd_error(GD_USAGE, "'%s' sets folds, which tune has an option for", o->config);
	return gd_train_options_check(&t->base);
}

static gd_status look_at_dataset(tuning *t)
{
	gd_dataset *dataset = NULL;
	gd_status status = gd_dataset_open(t->world, t->options->data, &dataset);
	if (gd_failed(&status))
		return status;
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	for (int f = 0; f < header->preprocessing.features; f++)
		t->numbers = t->numbers || header->preprocessing.tables[f].knots > 0;
	if (header->rows[GD_TRAIN] < t->options->folds)
		status = gd_error(GD_BAD_DATA, "'%s' has %" PRId64 " training rows, too few for %" PRId64 " folds", t->options->data, header->rows[GD_TRAIN], t->options->folds);
	char line[GD_PRESET_ROOM];
	const gd_preset_facts facts = gd_preset_look(header, t->options->folds);
	t->validation = header->rows[GD_VALIDATION] > 0;
	t->rows = header->rows[GD_TRAIN];
	t->defaults = t->base;
	gd_preset_fill(&t->defaults, t->given, &facts, line);
	gd_dataset_close(dataset);
	return status;
}

static bool is_given(const tuning *t, const char *name)
{
	return t->given[gd_options_find(&gd_train_option_table, name) - gd_train_option_table.options];
}

static bool is_searched(const tuning *t, const gd_tune_range *range)
{
	if (!strcmp(range->option, "members") && !t->base.hidden.count)
		return false;
	if (t->rows < range->from || (range->below && t->rows >= range->below))
		return false;
	return !is_given(t, range->option) && (t->numbers || !range->numbers);
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
static void compose_defaults(const tuning *t, FILE *out)
{
	fprintf(out, "[trial defaults]\n");
	for (int s = 0; s < gd_tune_space_size; s++) {
		char value[1024];
		if (!is_searched(t, &gd_tune_space[s]))
			continue;
		gd_options_format(gd_options_find(&gd_train_option_table, gd_tune_space[s].option), &t->defaults, value, sizeof value);
		fprintf(out, "%s = %s\n", gd_tune_space[s].option, *value ? value : "none");
	}
}

/* The first race has the defaults in it, so that nothing is chosen that is behind them on the folds. */
static gd_status plan_race(const tuning *t, int index, gd_sweep_plan *plan)
{
	char *text = NULL, name[32];
	size_t size = 0;
	const gd_tune_options *o = t->options;
	int64_t drawn = o->trials ? o->trials : DRAWN, part = part_of(drawn + (index == 0), o->best);
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return gd_out_of_memory("a race");
	fprintf(out, "[sweep]\ntrials = %" PRId64 "\nseed = %" PRId64 "\nhalving = %d\nfirst-epochs = %" PRId64 "\n", drawn, o->seed + index, part > 1 ? HALVING : 0,
		(t->defaults.epochs + part - 1) / part > 0 ? (t->defaults.epochs + part - 1) / part : 1);
	gd_sweep_compose_base(out, &t->base, t->given);
	fprintf(out, "folds = %" PRId64 "\n[vary]\n", o->folds);
	for (int s = 0; s < gd_tune_space_size; s++)
		if (is_searched(t, &gd_tune_space[s]))
			fprintf(out, "%s = %s\n", gd_tune_space[s].option, gd_tune_space[s].values);
	if (index == 0)
		compose_defaults(t, out);
	if (fclose(out)) {
		free(text);
		return gd_out_of_memory("a race");
	}
	snprintf(name, sizeof name, "race %d", index + 1);
	return gd_sweep_compose_plan(name, text, plan);
}

static const char *again_of(const tuning *t, char text[256])
{
	const gd_tune_options *o = t->options;
	if (o->trials)
		snprintf(text, 256, "tune --data %.100s --trials %" PRId64, o->data, o->trials);
	else
		snprintf(text, 256, "tune --data %.100s --budget %.0f", o->data, o->budget);
	return text;
}

/* Runs a plan in `directory`, or goes on with it; that the clock of a budget stops it is no failure. */
static gd_status run_plan(tuning *t, gd_sweep_plan *plan, const char *directory, double seconds)
{
	char again[256], path[GD_PATH_ROOM + 16];
	snprintf(path, sizeof path, "%s/sweep.h5", directory);
	gd_sweep_options sweep = {.run = directory, .resume = gd_file_exists(path), .time_limit = seconds, .silent = true, .again = again_of(t, again)};
	gd_status status = gd_sweep(t->world, plan, &sweep, t->command);
	bool by_clock = status.code == GD_STOPPED && seconds > 0 && !gd_stop_signal();
	int32_t mine = by_clock;
	/* Whether a signal came is each rank's own knowledge: the first one's counts. */
	gd_status sent = gd_broadcast(t->world, &mine, sizeof mine);
	if (gd_failed(&sent))
		return sent;
	return mine ? gd_ok() : status;
}

static gd_status run_race(tuning *t, double seconds)
{
	gd_tune_race *race = &t->race[t->races];
	snprintf(race->directory, sizeof race->directory, "%.*s/race-%d", GD_PATH_ROOM - 64, t->options->run, t->races + 1);
	gd_status mine = plan_race(t, t->races, &race->plan);
	gd_status status = gd_agree(t->world, &mine);
	if (gd_failed(&status))
		return status;
	t->races++;
	status = run_plan(t, &race->plan, race->directory, seconds);
	if (gd_failed(&status))
		return status;
	mine = t->world->rank == 0 ? gd_sweep_results_of(&race->plan, race->directory, &race->results) : gd_ok();
	return gd_agree(t->world, &mine);
}

static gd_status run_races(tuning *t)
{
	const gd_tune_options *o = t->options;
	if (o->trials)
		return run_race(t, 0);
	double end = t->started + race_share * o->budget, longest = 0;
	gd_status status = gd_ok();
	for (int go = 1; go && !gd_failed(&status) && t->races < MOST_RACES;) {
		double before = gd_seconds();
		status = run_race(t, end - before > 0.1 ? end - before : 0.1);
		double took = gd_seconds() - before;
		longest = took > longest ? took : longest;
		/* Rank 0's clock decides; a race that is sure to be cut short is not begun. */
		go = gd_seconds() + longest < end;
		gd_status sent = gd_broadcast(t->world, &go, sizeof go);
		if (!gd_failed(&status))
			status = sent;
	}
	return status;
}

/* The text of the last sweep: the best few on all of the training part. Rank 0 alone knows them. */
static gd_status compose_best(const tuning *t, const gd_tune_entry *entries, int count, char **text, size_t *size)
{
	FILE *out = open_memstream(text, size);
	if (!out)
		return gd_out_of_memory("the best");
	if (!t->validation)
		fprintf(out, "[sweep]\nsort = train_loss\n");
	gd_sweep_compose_base(out, &t->base, t->given);
	for (int e = 0; e < count; e++) {
		const gd_sweep_plan *plan = &t->race[entries[e].race].plan;
		fprintf(out, "[trial best-%d]\n", e + 1);
		/* Where no rows will say when it is enough, the folds have said it. */
		if (!t->validation && entries[e].epochs && !is_given(t, "epochs"))
			fprintf(out, "epochs = %" PRId64 "\n", entries[e].epochs);
		for (int v = 0; v < plan->varied; v++) {
			const char *value = plan->configuration[entries[e].configuration].values[v];
			fprintf(out, "%s = %s\n", plan->option[v]->name, *value ? value : "none");
		}
	}
	return fclose(out) ? gd_out_of_memory("the best") : gd_ok();
}

static gd_status write_report(const tuning *t, const gd_tune_entry *entries, int count)
{
	char *text = NULL, path[GD_PATH_ROOM + 16];
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return gd_out_of_memory("the leaderboard");
	gd_tune_print(out, t->race, t->races, entries, count);
	gd_status status = fclose(out) ? gd_out_of_memory("the leaderboard") : gd_ok();
	if (!gd_failed(&status)) {
		fputs(text, stdout);
		fflush(stdout);
		snprintf(path, sizeof path, "%s/tune.txt", t->options->run);
		status = gd_file_write(path, text, size);
	}
	free(text);
	return status;
}

/* Rank 0: who won, told and written down. */
static gd_status choose(const tuning *t, char **text, size_t *size)
{
	int count;
	gd_tune_entry *entries;
	gd_status status = gd_tune_entries(t->race, t->races, &entries, &count);
	if (gd_failed(&status))
		return status;
	int best = count < t->options->best ? count : (int)t->options->best;
	status = count ? write_report(t, entries, count) : gd_error(GD_STOPPED, "no configuration came through in the time given; go on with more: genre-dist tune --run %s --resume", t->options->run);
	if (!gd_failed(&status))
		status = compose_best(t, entries, best, text, size);
	free(entries);
	return status;
}

static gd_status train_best(tuning *t)
{
	void *text = NULL;
	size_t size = 0;
	char directory[GD_PATH_ROOM];
	gd_sweep_plan plan = {0};
	gd_status mine = t->world->rank == 0 ? choose(t, (char **)&text, &size) : gd_ok();
	gd_status status = gd_agree(t->world, &mine);
	size++; /* with the terminator */
	if (!gd_failed(&status))
		status = gd_broadcast_allocated(t->world, &text, &size);
	if (gd_failed(&status)) {
		free(text);
		return status;
	}
	mine = gd_sweep_compose_plan("the best", text, &plan);
	status = gd_agree(t->world, &mine);
	snprintf(directory, sizeof directory, "%.*s/best", GD_PATH_ROOM - 64, t->options->run);
	if (!gd_failed(&status))
		status = run_plan(t, &plan, directory, 0);
	if (!gd_failed(&status) && t->world->rank == 0)
		gd_log_note("averaged: genre-dist evaluate %s/best-*/model.h5 --data %s; as a page: genre-dist report %s", directory, t->options->data, t->options->run);
	gd_sweep_plan_release(&plan);
	return status;
}

/* Rank 0. An own directory, or a call that goes on in it. */
static gd_status open_directory(const tuning *t)
{
	char path[GD_PATH_ROOM];
	if (strlen(t->options->run) + 256 > GD_PATH_ROOM)
		return gd_error(GD_USAGE, "the run directory's name is too long");
	snprintf(path, sizeof path, "%s/race-1/sweep.h5", t->options->run);
	if (gd_file_exists(path) && !t->options->resume)
		return gd_error(GD_USAGE, "'%s' holds another tuning; go on with it by --resume, or name another --run directory", t->options->run);
	return gd_directory_make(t->options->run);
}

gd_status gd_tune(gd_communicator *world, const gd_tune_options *options, const char *command)
{
	tuning t = {.world = world, .options = options, .command = command, .started = gd_seconds()};
	t.given = gd_arena_take(&t.arena, gd_train_option_table.count, sizeof *t.given);
	t.race = gd_arena_take(&t.arena, MOST_RACES, sizeof *t.race);
	gd_status mine = t.given && t.race ? read_base(&t) : gd_out_of_memory("the options");
	gd_status status = gd_agree(world, &mine);
	if (!gd_failed(&status))
		status = look_at_dataset(&t);
	if (!gd_failed(&status)) {
		mine = world->rank == 0 ? open_directory(&t) : gd_ok();
		status = gd_agree(world, &mine);
	}
	if (!gd_failed(&status))
		status = run_races(&t);
	if (!gd_failed(&status))
		status = train_best(&t);
	gd_tune_release(t.race, t.races);
	gd_arena_release(&t.arena);
	return status;
}
