/* The space that `tune` searches: one table, around the defaults. An option that this version lacks, or that the user's --config sets, is left out. */
#include "gd/sweep/tune.h"

const gd_tune_range gd_tune_space[] = {
	{.option = "hidden", .values = "128,128 256,256 512,256 256,256,256", .reason = "what tables ask for, from narrow to deep"},
	{.option = "activation", .values = "relu silu gelu", .reason = "SiLU was ahead on the songs, ReLU is quicker"},
	{.option = "dropout", .values = "uniform 0 0.6", .reason = "the songs want half, small clean tables none"},
	{.option = "optimizer", .values = "adamw", .reason = "decay apart from the gradient"},
	{.option = "learning-rate", .values = "log 0.0005 0.01", .reason = "a factor of about four to either side of 0.002"},
	{.option = "weight-decay", .values = "log 0.0001 1", .reason = "TabM's to the songs'"},
	{.option = "decay", .values = "weights", .reason = "biases are spared"},
	{.option = "schedule", .values = "cosine", .reason = "a schedule that ends at 0 needs no luck with the last step"},
	{.option = "batch-size", .values = "128 256 512 1024", .reason = "small tables need steps, large ones speed"},
	{.option = "label-smoothing", .values = "0 0.05", .reason = "rarely pays in log-loss"},
	{.option = "encoding", .values = "standard quantile piecewise-linear", .reason = "bins draw level with trees"},
	{.option = "periodic", .values = "0 16", .reason = "sometimes better than bins, sometimes beside them", .numbers = true},
	{.option = "members", .values = "1 8", .reason = "an average without eight trainings"},
};
const int gd_tune_space_size = sizeof gd_tune_space / sizeof gd_tune_space[0];
