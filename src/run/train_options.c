#include "gd/run/train_options.h"

#include <float.h>
#include <string.h>

#include "gd/features/encoding_fit.h"
#include "gd/run/preset.h"
#include "gd/store/dataset.h"

static const char *const initialisations[] = {"torch", "he", "glorot", NULL};
static const char *const decays[] = {"all", "weights", NULL};
static const char *const weightings[] = {"none", "balanced", NULL};
static const char *const schedules[] = {"constant", "step", "cosine", "one-cycle", NULL};
static const char *const reductions[] = {"exact", "fast", NULL};
static const char *const presets[] = {"auto", "study", NULL};
static const char *const switches[] = {"auto", "on", "off", NULL};

/* Of a text that config.ini keeps: gd_options_format() cuts nothing of it. */
enum { GD_LONGEST_LINE_TEXT = 1024 };

#define AT(member) offsetof(gd_train_options, member)
#define BITS GD_CHANGES_BITS

/* Rows and steps are counted exactly in doubles and, with --reduction fast, in floats: hence 2^24. */
static const gd_option options[] = {
	{.name = "data", .letter = 'd', .type = GD_OPTION_TEXT, .offset = AT(data), .initial = GD_DATASET_DEFAULT, .argument = "FILE.h5", .help = "dataset made by preprocess"},
	{.name = "run", .letter = 'r', .type = GD_OPTION_TEXT, .offset = AT(run), .argument = "DIR", .help = "run directory; by default a new one under ./runs", .flags = GD_NOT_KEPT},
	{.name = "config", .letter = 'c', .type = GD_OPTION_TEXT, .offset = AT(config), .argument = "FILE.ini", .help = "options from a file, one `name = value` a line; the command line wins", .flags = GD_NOT_KEPT},
	{.name = "preset", .type = GD_OPTION_CHOICE, .offset = AT(preset), .initial = "auto", .choices = presets, .help = "what options that are not given have: auto: what suits the dataset's rows, features and classes, as it then says; study: the defaults listed here", .flags = BITS},
	{.name = "encoding", .type = GD_OPTION_CHOICE, .offset = AT(encoding), .initial = "auto", .choices = gd_encoding_choices, .help = "how numbers enter the network: as they are, as normal quantiles, or in bins; auto: as the dataset says, standard where it leaves the choice", .flags = BITS},
	{.name = "bins", .type = GD_OPTION_INTEGER, .offset = AT(bins), .initial = "0", .minimum = 0, .maximum = GD_MOST_BINS, .argument = "N", .help = "of a number, for --encoding piecewise-linear; 0: 32", .flags = BITS},
	{.name = "hidden", .type = GD_OPTION_WIDTHS, .offset = AT(hidden), .initial = "256,256", .argument = "W,W,...", .help = "widths of the hidden layers; none: softmax regression", .flags = BITS},
	{.name = "activation", .type = GD_OPTION_CHOICE, .offset = AT(activation), .initial = "relu", .choices = gd_activation_words, .help = "after each hidden layer (gelu in its erf form)", .flags = BITS},
	{.name = "batch-norm", .type = GD_OPTION_FLAG, .offset = AT(batch_norm), .initial = "off", .help = "batch normalisation between dense layer and activation, over the global batch", .flags = BITS},
	{.name = "members", .type = GD_OPTION_INTEGER, .offset = AT(members), .initial = "1", .minimum = 1, .maximum = 1024, .argument = "K", .help = "networks in one that share their layers, but for a factor on each input and the output layer; their probabilities are averaged", .flags = BITS},
	{.name = "periodic", .type = GD_OPTION_INTEGER, .offset = AT(periodic), .initial = "0", .minimum = 0, .maximum = 4096, .argument = "K", .help = "learned frequencies of each numeric feature; 0: none", .flags = BITS},
	{.name = "periodic-scale", .type = GD_OPTION_REAL, .offset = AT(periodic_scale), .initial = "0.3", .minimum = 0, .maximum = 1e6, .argument = "X", .help = "their standard deviation at the start", .flags = BITS},
	{.name = "periodic-width", .type = GD_OPTION_INTEGER, .offset = AT(periodic_width), .initial = "8", .minimum = 1, .maximum = 4096, .argument = "N", .help = "columns that they become, for each numeric feature", .flags = BITS},
	{.name = "dropout", .type = GD_OPTION_REAL, .offset = AT(dropout), .initial = "0.2", .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "P", .help = "probability of dropping an activation of a hidden layer", .flags = BITS},
	{.name = "input-dropout", .type = GD_OPTION_REAL, .offset = AT(input_dropout), .initial = "0", .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "P", .help = "the same for the input", .flags = BITS},
	{.name = "init", .type = GD_OPTION_CHOICE, .offset = AT(init), .initial = "torch", .choices = initialisations, .help = "initial weights: nn.Linear's default, He normal, or Glorot normal", .flags = BITS},
	{.name = "output-std", .type = GD_OPTION_REAL, .offset = AT(output_std), .minimum = 0, .maximum = 1e6, .argument = "X", .help = "the output layer's weights start as N(0, X^2)", .flags = BITS},
	{.name = "optimizer", .type = GD_OPTION_CHOICE, .offset = AT(optimizer), .initial = "adam", .choices = gd_optimizer_words, .help = "update rule", .flags = BITS},
	{.name = "learning-rate", .type = GD_OPTION_REAL, .offset = AT(learning_rate), .initial = "0.003", .minimum = 0, .maximum = 1e6, .argument = "X", .help = "peak learning rate", .flags = BITS},
	{.name = "momentum", .type = GD_OPTION_REAL, .offset = AT(momentum), .initial = "0", .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "X", .help = "momentum of sgd", .flags = BITS},
	{.name = "nesterov", .type = GD_OPTION_FLAG, .offset = AT(nesterov), .initial = "off", .help = "Nesterov's form of momentum", .flags = BITS},
	{.name = "beta1", .type = GD_OPTION_REAL, .offset = AT(beta1), .initial = "0.9", .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "X", .help = "decay of the first moment of adam and adamw", .flags = BITS},
	{.name = "beta2", .type = GD_OPTION_REAL, .offset = AT(beta2), .initial = "0.999", .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "X", .help = "decay of the second moment of adam and adamw", .flags = BITS},
	{.name = "epsilon", .type = GD_OPTION_REAL, .offset = AT(epsilon), .initial = "1e-8", .minimum = 0, .maximum = 1, .argument = "X", .help = "added to the denominator of adam and adamw", .flags = BITS},
	{.name = "weight-decay", .type = GD_OPTION_REAL, .offset = AT(weight_decay), .initial = "0", .minimum = 0, .maximum = 1e6, .argument = "X", .help = "L2 for sgd and adam, decoupled for adamw", .flags = BITS},
	{.name = "decay", .type = GD_OPTION_CHOICE, .offset = AT(decay), .initial = "all", .choices = decays, .help = "what weight decay acts on: every parameter, or weight matrices alone", .flags = BITS},
	{.name = "class-weights", .type = GD_OPTION_CHOICE, .offset = AT(class_weights), .initial = "none", .choices = weightings, .help = "balanced: rows / (classes * rows of the class)", .flags = BITS},
	{.name = "clip-norm", .type = GD_OPTION_REAL, .offset = AT(clip_norm), .minimum = 0, .maximum = FLT_MAX, .argument = "X", .help = "largest global norm of the averaged gradient; 0: no clipping", .flags = BITS},
	{.name = "label-smoothing", .type = GD_OPTION_REAL, .offset = AT(label_smoothing), .initial = "0", .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "E", .help = "share of a label that is spread over all classes, in training", .flags = BITS},
	{.name = "schedule", .type = GD_OPTION_CHOICE, .offset = AT(schedule), .initial = "constant", .choices = schedules, .help = "learning rate over the steps, after the warm-up", .flags = BITS},
	{.name = "gamma", .type = GD_OPTION_REAL, .offset = AT(gamma), .initial = "0.1", .minimum = 0, .maximum = 1, .argument = "X", .help = "factor of the step schedule", .flags = BITS},
	{.name = "step-epochs", .type = GD_OPTION_INTEGER, .offset = AT(step_epochs), .initial = "10", .minimum = 1, .maximum = 1000000, .argument = "N", .help = "epochs between two steps of the step schedule", .flags = BITS},
	{.name = "warmup-epochs", .type = GD_OPTION_REAL, .offset = AT(warmup_epochs), .initial = "0", .minimum = 0, .maximum = 1000000, .argument = "E", .help = "linear warm-up, fractions allowed", .flags = BITS},
	{.name = "epochs", .letter = 'e', .type = GD_OPTION_INTEGER, .offset = AT(epochs), .initial = "30", .minimum = 0, .maximum = 1000000, .argument = "N", .help = "passes over the training part; 0 writes the initial model", .flags = BITS},
	{.name = "batch-size", .letter = 'b', .type = GD_OPTION_INTEGER, .offset = AT(batch_size), .initial = "1024", .minimum = 1, .maximum = 16777216, .argument = "G", .help = "rows of the global batch, over all ranks", .flags = BITS},
	{.name = "drop-last", .type = GD_OPTION_FLAG, .offset = AT(drop_last), .initial = "off", .help = "leave out a last, shorter batch", .flags = BITS},
	{.name = "window", .type = GD_OPTION_INTEGER, .offset = AT(window), .initial = "all", .minimum = 0, .maximum = 9e15, .zero = "all", .argument = "ROWS", .help = "rows of the training part, over all ranks, that are in memory and from which an epoch's order draws at a time; the next ones are read meanwhile", .flags = BITS},
	{.name = "max-steps", .type = GD_OPTION_INTEGER, .offset = AT(max_steps), .minimum = 0, .maximum = 9e15, .argument = "N", .help = "stop after step N with a checkpoint; schedules still see all epochs", .flags = GD_NOT_KEPT},
	{.name = "max-epochs", .type = GD_OPTION_INTEGER, .offset = AT(max_epochs), .minimum = 0, .maximum = 1000000, .argument = "N", .help = "stop after epoch N with a checkpoint; schedules still see all epochs", .flags = GD_NOT_KEPT},
	{.name = "ema", .type = GD_OPTION_REAL, .offset = AT(ema), .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "D", .help = "decay of an exponential average of the parameters, which is validated and kept", .flags = BITS},
	{.name = "early-stop", .type = GD_OPTION_INTEGER, .offset = AT(early_stop), .minimum = 0, .maximum = 1000000, .argument = "N", .help = "stop after N epochs without a lower validation loss", .flags = BITS},
	{.name = "folds", .type = GD_OPTION_INTEGER, .offset = AT(folds), .initial = "0", .minimum = 0, .maximum = 1000, .argument = "K", .help = "cross-validation: the training part in K folds, of which one after the other is held out and scored", .flags = BITS},
	{.name = "fold", .type = GD_OPTION_INTEGER, .offset = AT(fold), .initial = "0", .minimum = 0, .maximum = 1000, .argument = "N", .help = "hold out fold N of --folds alone, as the validation part of one training", .flags = BITS},
	{.name = "refit", .type = GD_OPTION_FLAG, .offset = AT(refit), .initial = "off", .help = "after --folds train on all of the training part besides", .flags = GD_NOT_KEPT},
	{.name = "calibrate", .type = GD_OPTION_FLAG, .offset = AT(calibrate), .initial = "off", .help = "fit a temperature to the validation part after each epoch, choose the best epoch by the loss with it, and keep it in the model", .flags = BITS},
	{.name = "temperature", .type = GD_OPTION_REAL, .offset = AT(temperature), .minimum = 0, .maximum = 1000, .argument = "T", .help = "the model's temperature, where other rows have said it: its log-probabilities are divided by T", .flags = BITS},
	{.name = "seed", .letter = 's', .type = GD_OPTION_INTEGER, .offset = AT(seed), .initial = "0", .minimum = 0, .maximum = 9007199254740992.0, .argument = "N", .help = "of everything random", .flags = BITS},
	{.name = "shard-optimizer", .type = GD_OPTION_FLAG, .offset = AT(shard_optimizer), .initial = "off", .help = "each rank keeps the optimizer's moments of a slice of the parameters alone: for large networks, the same bits"},
	{.name = "reduction", .type = GD_OPTION_CHOICE, .offset = AT(reduction), .initial = "exact", .choices = reductions, .help = "exact: the same bits on any number of ranks; fast: float32 sums", .flags = BITS},
	{.name = "checkpoint-every", .type = GD_OPTION_INTEGER, .offset = AT(checkpoint_every), .initial = "-1", .minimum = -1, .maximum = 9e15, .argument = "N", .help = "steps between checkpoints; -1: an epoch's, at most one a second, 0: no such rule"},
	{.name = "checkpoint-seconds", .type = GD_OPTION_REAL, .offset = AT(checkpoint_seconds), .initial = "60", .minimum = 0, .maximum = 1e9, .argument = "S", .help = "seconds between checkpoints at most; 0: no such rule"},
	{.name = "time-limit", .type = GD_OPTION_REAL, .offset = AT(time_limit), .minimum = 0, .maximum = 1e9, .argument = "S", .help = "stop with a checkpoint before S seconds have passed", .flags = GD_NOT_KEPT},
	{.name = "watchdog", .type = GD_OPTION_REAL, .offset = AT(watchdog), .initial = "300", .minimum = 0, .maximum = 1e9, .argument = "S", .help = "end the job when a rank has not answered for S seconds; 0: never"},
	{.name = "initial", .type = GD_OPTION_TEXT, .unsets = true, .offset = AT(initial), .argument = "MODEL.h5", .help = "start from the weights of a model; what is not given of the network's shape is that of the model, too, with --preset auto", .flags = BITS},
	{.name = "resume", .type = GD_OPTION_FLAG, .offset = AT(resume), .initial = "off", .help = "go on in --run DIR where its checkpoint stands, on any number of ranks", .flags = GD_NOT_KEPT},
	{.name = "progress", .type = GD_OPTION_CHOICE, .offset = AT(progress), .initial = "auto", .choices = switches, .help = "a bar on a terminal, a line an epoch elsewhere", .flags = GD_NOT_KEPT},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only", .flags = GD_NOT_KEPT},
	{.name = "verbose", .letter = 'v', .type = GD_OPTION_FLAG, .offset = AT(verbose), .initial = "off", .help = "more talk", .flags = GD_NOT_KEPT},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list", .flags = GD_NOT_KEPT},
};

