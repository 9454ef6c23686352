/* The space that `tune` searches: one table, around the defaults. An option that the user's --config sets, is left out. */
#include "gd/sweep/tune.h"

enum { MANY_ROWS = 20000 };

const gd_tune_range gd_tune_space[] = {
	{.option = "hidden", .values = "256,256 512,256 256,256,256", .reason = "wider and deeper than the rule; narrower only saves time"},
	{.option = "activation", .values = "silu relu", .reason = "SiLU was ahead on the songs, ReLU is quicker"},
	{.option = "dropout", .values = "uniform 0 0.5", .reason = "with members little is enough, small clean tables want none"},
	{.option = "optimizer", .values = "adamw", .reason = "decay apart from the gradient"},
	{.option = "learning-rate", .values = "log 0.001 0.006", .reason = "a factor of two or three to either side of 0.002"},
	{.option = "weight-decay", .values = "log 0.03 2", .reason = "a factor of ten to either side of the rule's"},
	{.option = "decay", .values = "weights", .reason = "biases are spared"},
	{.option = "schedule", .values = "cosine", .reason = "a schedule that ends at 0 needs no luck with the last step"},
	{.option = "batch-size", .values = "64 128 256 512", .reason = "small tables need steps, large ones speed"},
	{.option = "label-smoothing", .values = "0 0.05", .reason = "rarely pays in log-loss"},
	{.option = "encoding", .values = "quantile piecewise-linear", .reason = "bins draw level with trees; where rows are few, one smooth column"},
	{.option = "periodic", .values = "0 16", .reason = "sometimes better than bins, sometimes beside them", .numbers = true},
	{.option = "members", .values = "1 4 16", .reason = "an average without as many trainings; small tables gain by many", .below = MANY_ROWS},
	{.option = "members", .values = "1 4", .reason = "of many rows sixteen leave a budget too few configurations", .from = MANY_ROWS},
};
const int gd_tune_space_size = sizeof gd_tune_space / sizeof gd_tune_space[0];
