#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/base/random.h"
#include "unit.h"

const char *const unit_suite = "options";

typedef struct settings {
	bool help, batch_norm, progress_bar;
	int64_t epochs, max_steps, seed, ranks;
	double learning_rate, momentum, dropout, test_fraction, anything;
	int schedule, class_weights;
	const char *data, *run;
	gd_widths hidden;
} settings;

static const char *const schedules[] = {"constant", "step", "cosine", "one-cycle", NULL};
static const char *const weightings[] = {"none", "balanced", NULL};

#define AT(member) .offset = offsetof(settings, member)

static const gd_option options[] = {
	{"help", 'h', GD_OPTION_FLAG, AT(help), .initial = "off", .help = "this page"},
	{"batch-norm", 0, GD_OPTION_FLAG, AT(batch_norm), .initial = "off", .help = "batch normalisation over the global batch"},
	{"progress-bar", 'b', GD_OPTION_FLAG, AT(progress_bar), .initial = "on", .help = "a bar"},
	{"epochs", 'e', GD_OPTION_INTEGER, AT(epochs), .initial = "30", .minimum = 0, .maximum = 1000000, .help = "passes over the training part"},
	{"max-steps", 0, GD_OPTION_INTEGER, AT(max_steps), .initial = "off", .minimum = 0, .maximum = INFINITY, .help = "stop after step N"},
	{"seed", 0, GD_OPTION_INTEGER, AT(seed), .help = "everything random"},
	{"ranks", 0, GD_OPTION_INTEGER, AT(ranks), .initial = "1", .minimum = 1, .maximum = 64},
	{"learning-rate", 0, GD_OPTION_REAL, AT(learning_rate), .initial = "0.003", .minimum = 0, .maximum = INFINITY, .above_minimum = true,
		.help = "step size"},
	{"momentum", 0, GD_OPTION_REAL, AT(momentum), .initial = "0", .minimum = 0, .maximum = 1, .below_maximum = true, .help = "of sgd"},
	{"dropout", 0, GD_OPTION_REAL, AT(dropout), .initial = "0.2", .minimum = 0, .maximum = 0.9, .argument = "P", .help = "inverted dropout"},
	{"test-fraction", 0, GD_OPTION_REAL, AT(test_fraction), .initial = "0.3", .minimum = 0, .maximum = 1, .above_minimum = true, .below_maximum = true},
	{"anything", 0, GD_OPTION_REAL, AT(anything)},
	{"schedule", 0, GD_OPTION_CHOICE, AT(schedule), .initial = "constant", .choices = schedules,
		.help = "how the learning rate changes from step to step, which this sentence says at such a length that it takes a second line"},
	{"class-weights", 0, GD_OPTION_CHOICE, AT(class_weights), .initial = "none", .choices = weightings},
	{"data", 'd', GD_OPTION_TEXT, AT(data), .initial = "data/spotify.h5", .argument = "FILE.h5", .help = "the dataset"},
	{"run", 0, GD_OPTION_TEXT, AT(run), .argument = "DIR", .help = "the run directory"},
	{"hidden", 0, GD_OPTION_WIDTHS, AT(hidden), .initial = "256,256", .help = "widths of the hidden layers"},
};
enum { COUNT = sizeof options / sizeof *options };
static const gd_option_table table = {options, COUNT};

static settings defaults(void)
{
	settings values;
	memset(&values, 0xA5, sizeof values);
	gd_options_initialise(&table, &values);
	return values;
}

/* Parses the words, which end with NULL. */
static gd_status parse(settings *values, bool *given, const char **arguments, int *count, const char *const *words)
{
	char *argv[32];
	int argc = 0;
	for (; words[argc]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc];
	return gd_options_parse(&table, values, argc, argv, given, arguments, count);
}

#define WORDS(...) (const char *const[]){__VA_ARGS__, NULL}