const gd_option_table gd_train_option_table = {options, sizeof options / sizeof options[0]};

/* Whether a line `name = text` of config.ini, or of a sweep's plan, reads back as it is. */
static bool fits_a_line(const char *text)
{
	const size_t length = strlen(text);
	bool fits = length < GD_LONGEST_LINE_TEXT && *text != ';' && *text != ' ' && text[length - 1] != ' ' && !strstr(text, " ;");
	for (const char *c = text; *c; c++)
		fits = fits && (unsigned char)*c >= ' ';
	return fits;
}

const char *gd_train_option_lacks(const gd_train_options *o, const gd_option *option)
{
	switch (option->offset) {
	case AT(gamma):
	case AT(step_epochs):
		return o->schedule == GD_STEP ? NULL : "--schedule step";
	case AT(periodic_scale):
		return o->initial ? "initial weights of its own, not --initial" : o->periodic ? NULL : "--periodic";
	case AT(periodic_width):
		return o->periodic ? NULL : "--periodic";
	case AT(beta1):
	case AT(beta2):
	case AT(epsilon):
		return o->optimizer == GD_SGD ? "--optimizer adam or adamw" : NULL;
	case AT(decay):
		return o->weight_decay > 0 ? NULL : "--weight-decay";
	case AT(activation):
	case AT(batch_norm):
	case AT(dropout):
		return o->hidden.count ? NULL : "a hidden layer, and --hidden is none";
	case AT(init):
	case AT(output_std):
		return o->initial ? "initial weights of its own, not --initial" : NULL;
	default:
		return NULL;
	}
}

