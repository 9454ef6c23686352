#include "gd/sweep/sweep_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/parse.h"
#include "gd/base/sha256.h"
#include "gd/run/preset.h"
#include "gd/sweep/sweep_text.h"
#include "gd/sweep/sweep_values.h"

typedef struct reader {
	const char *path;
	gd_sweep_plan *plan;
	gd_sweep_section *sections;
	int count;
	gd_train_options base;
	bool *given;                  /* [gd_train_option_table.count] by [base] */
	const gd_sweep_section *vary; /* NULL: none */
	gd_sweep_values *values;      /* [vary->count] */
	int64_t *seeds;
	int seed_count;
} reader;

/* An option of `train` that a sweep may set; NULL and a status otherwise. */
static const gd_option *option_of(const reader *r, const gd_sweep_line *line, gd_status *status)
{
	char where[384];
	snprintf(where, sizeof where, "line %d of '%.300s'", line->number, r->path);
	const gd_option *option = gd_options_find(&gd_train_option_table, line->name);
	if (!option) {
		gd_train_options scratch = r->base;
		*status = gd_options_set(&gd_train_option_table, &scratch, line->name, line->value, where);
	} else if (option->flags & GD_NOT_KEPT) {
		*status = gd_error(GD_USAGE, "%s: '%s' is about one call of train, not about a trial", where, option->name);
		option = NULL;
	} else if (!*line->value) {
		*status = gd_error(GD_USAGE, "%s: '%s' has an empty list of values", where, option->name);
		option = NULL;
	}
	return option;
}

static gd_status set(const reader *r, gd_train_options *options, bool *given, const gd_sweep_line *line, const char *value)
{
	char where[448];
	snprintf(where, sizeof where, "line %d of '%.300s': %.64s", line->number, r->path, line->name);
	gd_status status = gd_options_set(&gd_train_option_table, options, line->name, value, where);
	if (given && !gd_failed(&status))
		given[gd_options_find(&gd_train_option_table, line->name) - gd_train_option_table.options] = true;
	return status;
}

static gd_status set_section(const reader *r, gd_train_options *options, bool *given, const gd_sweep_section *section)
{
	gd_status status = gd_ok();
	for (int i = 0; i < section->count && !gd_failed(&status); i++) {
		const gd_sweep_line *line = &section->lines[i];
		if (!strcmp(line->name, "config") && !strcmp(section->kind, "base"))
			continue;
		if (option_of(r, line, &status))
			status = set(r, options, given, line, line->value);
	}
	return status;
}

static const gd_sweep_section *find_section(const reader *r, const char *kind)
{
	for (int i = 0; i < r->count; i++)
		if (!strcmp(r->sections[i].kind, kind))
			return &r->sections[i];
	return NULL;
}

static gd_status read_settings(reader *r)
{
	gd_sweep_settings *s = &r->plan->settings;
	const gd_sweep_section *section = find_section(r, "sweep");
	bool repeats = false;
	for (int i = 0; section && i < section->count; i++) {
		char where[448];
		const gd_sweep_line *line = &section->lines[i];
		bool known = gd_options_find(&gd_sweep_setting_table, line->name);
		snprintf(where, sizeof where, "line %d of '%.300s'%s%.64s", line->number, r->path, known ? ": " : "", known ? line->name : "");
		gd_status status = gd_options_set(&gd_sweep_setting_table, s, line->name, line->value, where);
		if (gd_failed(&status))
			return status;
		repeats = repeats || !strcmp(line->name, "repeats");
		if (!*line->value)
			return gd_error(GD_USAGE, "%s: no value", where);
	}
	if (repeats && s->seeds)
		return gd_error(GD_USAGE, "'%s': 'repeats' and 'seeds' contradict each other", r->path);
	if (s->halving == 1)
		return gd_error(GD_USAGE, "'%s': 'halving = 1' would drop nothing; 3 keeps one configuration in three", r->path);
	bool test = s->sort == GD_SWEEP_TEST_LOSS || s->sort == GD_SWEEP_TEST_ACCURACY;
	if (test && !s->evaluate)
		return gd_error(GD_USAGE, "'%s': 'sort = %s' needs 'evaluate = test'", r->path, gd_sweep_metric_names[s->sort]);
	return gd_ok();
}

