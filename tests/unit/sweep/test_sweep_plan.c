#include "gd/sweep/sweep_plan.h"

#include <stdio.h>
#include <string.h>

#include "gd/base/file.h"
#include "unit.h"

const char *const unit_suite = "sweep plan";

static gd_status read_plan(const char *text, size_t size, gd_sweep_plan *plan)
{
	const char *path = unit_path("sweep.ini");
	gd_status status = gd_file_write(path, text, size);
	CU_ASSERT_FATAL(!gd_failed(&status));
	return gd_sweep_plan_read(path, plan);
}

static gd_sweep_plan plan_of(const char *text)
{
	gd_sweep_plan plan;
	gd_status status = read_plan(text, strlen(text), &plan);
	if (gd_failed(&status))
		fprintf(stderr, "%s\n", status.message);
	CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	return plan;
}

static void refuse_bytes(const char *text, size_t size, const char *message)
{
	gd_sweep_plan plan;
	gd_status status = read_plan(text, size, &plan);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	if (!gd_failed(&status) || !strstr(status.message, message))
		fprintf(stderr, "%s\n'%s' lacks '%s'\n", text, status.message, message);
	CU_ASSERT(gd_failed(&status) && strstr(status.message, message) && strstr(status.message, "sweep.ini'"));
	CU_ASSERT(!strchr(status.message, '\n'));
	gd_sweep_plan_release(&plan);
}

static void refuse(const char *text, const char *message)
{
	refuse_bytes(text, strlen(text), message);
}

static void test_grid(void)
{
	gd_sweep_plan plan = plan_of("[base]\nepochs = 7\n[vary]\nlearning-rate = 0.1, 0.2 0.3\ndropout = uniform 0 0.5 2 ; a remark\n[sweep]\nrepeats = 2\n");
	CU_ASSERT_EQUAL_FATAL(plan.configurations, 6);
	CU_ASSERT_EQUAL_FATAL(plan.trials, 12);
	CU_ASSERT_EQUAL_FATAL(plan.varied, 2);
	CU_ASSERT_STRING_EQUAL(plan.option[0]->name, "learning-rate");
	/* The last entry turns fastest. */
	for (int c = 0; c < 6; c++) {
		char name[32];
		snprintf(name, sizeof name, "%02d", c + 1);
		CU_ASSERT_STRING_EQUAL(plan.configuration[c].name, name);
		CU_ASSERT_DOUBLE_EQUAL(plan.configuration[c].options.learning_rate, 0.1 * (c / 2 + 1), 1e-15);
		CU_ASSERT_EQUAL(plan.configuration[c].options.dropout, c % 2 ? 0.5 : 0.0);
		CU_ASSERT_EQUAL(plan.configuration[c].options.epochs, 7);
		CU_ASSERT_STRING_EQUAL(plan.configuration[c].values[1], c % 2 ? "0.5" : "0");
		for (int s = 0; s < 2; s++) {
			const gd_sweep_trial *trial = &plan.trial[2 * c + s];
			snprintf(name, sizeof name, "%02d-seed%d", c + 1, s);
			CU_ASSERT_STRING_EQUAL(trial->name, name);
			CU_ASSERT(trial->configuration == c && trial->seed == s);
		}
	}
	/* The hash tells trials apart, by the seed as well. */
	for (int a = 0; a < plan.trials; a++)
		for (int b = 0; b < a; b++)
			CU_ASSERT_STRING_NOT_EQUAL(plan.trial[a].options_sha256, plan.trial[b].options_sha256);
	gd_sweep_plan_release(&plan);
}

