#include "gd/sweep/sweep_plan.h"

const char *const gd_sweep_metric_names[GD_SWEEP_METRICS + 1] = {
	[GD_SWEEP_VALIDATION_LOSS] = "validation_loss",
	[GD_SWEEP_VALIDATION_ACCURACY] = "validation_accuracy",
	[GD_SWEEP_TRAIN_LOSS] = "train_loss",
	[GD_SWEEP_TRAIN_ACCURACY] = "train_accuracy",
	[GD_SWEEP_TEST_LOSS] = "test_loss",
	[GD_SWEEP_TEST_ACCURACY] = "test_accuracy",
	[GD_SWEEP_SECONDS] = "seconds",
};
static const char *const evaluations[] = {"none", "test", NULL};

#define AT(member) offsetof(gd_sweep_settings, member)
static const gd_option settings[] = {
	{.name = "ranks-per-trial", .type = GD_OPTION_INTEGER, .offset = AT(ranks_per_trial), .initial = "1", .minimum = 1, .maximum = 1000000, .help = "at least; ranks left over join the groups"},
	{.name = "repeats", .type = GD_OPTION_INTEGER, .offset = AT(repeats), .initial = "1", .minimum = 1, .maximum = 10000, .help = "trainings of each configuration, seeds counted up"},
	{.name = "seeds", .type = GD_OPTION_TEXT, .offset = AT(seeds), .argument = "N N...", .help = "the seeds themselves"},
	{.name = "trials", .type = GD_OPTION_INTEGER, .offset = AT(trials), .initial = "0", .minimum = 0, .maximum = GD_SWEEP_MOST_TRIALS, .help = "configurations drawn at random; 0: every combination"},
	{.name = "seed", .type = GD_OPTION_INTEGER, .offset = AT(seed), .initial = "0", .minimum = 0, .maximum = 9007199254740992.0, .help = "of the drawing"},
	{.name = "halving", .type = GD_OPTION_INTEGER, .offset = AT(halving), .initial = "0", .minimum = 0, .maximum = 100, .help = "one configuration in N goes on to the next rung"},
	{.name = "first-epochs", .type = GD_OPTION_INTEGER, .offset = AT(first_epochs), .initial = "1", .minimum = 1, .maximum = 1000000, .help = "of the first rung"},
	{.name = "sort", .type = GD_OPTION_CHOICE, .offset = AT(sort), .initial = "validation_loss", .choices = gd_sweep_metric_names, .help = "what the table is sorted by"},
	{.name = "evaluate", .type = GD_OPTION_CHOICE, .offset = AT(evaluate), .initial = "none", .choices = evaluations, .help = "score each finished trial on the test part"},
};
const gd_option_table gd_sweep_setting_table = {settings, sizeof settings / sizeof settings[0]};
