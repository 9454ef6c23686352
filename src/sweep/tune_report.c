#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/sweep/tune.h"

static int compare(const void *a, const void *b)
{
	const gd_tune_entry *x = a, *y = b;
	if (x->loss != y->loss)
		return x->loss < y->loss ? -1 : 1;
	return x->race != y->race ? x->race - y->race : x->configuration - y->configuration;
}

/* Of a configuration whose every fold is done or, where none is, has come through the first rung. */
static bool make_entry(const gd_tune_race *races, int r, int c, bool unfinished, gd_tune_entry *entry)
{
	const gd_sweep_plan *plan = &races[r].plan;
	double loss = 0, accuracy = 0, deviation = 0, seconds = 0;
	int folds = 0;
	for (int pass = 0; pass < 2; pass++)
		for (int t = 0; t < plan->trials; t++) {
			const gd_sweep_result *result = &races[r].results[t];
			if (plan->trial[t].configuration != c)
				continue;
			bool there = result->state == GD_TRIAL_DONE || (unfinished && result->epochs >= plan->settings.first_epochs);
			if (!there || !isfinite(result->metric[GD_SWEEP_VALIDATION_LOSS]))
				return false;
			if (pass == 0) {
				folds++;
				loss += result->metric[GD_SWEEP_VALIDATION_LOSS];
				accuracy += result->metric[GD_SWEEP_VALIDATION_ACCURACY];
				seconds += result->metric[GD_SWEEP_SECONDS];
			} else {
				deviation += pow(result->metric[GD_SWEEP_VALIDATION_LOSS] - loss / folds, 2);
			}
		}
	*entry = (gd_tune_entry){r, c, loss / folds, folds > 1 ? sqrt(deviation / (folds - 1)) : 0, accuracy / folds, seconds / folds, !unfinished, false};
	return true;
}

int gd_tune_rank(const gd_tune_race *races, int count, gd_tune_entry *entries)
{
	int found = 0;
	for (int unfinished = 0; unfinished < 2 && !found; unfinished++)
		for (int r = 0; r < count; r++)
			for (int c = 0; c < races[r].plan.configurations; c++)
				found += make_entry(races, r, c, unfinished, &entries[found]);
	qsort(entries, (size_t)found, sizeof *entries, compare);
	return found;
}

static bool is_defaults(const gd_tune_race *races, const gd_tune_entry *entry)
{
	return entry->race == 0 && !strcmp(races[0].plan.configuration[entry->configuration].name, GD_TUNE_DEFAULTS);
}

/* Whether a configuration's losses are below another's, fold by fold, by more than chance: by the standard error of the mean difference. */
static bool is_better(const gd_tune_race *races, const gd_tune_entry *a, const gd_tune_entry *b)
{
	const gd_tune_race *x = &races[a->race], *y = &races[b->race];
	double sum = 0, squares = 0;
	int folds = 0;
	for (int i = 0; i < x->plan.trials; i++)
		for (int j = 0; j < y->plan.trials; j++) {
			const gd_sweep_trial *p = &x->plan.trial[i], *q = &y->plan.trial[j];
			if (p->configuration != a->configuration || q->configuration != b->configuration || p->fold != q->fold)
				continue;
			double difference = x->results[i].metric[GD_SWEEP_VALIDATION_LOSS] - y->results[j].metric[GD_SWEEP_VALIDATION_LOSS];
			sum += difference;
			squares += difference * difference;
			folds++;
		}
	if (folds < 2)
		return false;
	double mean = sum / folds, variance = (squares - folds * mean * mean) / (folds - 1);
	return mean < 0 && mean * mean * folds > variance;
}

void gd_tune_choose(const gd_tune_race *races, gd_tune_entry *entries, int entry_count, int best)
{
	int defaults = 0, last = -1;
	while (defaults < entry_count && !is_defaults(races, &entries[defaults]))
		defaults++;
	for (int e = 0; e < entry_count; e++) {
		entries[e].chosen = e < best;
		if (e < best && defaults < entry_count && !is_better(races, &entries[e], &entries[defaults]))
			last = e;
	}
	if (defaults < entry_count && defaults >= best && last >= 0) {
		entries[last].chosen = false;
		entries[defaults].chosen = true;
	}
}

/* A configuration of the first rung: what it lost there, over the folds, and the value of the option at hand. */
typedef struct observation {
	double loss, number;
	const char *value;
} observation;

static double first_rung_loss(const gd_tune_race *race, int configuration)
{
	double sum = 0;
	int trials = 0;
	for (int t = 0; t < race->plan.trials; t++) {
		char path[2 * GD_PATH_ROOM];
		double loss;
		if (race->plan.trial[t].configuration != configuration)
			continue;
		snprintf(path, sizeof path, "%s/%s", race->directory, race->plan.trial[t].name);
		gd_status status = race->results[t].epochs >= race->plan.settings.first_epochs ? gd_sweep_result_loss_at(path, race->plan.settings.first_epochs, &loss) : gd_error(GD_FAILED, "not there");
		if (gd_failed(&status) || !isfinite(loss))
			return NAN;
		sum += loss;
		trials++;
	}
	return trials ? sum / trials : NAN;
}

static int by_number(const void *a, const void *b)
{
	const observation *x = a, *y = b;
	return x->number != y->number ? (x->number < y->number ? -1 : 1) : strcmp(x->value, y->value);
}