static void test_settings(void)
{
	gd_sweep_plan plan = plan_of("");
	CU_ASSERT(plan.configurations == 1 && plan.trials == 1 && plan.varied == 0);
	CU_ASSERT_STRING_EQUAL(plan.trial[0].name, "base");
	CU_ASSERT(plan.settings.ranks_per_trial == 1 && plan.settings.repeats == 1 && plan.settings.halving == 0 && plan.settings.sort == GD_SWEEP_VALIDATION_LOSS && !plan.settings.evaluate);
	gd_sweep_plan_release(&plan);
	plan = plan_of("[sweep]\nranks_per_trial = 1000\nseeds = 5, 3 11\nhalving = 3\nfirst-epochs = 2\nsort = test_accuracy\nevaluate = test\n# [base]\n[base]\nseed = 9\n");
	CU_ASSERT(plan.settings.ranks_per_trial == 1000 && plan.settings.halving == 3 && plan.settings.first_epochs == 2 && plan.settings.sort == GD_SWEEP_TEST_ACCURACY && plan.settings.evaluate);
	CU_ASSERT_EQUAL_FATAL(plan.trials, 3);
	CU_ASSERT(plan.trial[0].seed == 5 && plan.trial[1].seed == 3 && plan.trial[2].seed == 11);
	CU_ASSERT_STRING_EQUAL(plan.trial[2].name, "base-seed11");
	gd_sweep_plan_release(&plan);
	plan = plan_of("[base]\nseed = 9\n[sweep]\nrepeats = 2\n");
	CU_ASSERT(plan.trials == 2 && plan.trial[0].seed == 9 && plan.trial[1].seed == 10);
	gd_sweep_plan_release(&plan);
}

static void test_named(void)
{
	gd_sweep_plan plan = plan_of("[base]\nhidden = 8\n[trial wide]\nhidden = 1024,512\n[trial plain_2.+-=x]\n[trial slow]\nlearning_rate = 1e-5\nhidden = 3\n");
	CU_ASSERT_EQUAL_FATAL(plan.configurations, 3);
	CU_ASSERT_EQUAL(plan.varied, 2);
	CU_ASSERT_STRING_EQUAL(plan.configuration[0].name, "wide");
	CU_ASSERT(plan.configuration[0].options.hidden.count == 2 && plan.configuration[0].options.hidden.width[1] == 512);
	CU_ASSERT_STRING_EQUAL(plan.configuration[1].name, "plain_2.+-=x");
	CU_ASSERT(plan.configuration[1].options.hidden.width[0] == 8);
	CU_ASSERT(plan.configuration[2].options.learning_rate == 1e-5 && plan.configuration[2].options.hidden.width[0] == 3);
	CU_ASSERT_STRING_EQUAL(plan.configuration[1].values[0], "8");
	gd_sweep_plan_release(&plan);
	/* Beside a grid, behind it. */
	plan = plan_of("[trial last]\nepochs = 4\n[vary]\nepochs = 1 2\n");
	CU_ASSERT_EQUAL_FATAL(plan.configurations, 3);
	CU_ASSERT(plan.configuration[0].options.epochs == 1 && plan.configuration[2].options.epochs == 4);
	CU_ASSERT_STRING_EQUAL(plan.trial[2].name, "last");
	gd_sweep_plan_release(&plan);
}