static void initial_values(void)
{
	settings values = defaults();
	CU_ASSERT_FALSE(values.help);
	CU_ASSERT_TRUE(values.progress_bar);
	CU_ASSERT_EQUAL(values.epochs, 30);
	CU_ASSERT_EQUAL(values.max_steps, 0);
	CU_ASSERT_EQUAL(values.seed, 0);
	CU_ASSERT_EQUAL(values.learning_rate, 0.003);
	CU_ASSERT_EQUAL(values.anything, 0);
	CU_ASSERT_EQUAL(values.schedule, 0);
	CU_ASSERT_STRING_EQUAL(values.data, "data/spotify.h5");
	CU_ASSERT_PTR_NULL(values.run);
	CU_ASSERT_EQUAL(values.hidden.count, 2);
	CU_ASSERT_EQUAL(values.hidden.width[0], 256);
	CU_ASSERT_EQUAL(values.hidden.width[1], 256);
}

static void command_line(void)
{
	settings values = defaults();
	bool given[COUNT] = {false};
	const char *arguments[32];
	int count = -1;
	gd_status status = parse(&values, given, arguments, &count, WORDS("first.h5", "--epochs=7", "--learning-rate", "1e-2", "--batch_norm", "-bhe", "9",
		"--no-progress-bar", "-dother.h5", "--schedule", "one_cycle", "-", "--class-weights=balanced", "--hidden", "64, 32,16", "--seed", "-3",
		"--run=--odd", "--", "--epochs", "-x"));
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(values.epochs, 9);
	CU_ASSERT_EQUAL(values.learning_rate, 0.01);
	CU_ASSERT_TRUE(values.batch_norm);
	CU_ASSERT_TRUE(values.help);
	CU_ASSERT_FALSE(values.progress_bar);
	CU_ASSERT_STRING_EQUAL(values.data, "other.h5");
	CU_ASSERT_STRING_EQUAL(values.run, "--odd");
	CU_ASSERT_EQUAL(values.schedule, 3);
	CU_ASSERT_EQUAL(values.class_weights, 1);
	CU_ASSERT_EQUAL(values.seed, -3);
	CU_ASSERT_EQUAL(values.hidden.count, 3);
	CU_ASSERT_EQUAL(values.hidden.width[1], 32);
	CU_ASSERT_EQUAL(count, 4);
	CU_ASSERT_STRING_EQUAL(arguments[0], "first.h5");
	CU_ASSERT_STRING_EQUAL(arguments[1], "-");
	CU_ASSERT_STRING_EQUAL(arguments[2], "--epochs");
	CU_ASSERT_STRING_EQUAL(arguments[3], "-x");
	for (size_t i = 0; i < COUNT; i++) {
		const char *name = options[i].name;
		bool left = strcmp(name, "max-steps") == 0 || strcmp(name, "ranks") == 0 || strcmp(name, "momentum") == 0 || strcmp(name, "dropout") == 0 ||
			    strcmp(name, "test-fraction") == 0 || strcmp(name, "anything") == 0;
		CU_ASSERT_EQUAL(given[i], !left);
	}
	values = defaults();
	status = parse(&values, NULL, arguments, &count, WORDS("--batch-norm", "--batch-norm=off", "--epochs", "1", "--epochs", "2", "--no-help", "-d", "-"));
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_FALSE(values.batch_norm);
	CU_ASSERT_EQUAL(values.epochs, 2);
	CU_ASSERT_STRING_EQUAL(values.data, "-");
}

static void refuse(const char *message, const char *const *words)
{
	settings values = defaults();
	const char *arguments[32];
	int count;
	gd_status status = parse(&values, NULL, arguments, &count, words);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	CU_ASSERT_STRING_EQUAL(status.message, message);
	if (strcmp(status.message, message) != 0)
		printf("(%s) ", status.message);
}