/* Groups of equal values, or, of numbers that hardly repeat, two or three of near-equal size; the share of the losses' spread that lies between them. Whether there are two. */
static bool measure_effect(const gd_option *option, observation *o, int count, gd_tune_effect *effect)
{
	bool numbers = option->type == GD_OPTION_REAL || option->type == GD_OPTION_INTEGER;
	for (int i = 0; i < count; i++)
		if (!numbers || !gd_parse_double(o[i].value, &o[i].number))
			o[i].number = 0;
	qsort(o, (size_t)count, sizeof *o, by_number);
	int groups = 1;
	for (int i = 1; i < count; i++)
		groups += strcmp(o[i].value, o[i - 1].value) != 0;
	if (groups < 2)
		return false;
	bool cut = numbers && 3 * groups > count;
	int pieces = count < 9 ? 2 : 3;
	double mean = 0, between = 0, all = 0;
	for (int i = 0; i < count; i++)
		mean += o[i].loss / count;
	for (int i = 0; i < count; i++)
		all += pow(o[i].loss - mean, 2);
	int used = 0;
	*effect = (gd_tune_effect){.option = option->name};
	for (int first = 0, group = 0; first < count; group++) {
		int end = first + 1;
		while (end < count && (cut ? end < (group + 1) * count / pieces : !strcmp(o[end].value, o[first].value)))
			end++;
		double own = 0;
		for (int i = first; i < end; i++)
			own += o[i].loss / (end - first);
		between += (end - first) * pow(own - mean, 2);
		if (used < (int)sizeof effect->groups - 64)
			used += snprintf(effect->groups + used, 64, "%s%.20s%s%.20s %.4f", used ? "; " : "", o[first].value, end - first > 1 && cut ? ".." : "", end - first > 1 && cut ? o[end - 1].value : "", own);
		first = end;
	}
	effect->share = all > 0 ? between / all : 0;
	return true;
}

int gd_tune_effects(const gd_tune_race *races, int count, gd_tune_effect *effects)
{
	int room = 0, found = 0;
	for (int r = 0; r < count; r++)
		room += races[r].plan.configurations;
	observation *o = gd_allocate((size_t)room, sizeof *o);
	double *loss = gd_allocate((size_t)room, sizeof *loss);
	for (int r = 0, place = 0; o && loss && r < count; r++)
		for (int c = 0; c < races[r].plan.configurations; c++)
			loss[place++] = first_rung_loss(&races[r], c);
	for (int v = 0; o && loss && v < races[0].plan.varied; v++) {
		int seen = 0;
		for (int r = 0, place = 0; r < count; r++)
			for (int c = 0; c < races[r].plan.configurations; c++, place++)
				if (isfinite(loss[place]) && v < races[r].plan.varied)
					o[seen++] = (observation){.loss = loss[place], .value = races[r].plan.configuration[c].values[v]};
		found += seen > 1 && measure_effect(races[0].plan.option[v], o, seen, &effects[found]);
	}
	free(o);
	free(loss);
	return found;
}

static void print_what_mattered(FILE *out, const gd_tune_race *races, int count)
{
	gd_tune_effect *effects = gd_allocate((size_t)races[0].plan.varied, sizeof *effects);
	int found = effects ? gd_tune_effects(races, count, effects) : 0;
	fprintf(out, "\nwhat mattered at the end of the first rung: the share of the spread of log-losses that lies between an option's values, and the mean for each\n");
	for (int e = 0; e < found; e++)
		fprintf(out, "%-16s %5.2f  %s\n", effects[e].option, effects[e].share, effects[e].groups);
	free(effects);
}

static void print_races(FILE *out, const gd_tune_race *races, int count, const gd_tune_entry *entries, int entry_count)
{
	fprintf(out, "\nconfigurations in %s:", count == 1 ? "the race" : "the races");
	for (int r = 0; r < count; r++)
		fprintf(out, " %d", races[r].plan.configurations);
	fprintf(out, "\ntrained on all of the training part:");
	for (int e = 0; e < entry_count; e++)
		if (entries[e].chosen)
			fprintf(out, " race-%d/%.40s", entries[e].race + 1, races[entries[e].race].plan.configuration[entries[e].configuration].name);
	fputc('\n', out);
}

void gd_tune_print(FILE *out, const gd_tune_race *races, int count, const gd_tune_entry *entries, int entry_count)
{
	fprintf(out, "%-4s %-16s %10s %8s %9s  options\n", "rank", "configuration", "log_loss", "sd", "accuracy");
	for (int e = 0; e < entry_count; e++) {
		const gd_sweep_plan *plan = &races[entries[e].race].plan;
		const gd_sweep_configuration *c = &plan->configuration[entries[e].configuration];
		char name[64];
		snprintf(name, sizeof name, "race-%d/%.40s", entries[e].race + 1, c->name);
		fprintf(out, "%-4d %-16s %10.4f %8.4f %9.4f ", e + 1, name, entries[e].loss, entries[e].deviation, entries[e].accuracy);
		for (int v = 0; v < plan->varied; v++)
			fprintf(out, " %s=%s", plan->option[v]->name, *c->values[v] ? c->values[v] : "none");
		fputc('\n', out);
	}
	print_races(out, races, count, entries, entry_count);
	print_what_mattered(out, races, count);
}
