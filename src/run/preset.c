/*
 * The rule. How it was chosen, and what each part of it contributes: tests/bench/README.md.
 */
#include "gd/run/preset.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

gd_preset_facts gd_preset_look(const gd_dataset_header *header, int64_t folds)
{
	const gd_preprocessing *p = &header->preprocessing;
	gd_preset_facts facts = {.rows = header->rows[GD_TRAIN], .classes = p->classes, .validation = header->rows[GD_VALIDATION] > 0};
	for (int f = 0; f < p->features; f++) {
		facts.numbers += p->tables[f].knots > 0;
		facts.others += p->tables[f].knots == 0;
		facts.open = facts.open || p->tables[f].quantiles > 0;
	}
	if (folds > 1) {
		facts.rows -= facts.rows / folds;
		facts.validation = true;
	}
	return facts;
}

enum { WIDE = 256, /* numbers, or columns */
	VERY_FEW = 2000,
	FEW = 5000,
	VERY_MANY = 200000 /* rows */,
	LARGE = 2048 /* a batch */ };

typedef struct filling {
	gd_train_options *options;
	const bool *given;
	char *line;
	size_t used;
} filling;

static bool is_given(const filling *f, const char *name)
{
	return f->given[gd_options_find(&gd_train_option_table, name) - gd_train_option_table.options];
}

__attribute__((format(printf, 3, 4))) static void put(filling *f, const char *name, const char *format, ...)
{
	char value[64];
	va_list list;
	if (is_given(f, name))
		return;
	va_start(list, format);
	vsnprintf(value, sizeof value, format, list);
	va_end(list);
	gd_status status = gd_options_set(&gd_train_option_table, f->options, name, value, NULL);
	assert(!gd_failed(&status));
	(void)status;
	if (f->used < GD_PRESET_ROOM)
		f->used += (size_t)snprintf(f->line + f->used, GD_PRESET_ROOM - f->used, "%s--%s %s", f->used ? " " : "", name, value);
}

/* The power of two at or below, within bounds. */
static int64_t power_within(int64_t value, int64_t least, int64_t most)
{
	int64_t power = least;
	while (power < most && 2 * power <= value)
		power *= 2;
	return power;
}

void gd_preset_fill(gd_train_options *options, const bool *given, const gd_preset_facts *facts, char *line)
{
	filling f = {options, given, line, 0};
	*line = '\0';
	if (options->preset != GD_PRESET_AUTO)
		return;
	/* Steps: batches of a fiftieth of the rows, and epochs enough for small tables, few for large ones; the best one is kept. */
	const bool very_many = facts->rows >= VERY_MANY;
	/* Of very many rows larger ones, which more ranks can share. */
	const int64_t batch = very_many ? power_within(facts->rows / 250, 256, 8192) : power_within(facts->rows / 50, 16, 256);
	const bool many = facts->rows >= 20000;
	/* Where no rows say which epoch was the best, the last one must be: fewer of few rows, and more decay. */
	const bool blind = !facts->validation && !many;
	/* A bin needs rows to learn its weight from; where there are few, one smooth column says more, and waves of it bend. */
	if (facts->open)
		put(&f, "encoding", facts->rows < VERY_FEW && !is_given(&f, "bins") ? "quantile" : "piecewise-linear");
	if (options->encoding == GD_ENCODE_PIECEWISE_LINEAR + 1)
		put(&f, "bins", "%d", facts->numbers > WIDE ? 8 : 16);
	/* Waves of very many numbers would make more columns than there are rows to learn them from. */
	if (facts->numbers && facts->numbers <= WIDE)
		put(&f, "periodic", "16");
	if (options->periodic)
		put(&f, "periodic-scale", "0.1");
	put(&f, "hidden", "256,256");
	/* An average of some, which share all but a little, where the time that it takes is not long; each reads every column. */
	const bool wide = facts->numbers + facts->others > WIDE, very_few = facts->rows < VERY_FEW;
	if (!very_many && options->hidden.count && !options->initial)
		put(&f, "members", facts->rows < FEW && !wide && !(very_few && blind) ? "16" : very_few ? "8" : "4");
	/* The more members, the fewer epochs. */
	const int64_t epochs = blind ? 30 : very_few ? 40 : facts->rows < FEW ? (options->members > 8 ? 30 : 60) : !many ? 40 : !very_many ? 25 : 10;
	put(&f, "activation", "silu");
	put(&f, "batch-size", "%" PRId64, batch);
	put(&f, "epochs", "%" PRId64, epochs);
	put(&f, "optimizer", "adamw");
	if (options->optimizer == GD_ADAMW) {
		put(&f, "learning-rate", options->batch_size >= LARGE ? "0.004" : blind ? "0.003" : "0.002");
		put(&f, "weight-decay", blind ? "1" : many ? "0.6" : "0.3");
		put(&f, "decay", "weights");
	}
	put(&f, "schedule", "cosine");
	if (options->schedule == GD_COSINE && options->epochs > 1)
		put(&f, "warmup-epochs", "1");
	/* Members hold each other back, as very many rows do by themselves; of few rows in bins that is not enough, nor where none say when to stop. */
	const bool held = very_many || (options->members > 1 && (facts->rows >= FEW || (very_few && !blind)));
	put(&f, "dropout", held ? "0.1" : many ? "0.4" : "0.3");
	if (facts->validation) {
		put(&f, "early-stop", "15");
		if (!options->temperature)
			put(&f, "calibrate", "on");
	}
}