static gd_status read_base(reader *r)
{
	gd_options_initialise(&gd_train_option_table, &r->base);
	r->given = gd_arena_take(&r->plan->arena, gd_train_option_table.count, sizeof *r->given);
	if (!r->given)
		return gd_out_of_memory("the sweep's options");
	const gd_sweep_section *section = find_section(r, "base");
	if (!section)
		return gd_ok();
	for (int i = 0; i < section->count; i++) {
		if (strcmp(section->lines[i].name, "config"))
			continue;
		gd_status status = gd_options_read(&gd_train_option_table, &r->base, section->lines[i].value, r->given, &r->plan->arena);
		if (gd_failed(&status))
			return status;
	}
	return set_section(r, &r->base, r->given, section);
}

static gd_status read_seeds(reader *r)
{
	const gd_sweep_settings *s = &r->plan->settings;
	int room = s->seeds ? (int)strlen(s->seeds) / 2 + 1 : (int)s->repeats;
	r->seeds = gd_arena_take(&r->plan->arena, (size_t)room, sizeof *r->seeds);
	char *words = s->seeds ? gd_arena_string(&r->plan->arena, s->seeds) : NULL;
	if (!r->seeds || (s->seeds && !words))
		return gd_out_of_memory("the sweep's seeds");
	for (int i = 0; !s->seeds && i < s->repeats; i++)
		r->seeds[r->seed_count++] = r->base.seed + i;
	for (char *word; words && (word = strsep(&words, ", \t"));) {
		if (!*word)
			continue;
		int64_t seed;
		if (!gd_parse_int64(word, &seed) || seed < 0)
			return gd_error(GD_USAGE, "'%s': seeds: expected whole numbers of at least 0, found '%s'", r->path, word);
		for (int i = 0; i < r->seed_count; i++)
			if (r->seeds[i] == seed)
				return gd_error(GD_USAGE, "'%s': seeds: %" PRId64 " stands twice", r->path, seed);
		r->seeds[r->seed_count++] = seed;
	}
	return r->seed_count ? gd_ok() : gd_error(GD_USAGE, "'%s': seeds: an empty list", r->path);
}

/* Which options differ: those of [vary], then those of named trials. */
static gd_status find_varied(reader *r)
{
	gd_sweep_plan *plan = r->plan;
	plan->option = gd_arena_take(&plan->arena, gd_train_option_table.count, sizeof *plan->option);
	if (!plan->option)
		return gd_out_of_memory("the sweep's options");
	gd_status status = gd_ok();
	for (int s = 0; s < r->count; s++) {
		const gd_sweep_section *section = &r->sections[s];
		bool varies = !strcmp(section->kind, "vary") || !strcmp(section->kind, "trial");
		for (int i = 0; varies && i < section->count; i++) {
			const gd_option *option = option_of(r, &section->lines[i], &status);
			if (!option)
				return status;
			if (!strcmp(option->name, "seed"))
				return gd_error(GD_USAGE, "line %d of '%s': seeds are repeated by 'repeats' or 'seeds' in [sweep]", section->lines[i].number, r->path);
			int known = 0;
			while (known < plan->varied && plan->option[known] != option)
				known++;
			if (known == plan->varied)
				plan->option[plan->varied++] = option;
		}
	}
	return gd_ok();
}