gd_status gd_train_options_check(const gd_train_options *o)
{
	for (int i = 0; i < 2; i++) {
		const char *text = i ? o->initial : o->data;
		if (text && !fits_a_line(text))
			return gd_error(GD_USAGE, "--%s '%.200s': config.ini cannot keep this name (a ';' after a blank, a blank at an end, a line break, or over %d bytes); give the file another one, or a link to it",
				i ? "initial" : "data", text, GD_LONGEST_LINE_TEXT - 1);
	}
	if (o->nesterov && o->momentum == 0)
		return gd_error(GD_USAGE, "--nesterov needs --momentum above 0");
	if (o->optimizer != GD_SGD && (o->momentum > 0 || o->nesterov))
		return gd_error(GD_USAGE, "--momentum and --nesterov go with --optimizer sgd only; adam has --beta1");
	/* Of a preset's epochs nothing is known yet. */
	if (o->preset == GD_PRESET_STUDY && o->warmup_epochs > (double)o->epochs && o->epochs > 0)
		return gd_error(GD_USAGE, "--warmup-epochs %g is more than --epochs %lld", o->warmup_epochs, (long long)o->epochs);
	if (o->batch_norm && o->hidden.count && o->batch_size == 1)
		return gd_error(GD_USAGE, "--batch-norm needs two rows to tell their moments, and --batch-size is 1");
	if (o->members > 1 && !o->hidden.count)
		return gd_error(GD_USAGE, "--members needs a hidden layer that they can share, and --hidden is none");
	if (o->folds == 1)
		return gd_error(GD_USAGE, "--folds 1 would leave nothing to train on");
	if (o->fold > o->folds)
		return gd_error(GD_USAGE, "--fold %lld is more than --folds %lld", (long long)o->fold, (long long)o->folds);
	if (o->refit && (!o->folds || o->fold))
		return gd_error(GD_USAGE, "--refit goes with --folds alone, without --fold");
	if (o->temperature > 0 && o->temperature < 1e-3)
		return gd_error(GD_USAGE, "--temperature %g is below 0.001", o->temperature);
	if (o->temperature > 0 && o->calibrate)
		return gd_error(GD_USAGE, "--temperature and --calibrate contradict each other: one gives what the other fits");
	if (o->bins == 1)
		return gd_error(GD_USAGE, "--bins 1 would make every number a straight line; give 2 or more, or --encoding standard");
	if (o->bins && o->encoding != GD_ENCODE_PIECEWISE_LINEAR + 1 && (o->encoding || o->preset))
		return gd_error(GD_USAGE, "--bins goes with --encoding piecewise-linear");
	if (o->resume && !o->run)
		return gd_error(GD_USAGE, "--resume needs --run DIR, the directory to go on in");
	if (o->quiet && o->progress == 1)
		return gd_error(GD_USAGE, "--quiet and --progress on contradict each other");
	if (o->quiet && o->verbose)
		return gd_error(GD_USAGE, "--quiet and --verbose contradict each other");
	return gd_ok();
}