static void messages(void)
{
	refuse("unknown option '--epoch'; did you mean '--epochs'?", WORDS("--epoch=3"));
	refuse("unknown option '--runs'; did you mean '--run'?", WORDS("--runs=3"));
	refuse("unknown option '--learning'; did you mean '--learning-rate'?", WORDS("--learning", "3"));
	refuse("unknown option '--no-epochz'; --help lists them all", WORDS("--no-epochz"));
	refuse("unknown option '--quantum'; --help lists them all", WORDS("--quantum"));
	refuse("unknown option '--'; --help lists them all", WORDS("--=3"));
	refuse("unknown option '-z'; --help lists them all", WORDS("-z"));
	refuse("--epochs: expected a whole number from 0 to 1000000, found '-3'", WORDS("--epochs", "-3"));
	refuse("-e: expected a whole number from 0 to 1000000, found 'many'", WORDS("-emany"));
	refuse("--epochs: expected a whole number from 0 to 1000000, found '1.5'", WORDS("--epochs=1.5"));
	refuse("--epochs: expected a whole number from 0 to 1000000, found ''", WORDS("--epochs="));
	refuse("--epochs: expected a whole number from 0 to 1000000, found nothing", WORDS("--epochs"));
	refuse("--epochs: expected a whole number from 0 to 1000000, found '1000001'", WORDS("--epochs=1000001"));
	refuse("--max-steps: expected a whole number of at least 0, found '-1'", WORDS("--max-steps=-1"));
	refuse("--data: expected FILE.h5, found ''", WORDS("--data", ""));
	refuse("--data: expected FILE.h5, found ''", WORDS("--data="));
	refuse("--ranks: expected a whole number from 1 to 64, found 'none'", WORDS("--ranks", "none"));
	refuse("--seed: expected a whole number, found '9223372036854775808'", WORDS("--seed", "9223372036854775808"));
	refuse("--learning-rate: expected a number above 0, found '0'", WORDS("--learning-rate=0"));
	refuse("--learning-rate: expected a number above 0, found 'off'", WORDS("--learning-rate=off"));
	refuse("--learning-rate: expected a number above 0, found 'inf'", WORDS("--learning-rate=inf"));
	refuse("--anything: expected a number, found 'nan'", WORDS("--anything=nan"));
	refuse("--momentum: expected a number from 0 to below 1, found '1'", WORDS("--momentum=1"));
	refuse("--dropout: expected a number from 0 to 0.9, found '0.91'", WORDS("--dropout=0.91"));
	refuse("--test-fraction: expected a number above 0 and below 1, found '1'", WORDS("--test-fraction=1"));
	refuse("--schedule: expected constant, step, cosine or one-cycle, found 'cosin'", WORDS("--schedule=cosin"));
	refuse("--schedule: expected constant, step, cosine or one-cycle, found 'none'", WORDS("--schedule=none"));
	refuse("--batch-norm: expected on or off, found 'maybe'", WORDS("--batch-norm=maybe"));
	refuse("--no-batch-norm: takes no value, found 'on'", WORDS("--no-batch-norm=on"));
	refuse("'--epochs' is no flag; write --epochs=VALUE", WORDS("--no-epochs"));
	refuse("--run: expected DIR, found nothing", WORDS("--run"));
	refuse("--run: expected a value, found '--help'; if that is the value, write --run=--help", WORDS("--run", "--help"));
	refuse("--hidden: expected up to 64 whole numbers from 1 to 1048576 with commas between, or none, found '3,,4'", WORDS("--hidden=3,,4"));
	refuse("--hidden: expected up to 64 whole numbers from 1 to 1048576 with commas between, or none, found '3,0'", WORDS("--hidden=3,0"));
	refuse("--hidden: expected up to 64 whole numbers from 1 to 1048576 with commas between, or none, found '3,'", WORDS("--hidden=3,"));
	refuse("--hidden: expected up to 64 whole numbers from 1 to 1048576 with commas between, or none, found ''", WORDS("--hidden="));
}

static void switched_off(void)
{
	static const char *const words[] = {"none", "off", "0"};
	for (size_t i = 0; i < 3; i++) {
		settings values = defaults();
		values.class_weights = values.batch_norm = true;
		values.max_steps = 5;
		static const char *const names[] = {"epochs", "max_steps", "dropout", "class-weights", "batch-norm", "hidden", "data"};
		for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
			gd_status status = gd_options_set(&table, &values, names[j], words[i], NULL);
			CU_ASSERT_EQUAL(status.code, GD_OK);
		}
		CU_ASSERT_EQUAL(values.epochs, 0);
		CU_ASSERT_EQUAL(values.max_steps, 0);
		CU_ASSERT_EQUAL(values.dropout, 0);
		CU_ASSERT_EQUAL(values.class_weights, 0);
		CU_ASSERT_FALSE(values.batch_norm);
		CU_ASSERT_EQUAL(values.hidden.count, 0);
		CU_ASSERT_STRING_EQUAL(values.data, words[i]);
	}
}