/* Each value must be one that the option takes, and another than those before it, however it is written. */
static gd_status check_values(const reader *r, const gd_sweep_line *line, const gd_sweep_values *values)
{
	const gd_option *option = gd_options_find(&gd_train_option_table, line->name);
	char **texts = gd_allocate((size_t)values->count, sizeof *texts);
	gd_arena arena = {0};
	gd_status status = texts ? gd_ok() : gd_out_of_memory("the sweep's values");
	for (int v = 0; v < values->count && !gd_failed(&status); v++) {
		gd_train_options scratch = r->base;
		char text[1024];
		status = set(r, &scratch, NULL, line, values->value[v]);
		if (gd_failed(&status))
			break;
		gd_options_format(option, &scratch, text, sizeof text);
		for (int before = 0; before < v && !gd_failed(&status); before++)
			if (!strcmp(texts[before], text))
				status = gd_error(GD_USAGE, "line %d of '%s': %s: '%s' stands twice", line->number, r->path, line->name, values->value[v]);
		texts[v] = gd_arena_string(&arena, text);
		if (!texts[v])
			status = gd_out_of_memory("the sweep's values");
	}
	gd_arena_release(&arena);
	free(texts);
	return status;
}

static gd_status read_values(reader *r)
{
	r->vary = find_section(r, "vary");
	bool drawn = r->plan->settings.trials > 0;
	if (drawn && (!r->vary || !r->vary->count))
		return gd_error(GD_USAGE, "'%s': 'trials' draws from what [vary] lists, and nothing is listed", r->path);
	r->values = gd_arena_take(&r->plan->arena, r->vary ? (size_t)r->vary->count + 1 : 1, sizeof *r->values);
	if (!r->values)
		return gd_out_of_memory("the sweep's values");
	gd_status status = gd_ok();
	for (int i = 0; r->vary && i < r->vary->count && !gd_failed(&status); i++) {
		const gd_sweep_line *line = &r->vary->lines[i];
		status = gd_sweep_values_read(gd_options_find(&gd_train_option_table, line->name), line->value, drawn, &r->plan->arena, &r->values[i]);
		if (gd_failed(&status))
			return gd_error(status.code, "line %d of '%s': %s: %s", line->number, r->path, line->name, status.message);
		status = check_values(r, line, &r->values[i]);
	}
	return status;
}

/* The configuration numbered `index`, of all combinations or of those drawn. */
static gd_status vary(const reader *r, int64_t index, gd_train_options *options, bool *given)
{
	bool drawn = r->plan->settings.trials > 0;
	int64_t rest = index;
	gd_status status = gd_ok();
	for (int i = r->vary ? r->vary->count - 1 : -1; i >= 0 && !gd_failed(&status); i--) {
		const gd_sweep_values *values = &r->values[i];
		const char *text;
		if (drawn) {
			text = gd_sweep_values_draw(values, (uint64_t)r->plan->settings.seed, (uint64_t)index, (uint64_t)i, &r->plan->arena);
		} else {
			text = values->value[rest % values->count];
			rest /= values->count;
		}
		status = text ? set(r, options, given, &r->vary->lines[i], text) : gd_out_of_memory("the sweep's values");
	}
	return status;
}

static gd_status add_configuration(reader *r, const char *name, bool named, const gd_train_options *options, const bool *given)
{
	gd_sweep_plan *plan = r->plan;
	gd_sweep_configuration *c = &plan->configuration[plan->configurations++];
	*c = (gd_sweep_configuration){.name = gd_arena_string(&plan->arena, name), .options = *options};
	c->given = gd_arena_take(&plan->arena, gd_train_option_table.count, sizeof *c->given);
	if (c->given)
		memcpy(c->given, given, gd_train_option_table.count * sizeof *c->given);
	c->values = gd_arena_take(&plan->arena, (size_t)plan->varied + 1, sizeof *c->values);
	for (int v = 0; c->values && v < plan->varied; v++) {
		char text[1024];
		gd_options_format(plan->option[v], options, text, sizeof text);
		c->values[v] = gd_arena_string(&plan->arena, text);
		if (!c->values[v])
			return gd_out_of_memory("a configuration");
	}
	if (!c->name || !c->given || !c->values)
		return gd_out_of_memory("a configuration");
	/* Numbers differ from each other. */
	for (int i = 0; named && i < plan->configurations - 1; i++)
		if (!strcmp(plan->configuration[i].name, name))
			return gd_error(GD_USAGE, "'%s': two trials of the name '%s'", r->path, name);
	gd_status status = gd_train_options_check(options);
	return gd_failed(&status) ? gd_error(status.code, "'%s': trial '%s': %s", r->path, name, status.message) : status;
}