static void test_drawn(void)
{
	static const char text[] = "[sweep]\ntrials = 120\nseed = 3\n[vary]\nlearning-rate = log 1e-4 0.1\nhidden = 8 16,8\n";
	gd_sweep_plan plan = plan_of(text), again = plan_of(text), other = plan_of("[sweep]\ntrials = 120\nseed = 4\n[vary]\nlearning-rate = log 1e-4 0.1\nhidden = 8 16,8\n"),
		longer = plan_of("[sweep]\ntrials = 130\nseed = 3\n[vary]\nlearning-rate = log 1e-4 0.1\nhidden = 8 16,8\n");
	CU_ASSERT_EQUAL_FATAL(plan.trials, 120);
	CU_ASSERT_STRING_EQUAL(plan.trial[0].name, "001");
	CU_ASSERT_STRING_EQUAL(plan.trial[119].name, "120");
	int wide = 0, differ = 0;
	for (int t = 0; t < 120; t++) {
		const gd_train_options *o = &plan.configuration[t].options;
		CU_ASSERT(o->learning_rate >= 1e-4 && o->learning_rate <= 0.1);
		wide += o->hidden.count == 2;
		CU_ASSERT_STRING_EQUAL(plan.trial[t].options_sha256, again.trial[t].options_sha256);
		CU_ASSERT_STRING_EQUAL(plan.trial[t].options_sha256, longer.trial[t].options_sha256); /* more draws leave the first ones */
		differ += strcmp(plan.trial[t].options_sha256, other.trial[t].options_sha256) != 0;
	}
	CU_ASSERT(wide > 30 && wide < 90 && differ == 120);
	gd_sweep_plan_release(&plan);
	gd_sweep_plan_release(&again);
	gd_sweep_plan_release(&other);
	gd_sweep_plan_release(&longer);
}

/* As editors elsewhere leave a file. */
static void test_foreign_text(void)
{
	gd_sweep_plan plan = plan_of("\xef\xbb\xbf[base]\r\nepochs = 3\r\n[vary]\r\nhidden = 8 16 ; two\r\n");
	CU_ASSERT(plan.configurations == 2 && plan.configuration[1].options.epochs == 3 && plan.configuration[1].options.hidden.width[0] == 16);
	gd_sweep_plan_release(&plan);
}

static void test_hash(void)
{
	gd_sweep_plan a = plan_of("[base]\nepochs = 3\n"), b = plan_of("; the same\n[base]\nwatchdog = 9\nepochs=3\n"), c = plan_of("[base]\nepochs = 3\ndata = other.h5\n");
	CU_ASSERT_STRING_EQUAL(a.trial[0].options_sha256, b.trial[0].options_sha256);
	CU_ASSERT_STRING_NOT_EQUAL(a.trial[0].options_sha256, c.trial[0].options_sha256);
	gd_sweep_plan_release(&a);
	gd_sweep_plan_release(&b);
	gd_sweep_plan_release(&c);
}

static void test_config(void)
{
	char text[1024];
	const char *path = unit_path("base.ini");
	static const char options[] = "epochs = 5\nhidden = 4\n";
	gd_status status = gd_file_write(path, options, sizeof options - 1);
	CU_ASSERT_FATAL(!gd_failed(&status));
	snprintf(text, sizeof text, "[base]\nhidden = 6\nconfig = %s\n", path); /* first, wherever it stands */
	gd_sweep_plan plan = plan_of(text);
	CU_ASSERT(plan.configuration[0].options.epochs == 5 && plan.configuration[0].options.hidden.width[0] == 6);
	gd_sweep_plan_release(&plan);
}

static void test_names(void)
{
	refuse("[base]\nlerning-rate = 1\n", "line 2 of");
	refuse("[base]\nlerning-rate = 1\n", "did you mean 'learning-rate'");
	refuse("[trial a]\n\nepoch = 1\n", "line 3 of");
	refuse("[sweep]\nrepeat = 3\n", "did you mean 'repeats'");
	refuse("[vary]\nrun = a b\n", "'run' is about one call");
	refuse("[base]\nresume = on\n", "'resume' is about one call");
	refuse("[vary]\nseed = 1 2\n", "'repeats' or 'seeds'");
	refuse("[trial a]\nconfig = x.ini\n", "'config' is about one call");
	refuse("[trial a]\nhidden = 3\n[trial a]\nhidden = 4\n", "second trial of the name 'a' (first in line 1)");
	refuse("[vary]\nhidden = 3 4\n[trial 02]\nhidden = 4\n", "two trials of the name '02'");
	refuse("[trial ..]\n", "letters, digits");
	refuse("[trial a/b]\n", "letters, digits");
	refuse("[trial]\nhidden = 4\n", "letters, digits");
	refuse("[vary]\nhidden = 3\n[vary]\nepochs = 3\n", "section [vary] stands a second time (first in line 1)");
	refuse("[grid]\nhidden = 3\n", "unknown section '[grid]'");
	refuse("[base twice]\nhidden = 3\n", "unknown section '[base twice]'");
	refuse("[base\nhidden = 3\n", "ends in ']'");
	refuse("hidden = 3\n", "before any section");
	refuse("[base]\nhidden\n", "expected 'name = value'");
	refuse("[base]\nepochs = 1\nepochs = 2\n", "'epochs' is set a second time (first in line 2)");
	refuse("[vary]\nlearning-rate = 1\nlearning_rate = 2\n", "set a second time (first in line 2)");
}