static void setting(void)
{
	settings values = defaults();
	gd_status status = gd_options_set(&table, &values, "epochs", "x", "line 3 of 'x.ini'");
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	CU_ASSERT_STRING_EQUAL(status.message, "line 3 of 'x.ini': expected a whole number from 0 to 1000000, found 'x'");
	CU_ASSERT_EQUAL(values.epochs, 30);
	status = gd_options_set(&table, &values, "hidden", "1,2,x", NULL);
	CU_ASSERT_STRING_EQUAL(status.message, "--hidden: expected up to 64 whole numbers from 1 to 1048576 with commas between, or none, found '1,2,x'");
	CU_ASSERT_EQUAL(values.hidden.count, 2);
	status = gd_options_set(&table, &values, "drop_out", "0", "here");
	CU_ASSERT_STRING_EQUAL(status.message, "here: unknown option 'drop_out'; did you mean 'dropout'?");
	CU_ASSERT_PTR_EQUAL(gd_options_find(&table, "max_steps"), &options[4]);
	CU_ASSERT_PTR_NULL(gd_options_find(&table, "max"));
	CU_ASSERT_PTR_NULL(gd_options_find(&table, "max-steps-"));
	char many[400] = "1";
	for (int i = 1; i < GD_MAX_WIDTHS; i++)
		strcat(many, ",1");
	status = gd_options_set(&table, &values, "hidden", many, NULL);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(values.hidden.count, GD_MAX_WIDTHS);
	status = gd_options_set(&table, &values, "hidden", strcat(many, ",1"), NULL);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
}

/* The option's value as text, then into a second struct: the same value, and the same text again. */
static void goes_round(const settings *values)
{
	settings copy = defaults();
	for (size_t i = 0; i < COUNT; i++) {
		char text[1024], again[1024];
		gd_options_format(&options[i], values, text, sizeof text);
		gd_status status = gd_options_set(&table, &copy, options[i].name, text, NULL);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		gd_options_format(&options[i], &copy, again, sizeof again);
		CU_ASSERT_STRING_EQUAL(text, again);
		if (options[i].type == GD_OPTION_TEXT) { /* the text lives in this block only */
			const char **place = (const char **)(void *)((char *)&copy + options[i].offset);
			CU_ASSERT_EQUAL(*place != NULL, text[0] != '\0');
			*place = NULL;
		}
	}
	CU_ASSERT_EQUAL(copy.help, values->help);
	CU_ASSERT_EQUAL(copy.batch_norm, values->batch_norm);
	CU_ASSERT_EQUAL(copy.progress_bar, values->progress_bar);
	CU_ASSERT_EQUAL(copy.epochs, values->epochs);
	CU_ASSERT_EQUAL(copy.max_steps, values->max_steps);
	CU_ASSERT_EQUAL(copy.seed, values->seed);
	CU_ASSERT_EQUAL(copy.ranks, values->ranks);
	CU_ASSERT_EQUAL(memcmp(&copy.learning_rate, &values->learning_rate, sizeof(double)), 0);
	CU_ASSERT_EQUAL(memcmp(&copy.dropout, &values->dropout, sizeof(double)), 0);
	CU_ASSERT_EQUAL(memcmp(&copy.anything, &values->anything, sizeof(double)), 0);
	CU_ASSERT_EQUAL(copy.schedule, values->schedule);
	CU_ASSERT_EQUAL(copy.class_weights, values->class_weights);
	CU_ASSERT_EQUAL(copy.hidden.count, values->hidden.count);
	CU_ASSERT_EQUAL(memcmp(copy.hidden.width, values->hidden.width, sizeof(int) * (size_t)values->hidden.count), 0);
}