static gd_status make_configurations(reader *r)
{
	gd_sweep_plan *plan = r->plan;
	int64_t named = 0, varied = r->vary && r->vary->count ? 1 : 0;
	for (int s = 0; s < r->count; s++)
		named += !strcmp(r->sections[s].kind, "trial");
	for (int i = 0; varied && !plan->settings.trials && i < r->vary->count && varied <= GD_SWEEP_MOST_TRIALS; i++)
		varied *= r->values[i].count;
	if (plan->settings.trials)
		varied = plan->settings.trials;
	int64_t total = varied + named ? varied + named : 1;
	if (total * r->seed_count > GD_SWEEP_MOST_TRIALS)
		return gd_error(GD_USAGE, "'%s' asks for more than %d trials", r->path, GD_SWEEP_MOST_TRIALS);
	plan->configuration = gd_arena_take(&plan->arena, (size_t)total, sizeof *plan->configuration);
	if (!plan->configuration)
		return gd_out_of_memory("the configurations");
	bool *given = gd_arena_take(&plan->arena, gd_train_option_table.count, sizeof *given);
	const size_t bytes = gd_train_option_table.count * sizeof *given;
	if (!given)
		return gd_out_of_memory("the configurations");
	int digits = snprintf(NULL, 0, "%" PRId64, varied);
	digits = digits < 2 ? 2 : digits > 19 ? 19
					      : digits;
	gd_status status = gd_ok();
	for (int64_t i = 0; i < varied && !gd_failed(&status); i++) {
		char name[32];
		gd_train_options options = r->base;
		memcpy(given, r->given, bytes);
		snprintf(name, sizeof name, "%0*" PRId64, digits, i + 1);
		status = vary(r, i, &options, given);
		if (!gd_failed(&status))
			status = add_configuration(r, name, false, &options, given);
	}
	for (int s = 0; s < r->count && !gd_failed(&status); s++) {
		if (strcmp(r->sections[s].kind, "trial"))
			continue;
		gd_train_options options = r->base;
		memcpy(given, r->given, bytes);
		status = set_section(r, &options, given, &r->sections[s]);
		if (!gd_failed(&status))
			status = add_configuration(r, r->sections[s].title, true, &options, given);
	}
	if (!gd_failed(&status) && !plan->configurations)
		status = add_configuration(r, "base", false, &r->base, r->given);
	return status;
}

/* What a preset fills in follows from the dataset and from which options are given. */
static void hash_options(const gd_train_options *options, const bool *given, char text[65])
{
	gd_sha256 hash;
	uint8_t digest[32];
	gd_sha256_init(&hash);
	for (size_t i = 0; i < gd_train_option_table.count; i++) {
		const gd_option *option = &gd_train_option_table.options[i];
		char value[1024];
		if (!(option->flags & GD_CHANGES_BITS) && strcmp(option->name, "data"))
			continue;
		gd_options_format(option, options, value, sizeof value);
		gd_sha256_update(&hash, option->name, strlen(option->name) + 1);
		gd_sha256_update(&hash, value, strlen(value) + 1);
		if (options->preset == GD_PRESET_AUTO)
			gd_sha256_update(&hash, &given[i], sizeof given[i]);
	}
	gd_sha256_finish(&hash, digest);
	gd_sha256_hex(digest, text);
}

/* Trials for each seed. */
static int64_t folds_of(const gd_sweep_configuration *configuration)
{
	const gd_train_options *o = &configuration->options;
	return o->folds && !o->fold ? o->folds : 1;
}