static void test_bad_values(void)
{
	refuse("[vary]\ndropout =\n", "an empty list");
	refuse("[vary]\ndropout = , ,\n", "line 2 of");
	refuse("[vary]\ndropout = , ,\n", "an empty list");
	refuse("[base]\ndropout =\n", "an empty list");
	refuse("[vary]\ndropout = 0.1 0.2 1.5\n", "'1.5'");
	refuse("[vary]\ndropout = uniform 0 1 3\n", "dropout");
	refuse("[vary]\ndropout = 0.1 0.2 0.10\n", "'0.10' stands twice");
	refuse("[vary]\nbatch-size = uniform 1 3 9\n", "stands twice");
	refuse("[vary]\nmomentum = 0.5 0.9\n", "trial '01'");
	refuse("[trial odd]\nnesterov = on\n", "trial 'odd'");
	refuse("[sweep]\ntrials = 5\n", "nothing is listed");
	refuse("[sweep]\ntrials = 5\n[vary]\n", "nothing is listed");
	refuse("[sweep]\nrepeats = 3\nseeds = 1 2\n", "contradict");
	refuse("[sweep]\nseeds = 1 2 1\n", "1 stands twice");
	refuse("[sweep]\nseeds = 1 -2\n", "found '-2'");
	refuse("[sweep]\nseeds = ,\n", "an empty list");
	refuse("[sweep]\nseeds =\n", "no value");
	refuse("[sweep]\nrepeats = 0\n", "repeats");
	refuse("[sweep]\nranks-per-trial = 0\n", "ranks-per-trial");
	refuse("[sweep]\nhalving = 1\n", "would drop nothing");
	refuse("[sweep]\nsort = accuracy\n", "sort");
	refuse("[sweep]\nsort = test_loss\n", "needs 'evaluate = test'");
	refuse("[sweep]\nrepeats = 1000\n[vary]\nepochs = uniform 1 1000 1000\n", "more than 100000 trials");
	refuse("[vary]\nepochs = uniform 1 1000 1000\nstep-epochs = uniform 1 1000 1000\nlearning-rate = uniform 1 2 10000\nbeta1 = uniform 0 0.5 10000\n", "more than 100000 trials");
	refuse_bytes("[base]\0\n", 8, "not a text");
	refuse("[base]\n\xff = 1\n", "not a text");
	gd_sweep_plan plan;
	gd_status status = gd_sweep_plan_read(unit_path("absent.ini"), &plan);
	CU_ASSERT(status.code == GD_USAGE && strstr(status.message, "absent.ini"));
	gd_sweep_plan_release(&plan);
}

const unit_test unit_tests[] = {
	{"every combination, in order, seed by seed", test_grid},
	{"settings, seeds and a sweep of one", test_settings},
	{"trials by name", test_named},
	{"drawn trials are a function of the seed", test_drawn},
	{"the hash covers what decides the bits, and the dataset", test_hash},
	{"a configuration underneath", test_config},
	{"a byte order mark and carriage returns", test_foreign_text},
	{"names that are unknown, foreign or taken", test_names},
	{"values that are missing, out of range or repeated", test_bad_values},
	{NULL, NULL},
};