static void round_trip(void)
{
	settings values = defaults();
	goes_round(&values);
	values.data = "none";
	values.run = "a run/with blanks = and more";
	values.hidden = (gd_widths){0};
	values.seed = INT64_MIN;
	values.max_steps = INT64_MAX;
	values.schedule = 3;
	values.help = true;
	values.progress_bar = false;
	values.anything = -0.0;
	goes_round(&values);
	for (uint64_t i = 0; i < 3000; i++) {
		uint64_t bits = gd_random_bits(5, i);
		memcpy(&values.anything, &bits, sizeof bits);
		if (!isfinite(values.anything))
			values.anything = i % 2 ? DBL_TRUE_MIN : -DBL_MAX;
		values.learning_rate = gd_random_uniform(6, i);
		values.dropout = (double)(bits % 900) / 1000;
		values.seed = (int64_t)bits;
		values.hidden.count = (int)(bits % GD_MAX_WIDTHS);
		for (int j = 0; j < values.hidden.count; j++)
			values.hidden.width[j] = 1 + (int)(gd_random_bits(i, (uint64_t)j) % 100000);
		goes_round(&values);
	}
}

static void shortest_text(void)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0.1, "0.1"}, {1e-8, "1e-8"}, {0.003, "0.003"}, {1000000, "1000000"}, {30, "30"}, {0.30000000000000004, "0.30000000000000004"}, {1e300, "1e300"},
		{-2.5, "-2.5"}, {0, "0"}, {1.0 / 3, "0.3333333333333333"}, {123456789, "123456789"}, {1e15, "1000000000000000"}, {1e16, "1e16"}, {1.5e-7, "1.5e-7"},
	};
	settings values = defaults();
	char text[64];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		values.anything = cases[i].value;
		gd_options_format(gd_options_find(&table, "anything"), &values, text, sizeof text);
		CU_ASSERT_STRING_EQUAL(text, cases[i].text);
	}
	gd_options_format(gd_options_find(&table, "data"), &values, text, 5);
	CU_ASSERT_STRING_EQUAL(text, "data");
}

static gd_status read_ini(settings *values, const char *text, bool *given, gd_arena *arena)
{
	gd_status status = gd_file_write(unit_path("x.ini"), text, strlen(text));
	CU_ASSERT_EQUAL(status.code, GD_OK);
	return gd_options_read(&table, values, unit_path("x.ini"), given, arena);
}

static void configuration(void)
{
	settings values = defaults();
	gd_arena arena = {0};
	bool given[COUNT] = {false};
	given[3] = true; /* epochs */
	values.epochs = 77;
	gd_status status = read_ini(&values,
		"\xef\xbb\xbf# a comment\r\n; another\r\n\r\nepochs = 5\r\nLEARNING = 1\n", given, &arena);
	CU_ASSERT_EQUAL(status.code, GD_USAGE); /* names are as they are written */
	status = read_ini(&values,
		"\xef\xbb\xbf# a comment\r\n; another\r\n\r\nepochs = 5\r\nlearning_rate=0.5 ; a remark\n  batch-norm : on\n"
		"run = runs/with blanks\nmax-steps = none\nhidden = none\nschedule = one-cycle", given, &arena);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(values.epochs, 77);
	CU_ASSERT_EQUAL(values.learning_rate, 0.5);
	CU_ASSERT_TRUE(values.batch_norm);
	CU_ASSERT_STRING_EQUAL(values.run, "runs/with blanks");
	CU_ASSERT_EQUAL(values.hidden.count, 0);
	CU_ASSERT_EQUAL(values.schedule, 3);
	CU_ASSERT_TRUE(given[1]);
	CU_ASSERT_FALSE(given[5]);
	/* Lines longer than inih's own 200 bytes, and no line at all. */
	char text[5000] = "run = ";
	for (int i = 0; i < 450; i++)
		strcat(text, "directory/");
	strcat(text, "\nepochs = 4\n");
	status = read_ini(&values, text, NULL, &arena);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_EQUAL(strlen(values.run), 4500);
	CU_ASSERT_EQUAL(values.epochs, 4);
	status = read_ini(&values, "", NULL, &arena);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	gd_arena_release(&arena);
}