/* A configuration that is trained once has its name to itself; repeated, its trials add their seeds and folds. */
static gd_status add_trial(reader *r, int configuration, int seed, int64_t index)
{
	char name[192], of_seed[32] = "", of_fold[32] = "";
	gd_sweep_plan *plan = r->plan;
	gd_sweep_trial *trial = &plan->trial[plan->trials++];
	const gd_sweep_configuration *c = &plan->configuration[configuration];
	gd_train_options options = c->options;
	*trial = (gd_sweep_trial){.configuration = configuration, .seed = r->seeds[seed], .fold = folds_of(c) > 1 ? index + 1 : options.fold};
	options.seed = trial->seed;
	options.fold = trial->fold;
	if (r->seed_count > 1)
		snprintf(of_seed, sizeof of_seed, "-seed%" PRId64, trial->seed);
	if (folds_of(c) > 1)
		snprintf(of_fold, sizeof of_fold, "-fold%" PRId64, trial->fold);
	snprintf(name, sizeof name, "%.100s%s%s", c->name, of_seed, of_fold);
	trial->name = gd_arena_string(&plan->arena, name);
	if (!trial->name)
		return gd_out_of_memory("the trials");
	hash_options(&options, plan->configuration[configuration].given, trial->options_sha256);
	return gd_ok();
}

static gd_status make_trials(reader *r)
{
	gd_sweep_plan *plan = r->plan;
	int64_t count = 0;
	for (int c = 0; c < plan->configurations; c++)
		count += folds_of(&plan->configuration[c]) * r->seed_count;
	if (count > GD_SWEEP_MOST_TRIALS)
		return gd_error(GD_USAGE, "'%s' asks for more than %d trials", r->path, GD_SWEEP_MOST_TRIALS);
	plan->trial = gd_arena_take(&plan->arena, (size_t)count, sizeof *plan->trial);
	if (!plan->trial)
		return gd_out_of_memory("the trials");
	gd_status status = gd_ok();
	for (int c = 0; c < plan->configurations && !gd_failed(&status); c++)
		for (int s = 0; s < r->seed_count && !gd_failed(&status); s++)
			for (int64_t f = 0; f < folds_of(&plan->configuration[c]) && !gd_failed(&status); f++)
				status = add_trial(r, c, s, f);
	return status;
}

gd_status gd_sweep_plan_read(const char *path, gd_sweep_plan *plan)
{
	void *bytes = NULL;
	size_t size = 0, bad;
	gd_arena arena = {0};
	*plan = (gd_sweep_plan){0};
	gd_status status = gd_file_read(path, GD_USAGE, &bytes, &size);
	if (gd_failed(&status))
		return status;
	bool is_text = !memchr(bytes, 0, size) && gd_utf8_valid(bytes, size, &bad);
	char *text = is_text ? gd_arena_string_of(&arena, bytes, size) : NULL;
	free(bytes);
	if (!is_text)
		status = gd_error(GD_USAGE, "cannot read '%s': not a text in UTF-8", path);
	else
		status = text ? gd_sweep_plan_parse(path, text, plan) : gd_out_of_memory("the sweep's file");
	gd_arena_release(&arena);
	return status;
}

gd_status gd_sweep_plan_parse(const char *path, const char *text, gd_sweep_plan *plan)
{
	reader r = {.path = path, .plan = plan};
	*plan = (gd_sweep_plan){0};
	gd_options_initialise(&gd_sweep_setting_table, &plan->settings);
	plan->text = gd_arena_string(&plan->arena, text);
	char *work = gd_arena_string(&plan->arena, text);
	if (!plan->text || !work)
		return gd_out_of_memory("the sweep's file");
	gd_status (*const steps[])(reader *) = {read_settings, read_base, read_seeds, find_varied, read_values, make_configurations, make_trials};
	gd_status status = gd_sweep_text_read(path, work, &plan->arena, &r.sections, &r.count);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && !gd_failed(&status); i++)
		status = steps[i](&r);
	return status;
}

void gd_sweep_plan_fill(gd_sweep_plan *plan, int c, const gd_dataset_header *header)
{
	char line[GD_PRESET_ROOM];
	const gd_preset_facts facts = gd_preset_look(header, plan->configuration[c].options.folds);
	gd_preset_fill(&plan->configuration[c].options, plan->configuration[c].given, &facts, line);
}

void gd_sweep_plan_release(gd_sweep_plan *plan)
{
	gd_arena_release(&plan->arena);
	*plan = (gd_sweep_plan){0};
}
