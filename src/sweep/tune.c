#include "gd/sweep/tune.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/clock.h"
#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/sweep/sweep.h"
#include "gd/sweep/sweep_compose.h"
#include "gd/sweep/tune_ground.h"
#include "gd/train/stop.h"

/* A race of fewer is not begun. In the end eight are trained at most, where a budget has time for them. */
enum { LEAST_DRAWN = 4, MOST_RACES = 1000, MOST_BEST = 8 };
/* Of a budget, what the first race may take. */
static const double race_share = 0.8;
/* What is expected to take so long, may take longer. */
static const double margin = 1.15;

typedef struct tuning {
	gd_communicator *world;
	const gd_tune_options *options;
	const char *command;
	gd_tune_ground ground;
	gd_tune_race *race; /* [MOST_RACES] */
	int races;
	double started;
} tuning;

/* The best few of `count` configurations. */
static int few_of(const tuning *t, int count)
{
	const int best = gd_tune_best(t->options);
	return count < best ? count : best;
}

/* A plan of which rank 0 has the text, or failed to: allocated, released here. */
static gd_status share_plan(tuning *t, const char *name, gd_status mine, char *text, size_t size, gd_sweep_plan *plan)
{
	void *bytes = text;
	gd_status status = gd_agree(t->world, &mine);
	size++; /* with the terminator */
	if (!gd_failed(&status))
		status = gd_broadcast_allocated(t->world, &bytes, &size);
	if (gd_failed(&status)) {
		free(bytes);
		return status;
	}
	mine = gd_sweep_compose_plan(name, bytes, plan);
	return gd_agree(t->world, &mine);
}

/* Rank 0. A race of which some is there goes on as it was begun; but the first must be what is asked for. */
static gd_status compose_race(const tuning *t, const char *directory, int64_t drawn, char **text, size_t *size)
{
	char path[GD_PATH_ROOM + 16];
	gd_tune_entry *entries;
	int count;
	const uint64_t seed = (uint64_t)(t->options->seed + t->races);
	if (t->races == 0)
		return gd_tune_compose_race(&t->ground, NULL, 0, NULL, 0, seed, drawn, text, size);
	snprintf(path, sizeof path, "%s/sweep.h5", directory);
	if (gd_file_exists(path))
		return gd_tune_read_text(path, text, size);
	gd_status status = gd_tune_entries(NULL, t->race, t->races, &entries, &count);
	if (!gd_failed(&status))
		status = gd_tune_compose_race(&t->ground, t->race, t->races, entries, few_of(t, count), seed, drawn, text, size);
	free(entries);
	return status;
}

static gd_status plan_race(tuning *t, gd_tune_race *race, int64_t drawn)
{
	char *text = NULL, name[32];
	size_t size = 0;
	snprintf(name, sizeof name, "race %d", t->races + 1);
	gd_status mine = t->world->rank == 0 ? compose_race(t, race->directory, drawn, &text, &size) : gd_ok();
	return share_plan(t, name, mine, text, size, &race->plan);
}

/* Runs a plan in `directory`, or goes on with it; that the clock of a budget stops it is no failure. */
static gd_status run_plan(tuning *t, gd_sweep_plan *plan, const char *directory, double seconds)
{
	char path[GD_PATH_ROOM + 16];
	snprintf(path, sizeof path, "%s/sweep.h5", directory);
	gd_sweep_options sweep = {.run = directory, .resume = gd_file_exists(path), .time_limit = seconds, .silent = true};
	gd_status status = gd_sweep(t->world, plan, &sweep, t->command);
	bool by_clock = status.code == GD_STOPPED && seconds > 0 && !gd_stop_signal();
	int32_t mine = by_clock;
	/* Whether a signal came is each rank's own knowledge: the first one's counts. */
	gd_status sent = gd_broadcast(t->world, &mine, sizeof mine);
	if (gd_failed(&sent))
		return sent;
	return mine ? gd_ok() : status;
}

/* Whether the best are chosen already: a call that is gone on with has only them to finish. */
static bool is_chosen(const tuning *t)
{
	char path[GD_PATH_ROOM];
	snprintf(path, sizeof path, "%.*s/best/sweep.h5", GD_PATH_ROOM - 64, t->options->run);
	return gd_file_exists(path);
}

static void name_race(const tuning *t, char directory[GD_PATH_ROOM])
{
	snprintf(directory, GD_PATH_ROOM, "%.*s/race-%d", GD_PATH_ROOM - 64, t->options->run, t->races + 1);
}

/* `seconds` 0: no limit; below 0: what came of it is read, no more. */
static gd_status run_race(tuning *t, int64_t drawn, double seconds)
{
	gd_tune_race *race = &t->race[t->races];
	name_race(t, race->directory);
	gd_status status = plan_race(t, race, drawn);
	if (gd_failed(&status))
		return status;
	t->races++;
	if (seconds >= 0)
		status = run_plan(t, &race->plan, race->directory, seconds);
	if (gd_failed(&status))
		return status;
	gd_status mine = t->world->rank == 0 ? gd_sweep_results_of(&race->plan, race->directory, &race->results) : gd_ok();
	return gd_agree(t->world, &mine);
}

/* Seconds that these entries should take on all of the training part, dealt out over the ranks. */
static double time_of(const tuning *t, const gd_tune_entry *entries, int count)
{
	double sum = 0, longest = 0;
	const double folds = (double)t->options->folds;
	for (int e = 0; e < count; e++) {
		/* Where no rows end it, a training is as long as the folds' were till their best epoch. */
		double seconds = entries[e].seconds * folds / (folds - 1);
		sum += seconds;
		longest = seconds > longest ? seconds : longest;
	}
	double shared = sum / t->world->size;
	return margin * (shared > longest ? shared : longest);
}

