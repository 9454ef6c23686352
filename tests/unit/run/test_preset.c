#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/run/preset.h"
#include "unit.h"

const char *const unit_suite = "preset";

static void must(gd_status status)
{
	CU_ASSERT(!gd_failed(&status));
}

/* What `train` has for a table of this shape when these words, with blanks between, are said. */
static gd_train_options fill(const gd_preset_facts *facts, const char *said, char *line)
{
	gd_train_options options;
	bool *given = gd_allocate(gd_train_option_table.count, sizeof *given);
	const char *arguments[16];
	char text[256], *words[16], *rest = text;
	int count = 0, argument_count = 0;
	snprintf(text, sizeof text, "%s", said);
	for (char *word; count < 16 && (word = strsep(&rest, " "));)
		words[count++] = word;
	CU_ASSERT_PTR_NOT_NULL_FATAL(given);
	gd_options_initialise(&gd_train_option_table, &options);
	must(gd_options_parse(&gd_train_option_table, &options, count, words, given, arguments, &argument_count));
	must(gd_train_options_check(&options));
	gd_preset_fill(&options, given, facts, line);
	must(gd_train_options_check(&options));
	free(given);
	return options;
}

static void test_shapes(void)
{
	char line[GD_PRESET_ROOM];
	const int64_t rows[] = {1, 2, 40, 500, 3000, 12000, 90000, 5000000};
	int64_t epochs = INT64_MAX, batch = 0;
	for (int i = 0; i < 8; i++) {
		gd_preset_facts facts = {.rows = rows[i], .numbers = 5, .others = 3, .classes = 4, .open = true, .validation = true};
		gd_train_options o = fill(&facts, "--preset auto", line);
		/* Of few rows there are more members instead of epochs. */
		CU_ASSERT(rows[i] < 2000 ? o.epochs == 40 && o.members == 16 : rows[i] < 5000 ? o.epochs == 30 && o.members == 16 : o.epochs <= epochs && o.members <= 4);
		CU_ASSERT(o.batch_size >= batch && o.epochs >= 1 && o.early_stop > 0 && o.calibrate);
		CU_ASSERT(strstr(line, "--batch-size") && strstr(line, "--epochs") && strstr(line, "--learning-rate"));
		epochs = rows[i] < 5000 ? epochs : o.epochs;
		batch = o.batch_size;
	}
}

static void test_parts(void)
{
	char line[GD_PRESET_ROOM];
	gd_preset_facts facts = {.rows = 1000, .numbers = 0, .others = 9, .classes = 2};
	gd_train_options o = fill(&facts, "--preset auto", line);
	CU_ASSERT(o.encoding == 0 && o.bins == 0 && o.periodic == 0 && o.early_stop == 0 && !o.calibrate);
	facts = (gd_preset_facts){.rows = 1000, .numbers = 9, .others = 0, .classes = 2, .open = true, .validation = true};
	o = fill(&facts, "--preset auto --epochs 1 --optimizer sgd --no-calibrate --encoding quantile --periodic 0", line);
	CU_ASSERT(o.epochs == 1 && o.optimizer == GD_SGD && !o.calibrate && o.encoding == GD_ENCODE_QUANTILE + 1 && o.bins == 0 && o.periodic == 0 && o.weight_decay == 0);
	CU_ASSERT(!strstr(line, "--epochs") && !strstr(line, "calibrate") && !strstr(line, "--encoding"));
	/* Of few rows a number is one column; bins that are asked for are made. */
	o = fill(&facts, "--preset auto", line);
	CU_ASSERT(o.encoding == GD_ENCODE_QUANTILE + 1 && o.bins == 0 && o.periodic == 16);
	o = fill(&facts, "--preset auto --bins 7", line);
	CU_ASSERT(o.encoding == GD_ENCODE_PIECEWISE_LINEAR + 1 && o.bins == 7);
	facts.rows = 2000;
	o = fill(&facts, "--preset auto", line);
	CU_ASSERT(o.encoding == GD_ENCODE_PIECEWISE_LINEAR + 1 && o.bins == 16 && o.periodic == 16 && o.members == 16 && o.epochs == 30 && strstr(line, "--members 16"));
	/* Members cost by the column; fewer of them want the epochs. */
	facts.others = 300;
	o = fill(&facts, "--preset auto", line);
	CU_ASSERT(o.members == 4 && o.epochs == 60);
	facts.others = 0;
	CU_ASSERT_EQUAL(fill(&facts, "--preset auto --members 1", line).epochs, 60);
	facts.rows = 1000;
	o = fill(&facts, "--preset auto", line);
	CU_ASSERT(o.members == 16 && o.dropout < 0.2 && o.epochs == 40);
	CU_ASSERT(fill(&facts, "--preset auto --members 1", line).dropout > 0.2);
	/* What each part of so few rows is for, many columns and no validation part take away. */
	facts.others = 300;
	CU_ASSERT_EQUAL(fill(&facts, "--preset auto", line).members, 8);
	facts.others = 0;
	facts.validation = false;
	o = fill(&facts, "--preset auto", line);
	CU_ASSERT(o.members == 8 && o.dropout > 0.2);
	facts.validation = true;
	/* Nothing to share, weights of another shape, rows so many that one takes long enough. */
	CU_ASSERT_EQUAL(fill(&facts, "--preset auto --hidden none", line).members, 1);
	CU_ASSERT_EQUAL(fill(&facts, "--preset auto --initial model.h5", line).members, 1);
	CU_ASSERT_EQUAL(fill(&facts, "--preset auto --members 2", line).members, 2);
	facts.rows = 2000;
	CU_ASSERT(fill(&facts, "--preset auto", line).dropout > 0.2);
	facts.rows = 4999;
	CU_ASSERT(fill(&facts, "--preset auto", line).dropout > 0.2);
	facts.rows = 5000;
	CU_ASSERT(fill(&facts, "--preset auto", line).dropout < 0.2);
	CU_ASSERT(fill(&facts, "--preset auto --members 1", line).dropout > 0.2);
	facts.rows = 20000;
	o = fill(&facts, "--preset auto", line);
	CU_ASSERT(o.members == 4 && o.dropout < 0.2);
	CU_ASSERT(fill(&facts, "--preset auto --members 1", line).dropout > 0.3);
	facts.rows = 200000;
	o = fill(&facts, "--preset auto", line);
	CU_ASSERT(o.members == 1 && o.dropout < 0.2);
	/* Without validation rows the last epoch is what is kept: fewer of them, and more decay, where rows are not many. */
	for (facts.rows = 500; facts.rows < 20000; facts.rows *= 6) {
		facts.validation = true;
		o = fill(&facts, "--preset auto", line);
		facts.validation = false;
		gd_train_options blind = fill(&facts, "--preset auto", line);
		CU_ASSERT(blind.epochs <= o.epochs && blind.epochs == 30 && blind.weight_decay > o.weight_decay && blind.early_stop == 0 && blind.dropout >= o.dropout);
	}
	facts.validation = true;
	facts.rows = 1000;
	gd_train_options study = fill(&facts, "--preset study", line), defaults;
	gd_options_initialise(&gd_train_option_table, &defaults);
	CU_ASSERT(!*line && study.epochs == defaults.epochs && study.batch_size == defaults.batch_size && study.dropout == defaults.dropout && !study.calibrate);
}

const unit_test unit_tests[] = {
	{"small tables get many epochs of small batches, large ones few of large ones", test_shapes},
	{"what has nothing to act on is left out, what is given stays", test_parts},
	{NULL, NULL},
};