gd_status gd_train_options_encode(const gd_train_options *o, const gd_preprocessing *dataset, gd_preprocessing *encoded)
{
	gd_encoding_kind kind = o->encoding ? (gd_encoding_kind)(o->encoding - 1) : GD_ENCODE_STANDARD;
	bool open = false, numeric = false;
	for (int f = 0; f < dataset->features; f++) {
		open = open || dataset->tables[f].quantiles > 0;
		numeric = numeric || dataset->tables[f].knots > 0;
	}
	const char *settled = gd_preprocessing_encoding_word(dataset);
	if ((o->encoding || o->bins) && numeric && !open && (o->bins || strcmp(settled, gd_encoding_words[kind])))
		return gd_error(GD_USAGE, "--%s, but '%s' settles how its numbers enter a network (%s); leave the option out, or make the dataset anew with preprocess --encoding auto",
			o->encoding ? "encoding" : "bins", o->data, settled);
	/* What a preset decides is decided. */
	if (o->bins && o->encoding != GD_ENCODE_PIECEWISE_LINEAR + 1)
		return gd_error(GD_USAGE, "--bins goes with --encoding piecewise-linear%s", numeric ? "" : ", and with numbers, of which the dataset has none");
	gd_status status = gd_preprocessing_copy(dataset, encoded);
	if (gd_failed(&status) || !open)
		return status;
	status = gd_encoding_choose(encoded, kind, (int)o->bins);
	if (gd_failed(&status))
		gd_preprocessing_release(encoded);
	return status;
}

gd_optimizer_options gd_train_options_optimizer(const gd_train_options *o)
{
	return (gd_optimizer_options){
		.kind = (gd_optimizer_kind)o->optimizer,
		.momentum = o->momentum,
		.nesterov = o->nesterov,
		.beta1 = o->beta1,
		.beta2 = o->beta2,
		.epsilon = o->epsilon,
	};
}

gd_network_options gd_train_options_network(const gd_train_options *o, int inputs, int classes, const float *class_weights, const gd_encoding *encoding)
{
	return (gd_network_options){
		.inputs = inputs,
		.classes = classes,
		.hidden_count = o->hidden.count,
		.hidden = o->hidden.width,
		.activation = (gd_activation)o->activation,
		.batch_norm = o->batch_norm,
		.dropout = o->dropout,
		.input_dropout = o->input_dropout,
		.label_smoothing = o->label_smoothing,
		.class_weights = class_weights,
		.encoding = encoding,
		.members = (int)o->members,
		.periodic = (int)o->periodic,
		.periodic_scale = o->periodic_scale,
		.periodic_width = (int)o->periodic_width,
	};
}