static void bad_configuration(void)
{
	static const struct {
		const char *text, *message; /* %s: the path */
	} cases[] = {
		{"epochs = 3\n\nepoch = 4\n", "line 3 of '%s': unknown option 'epoch'; did you mean 'epochs'?"},
		{"# x\nepochs = -1\n", "line 2 of '%s': epochs: expected a whole number from 0 to 1000000, found '-1'"},
		{"epochs = 3 # three\n", "line 1 of '%s': epochs: expected a whole number from 0 to 1000000, found '3 # three'"},
		{"epochs = 3\nnonsense\nepochs = x\n", "line 2 of '%s': expected 'name = value'"},
		{"epochs = x\nnonsense\n", "line 1 of '%s': epochs: expected a whole number from 0 to 1000000, found 'x'"},
		{"epochs = 3\nseed = 4\nepochs = 5\n", "line 3 of '%s': epochs: set a second time"},
		{"epochs = 3\n[train]\nseed = 4\n", "line 3 of '%s': 'seed' stands in section '[train]'; options have no sections"},
		{"[train\nseed = 4\n", "line 1 of '%s': expected 'name = value'"},
		{"hidden = 256,\n  128\n", "line 1 of '%s': hidden: expected up to 64 whole numbers from 1 to 1048576 with commas between, or none, found '256,'"},
		{"epochs = 3\n\xff\n", "cannot read '%s': not a text in UTF-8"},
	};
	gd_arena arena = {0};
	settings values;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char expected[1024], path[512];
		snprintf(path, sizeof path, "%s", unit_path("x.ini"));
		const char *place = strstr(cases[i].message, "%s");
		snprintf(expected, sizeof expected, "%.*s%s%s", (int)(place - cases[i].message), cases[i].message, path, place + 2);
		values = defaults();
		gd_status status = read_ini(&values, cases[i].text, NULL, &arena);
		CU_ASSERT_EQUAL(status.code, GD_USAGE);
		CU_ASSERT_STRING_EQUAL(status.message, expected);
		if (strcmp(status.message, expected) != 0)
			printf("(%s) ", status.message);
	}
	gd_status status = gd_options_read(&table, &values, unit_path("absent.ini"), NULL, &arena);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, "absent.ini': no such file or directory"));
	gd_arena_release(&arena);
}

static void help_page(void)
{
	char *page = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&page, &size);
	gd_options_help(&table, GD_ON_COMMAND_LINE, out);
	fclose(out);
	static const char *const lines[] = {
		"  -h, --help                      this page\n",
		"      --batch-norm                batch normalisation over the global batch\n",
		"  -b, --[no-]progress-bar         a bar (default on)\n",
		"  -e, --epochs N                  passes over the training part (from 0 to 1000000; default 30)\n",
		"      --max-steps N               stop after step N (at least 0; default off)\n",
		"      --seed N                    everything random\n",
		"      --learning-rate X           step size (above 0; default 0.003)\n",
		"      --dropout P                 inverted dropout (from 0 to 0.9; default 0.2)\n",
		"      --schedule WORD             how the learning rate changes from step to step, which this\n"
		"                                  sentence says at such a length that it takes a second line\n"
		"                                  (constant, step, cosine or one-cycle; default constant)\n",
		"      --class-weights WORD        (none or balanced; default none)\n",
		"  -d, --data FILE.h5              the dataset (default data/spotify.h5)\n",
		"      --run DIR                   the run directory\n",
		"      --hidden N,N                widths of the hidden layers (default 256,256)\n",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		CU_ASSERT_PTR_NOT_NULL(strstr(page, lines[i]));
		if (!strstr(page, lines[i]))
			printf("(missing: %s) ", lines[i]);
	}
	for (char *line = strtok(page, "\n"); line; line = strtok(NULL, "\n"))
		CU_ASSERT(strlen(line) <= 100);
	free(page);
}

const unit_test unit_tests[] = {
	{"defaults", initial_values},
	{"a command line", command_line},
	{"what is wrong is said", messages},
	{"none, off and 0", switched_off},
	{"setting one option", setting},
	{"values go round through text", round_trip},
	{"the shortest text of a number", shortest_text},
	{"a configuration file", configuration},
	{"bad configuration files", bad_configuration},
	{"the page of help", help_page},
	{NULL, NULL},
};