static double time_left(const tuning *t)
{
	return t->started + t->options->budget - gd_seconds();
}

/* Seconds a configuration of the last race, by the clock or, of one that was read alone, by its trainings. */
static double pace_of(const tuning *t, double took)
{
	const gd_tune_race *race = &t->race[t->races - 1];
	double trained = 0;
	for (int r = 0; r < race->plan.trials; r++) {
		double seconds = race->results[r].metric[GD_SWEEP_SECONDS];
		trained += isfinite(seconds) ? seconds : 0;
	}
	trained /= t->world->size;
	return (took > trained ? took : trained) / race->plan.configurations;
}

typedef struct next_race {
	int64_t drawn; /* 0: there is none */
	double seconds; /* that it may take; below 0: only read */
} next_race;

/* Rank 0: as many configurations as there is time for, beside the best few's; none where these are too few. */
static next_race plan_next(const tuning *t, bool chosen, double pace)
{
	char path[GD_PATH_ROOM + 16], directory[GD_PATH_ROOM];
	gd_tune_entry *entries;
	int count;
	name_race(t, directory);
	snprintf(path, sizeof path, "%s/sweep.h5", directory);
	const bool there = gd_file_exists(path);
	if (chosen)
		return (next_race){there, -1};
	gd_status status = gd_tune_entries(NULL, t->race, t->races, &entries, &count);
	if (gd_failed(&status))
		return (next_race){0};
	const double left = time_left(t) - time_of(t, entries, few_of(t, count)), most = left / (margin * pace);
	free(entries);
	if (there)
		return (next_race){GD_TUNE_DRAWN, left > 0.1 ? left : 0.1};
	return (next_race){count == 0 || most < LEAST_DRAWN ? 0 : most > GD_TUNE_DRAWN ? GD_TUNE_DRAWN : (int64_t)most, left};
}

static gd_status run_races(tuning *t)
{
	if (t->options->trials)
		return run_race(t, t->options->trials, 0);
	int32_t chosen = is_chosen(t);
	double pace = 0;
	next_race next = {GD_TUNE_DRAWN, race_share * t->options->budget};
	gd_status status = gd_broadcast(t->world, &chosen, sizeof chosen);
	if (chosen)
		next.seconds = -1;
	while (!gd_failed(&status) && next.drawn && t->races < MOST_RACES) {
		double before = gd_seconds();
		status = run_race(t, next.drawn, next.seconds);
		if (gd_failed(&status))
			return status;
		/* Rank 0's clock decides. */
		if (t->world->rank == 0) {
			double now = pace_of(t, gd_seconds() - before);
			pace = now > pace ? now : pace;
			next = plan_next(t, chosen, pace);
		}
		status = gd_broadcast(t->world, &next, sizeof next);
	}
	return status;
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

/* How many of the entries are trained in the end. */
static int count_best(const tuning *t, const gd_tune_entry *entries, int count)
{
	int best = few_of(t, count);
	/* How long one takes is known where it came to its end. */
	if (t->options->budget > 0 && !t->options->best && count && entries[0].finished)
		while (best < count && best < MOST_BEST && time_of(t, entries, best + 1) < time_left(t))
			best++;
	return best;
}

/* Rank 0: who won, told and written down. */
static gd_status choose(const tuning *t, char **text, size_t *size)
{
	char path[GD_PATH_ROOM + 32];
	int count;
	gd_tune_entry *entries;
	/* Of what is gone on with, those that were chosen are marked. */
	gd_status status = gd_tune_entries(t->options->run, t->race, t->races, &entries, &count);
	if (gd_failed(&status))
		return status;
	snprintf(path, sizeof path, "%.*s/best/sweep.h5", GD_PATH_ROOM - 1, t->options->run);
	const bool there = t->options->budget > 0 && is_chosen(t);
	if (!there)
		gd_tune_choose(t->race, entries, count, count_best(t, entries, count));
	status = count ? write_report(t, entries, count) : gd_error(GD_STOPPED, "no configuration came through in the time given; go on with the same command, a larger --budget and --resume");
	if (!gd_failed(&status))
		status = there ? gd_tune_read_text(path, text, size) : gd_tune_compose_best(&t->ground, t->race, entries, count, text, size);
	free(entries);
	return status;
}

static gd_status train_best(tuning *t)
{
	char *text = NULL, directory[GD_PATH_ROOM];
	size_t size = 0;
	gd_sweep_plan plan = {0};
	gd_status mine = t->world->rank == 0 ? choose(t, &text, &size) : gd_ok();
	gd_status status = share_plan(t, "the best", mine, text, size, &plan);
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
	static const char *const others[] = {"checkpoint.h5", "sweep.h5"};
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", t->options->run, others[i]);
		if (gd_file_exists(path))
			return gd_error(GD_USAGE, "'%s' holds another run ('%s'); name another --run directory", t->options->run, others[i]);
	}
	return gd_directory_make(t->options->run);
}

gd_status gd_tune(gd_communicator *world, const gd_tune_options *options, const char *command)
{
	tuning t = {.world = world, .options = options, .command = command, .started = gd_seconds()};
	gd_status status = gd_tune_ground_read(world, options, &t.ground);
	t.race = gd_allocate(MOST_RACES, sizeof *t.race);
	gd_status mine = t.race ? status : gd_out_of_memory("the races");
	status = gd_agree(world, &mine);
	if (!gd_failed(&status)) {
		mine = world->rank == 0 ? open_directory(&t) : gd_ok();
		status = gd_agree(world, &mine);
	}
	if (!gd_failed(&status))
		status = run_races(&t);
	if (!gd_failed(&status))
		status = train_best(&t);
	gd_tune_release(t.race, t.races);
	free(t.race);
	gd_tune_ground_release(&t.ground);
	return status;
}
