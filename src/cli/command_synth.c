#include "gd/cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/base/output.h"
#include "gd/base/sha256.h"
#include "gd/preprocess/preprocess.h"
#include "gd/schema/shipped.h"
#include "gd/songs/profile.h"
#include "gd/songs/synth.h"
#include "gd/songs/synth_dataset.h"
#include "gd/store/file_kind.h"

typedef struct synth_options {
	const char *output, *profile, *make_profile;
	int64_t rows, seed;
	bool force, quiet, help;
} synth_options;

enum { OUTPUT, ROWS, SEED, PROFILE, MAKE_PROFILE, FORCE, QUIET, HELP, OPTIONS };
static const char default_output[] = "data/synthetic_songs.csv";
/* A dataset of more rows is made without holding them. */
enum { MOST_HELD_ROWS = 100000 };

#define AT(member) offsetof(synth_options, member)
static const gd_option options[OPTIONS] = {
	[OUTPUT] = {.name = "output", .letter = 'o', .type = GD_OPTION_TEXT, .offset = AT(output), .argument = "FILE",
		.help = "FILE.csv, or FILE.h5 for a dataset ready to train; by default data/synthetic_songs.csv"},
	[ROWS] = {.name = "rows", .type = GD_OPTION_INTEGER, .offset = AT(rows), .initial = "32833", .minimum = 1, .maximum = 1e11, .argument = "N",
		.help = "number of songs; more rows of one seed only add to fewer"},
	[SEED] = {.name = "seed", .type = GD_OPTION_INTEGER, .offset = AT(seed), .initial = "0", .minimum = 0, .maximum = 9e18, .argument = "N",
		.help = "another seed, other songs"},
	[PROFILE] = {.name = "profile", .type = GD_OPTION_TEXT, .offset = AT(profile), .argument = "FILE",
		.help = "draw from this profile instead of the one built in"},
	[MAKE_PROFILE] = {.name = "make-profile", .type = GD_OPTION_TEXT, .offset = AT(make_profile), .argument = "SONGS.csv",
		.help = "draw nothing: measure these songs and write their profile to -o FILE"},
	[FORCE] = {.name = "force", .letter = 'f', .type = GD_OPTION_FLAG, .offset = AT(force), .initial = "off", .help = "overwrite the output"},
	[QUIET] = {.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only"},
	[HELP] = {.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, OPTIONS};

static gd_status check_usage(const synth_options *o, const bool *given, int argument_count, const char *const *arguments)
{
	if (argument_count)
		return gd_error(GD_USAGE, "synth takes no argument, found '%s'; -o FILE names the file to write", arguments[0]);
	if (!o->make_profile)
		return gd_ok();
	for (int i = ROWS; i <= PROFILE; i++)
		if (given[i])
			return gd_error(GD_USAGE, "--make-profile draws no songs, so --%s does not go with it", options[i].name);
	if (!o->output)
		return gd_error(GD_USAGE, "--make-profile needs the file to write: -o FILE.profile");
	return gd_ok();
}

static gd_status check_output(const synth_options *o)
{
	const char *const inputs[] = {o->make_profile, o->profile}, *output = o->output ? o->output : default_output;
	gd_status status = o->output ? gd_output_check(output) : gd_ok();
	if (!gd_failed(&status))
		status = gd_output_check_inputs(output, inputs, 2);
	if (!gd_failed(&status))
		status = o->force ? gd_file_check_forced(output, false) : gd_output_check_new(output);
	return status;
}

static gd_status make_profile(const synth_options *o)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return gd_out_of_memory("a profile");
	gd_status status = gd_profile_measure(o->make_profile, out);
	if (fclose(out) != 0 && !gd_failed(&status))
		status = gd_out_of_memory("a profile");
	if (!gd_failed(&status))
		status = gd_output_write(o->output, text, size);
	if (!gd_failed(&status))
		gd_log_note("wrote the profile of '%s' to '%s', %zu bytes", o->make_profile, o->output, size);
	free(text);
	return status;
}

static void hash_text(const void *text, size_t size, char sha256[65])
{
	gd_sha256 hash;
	uint8_t digest[32];
	gd_sha256_init(&hash);
	gd_sha256_update(&hash, text, size);
	gd_sha256_finish(&hash, digest);
	gd_sha256_hex(digest, sha256);
}

static gd_status read_profile(const synth_options *o, gd_profile *profile, char sha256[65])
{
	void *bytes = NULL;
	size_t size = 0;
	if (!o->profile) {
		hash_text(gd_shipped_profile, strlen(gd_shipped_profile), sha256);
		return gd_profile_read("built in", gd_shipped_profile, profile);
	}
	gd_status status = gd_file_read(o->profile, GD_USAGE, &bytes, &size);
	char *text = gd_failed(&status) ? NULL : strndup(bytes, size);
	if (!gd_failed(&status))
		hash_text(bytes, size, sha256);
	if (!gd_failed(&status))
		status = text ? gd_profile_read(o->profile, text, profile) : gd_out_of_memory("a profile");
	free(text);
	free(bytes);
	return status;
}

/* The dataset that `preprocess` with its defaults would make of the CSV. */
static gd_status write_dataset(const synth_options *o, const char *name, gd_synth *synth)
{
	const gd_preprocess_options preprocess = {
		.input = name,
		.output = o->output,
		.split = GD_SPLIT_RANDOM,
		.test_fraction = 0.3,
		.validation_fraction = 0.1,
		.force = true,
		.history = gd_command_line(),
		.out = o->quiet ? NULL : stdout,
		.source = gd_synth_deliver,
		.source_context = synth,
	};
	return gd_preprocess_run(&preprocess, NULL);
}

static bool names_dataset(const char *path)
{
	size_t length = strlen(path);
	return length > 3 && !strcmp(path + length - 3, ".h5");
}

/* One process draws, and holds what a dataset is made of. */
static gd_status draw(const synth_options *o, const char *name, gd_synth *synth)
{
	const char *output = o->output ? o->output : default_output;
	gd_status status = o->output ? gd_ok() : gd_directory_make("data");
	if (!gd_failed(&status))
		status = names_dataset(output) ? write_dataset(o, name, synth) : gd_synth_write(synth, output);
	if (!gd_failed(&status))
		gd_log_note("drew %lld songs (%lld tracks, seed %lld) into '%s'", (long long)o->rows, (long long)synth->tracks, (long long)o->seed, output);
	return status;
}

static gd_status draw_together(gd_communicator *communicator, const synth_options *o, const char *name, const char *sha256, const gd_synth *synth)
{
	const gd_synth_dataset_options large = {
		.songs = *synth,
		.name = name,
		.profile_sha256 = sha256,
		.output = o->output,
		.history = gd_command_line(),
		.out = o->quiet ? NULL : stdout,
	};
	gd_status status = gd_synth_dataset_write(communicator, &large);
	if (!gd_failed(&status))
		gd_log_note("drew %lld songs (seed %lld) into '%s'", (long long)o->rows, (long long)o->seed, o->output);
	return status;
}

static gd_status run(gd_communicator *communicator, const synth_options *o)
{
	gd_profile profile = {0};
	char sha256[65] = "", name[64];
	bool together = !o->make_profile && o->output && names_dataset(o->output) && o->rows > MOST_HELD_ROWS;
	gd_synth synth = {.profile = &profile, .seed = (uint64_t)o->seed, .rows = o->rows};
	snprintf(name, sizeof name, "synthetic songs of seed %lld", (long long)o->seed);
	gd_status mine = communicator->rank == 0 ? check_output(o) : gd_ok();
	if (!gd_failed(&mine) && !o->make_profile && (together || communicator->rank == 0))
		mine = read_profile(o, &profile, sha256);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status) && together) {
		status = draw_together(communicator, o, name, sha256, &synth);
	} else if (!gd_failed(&status)) {
		/* The others wait for as long as it takes. */
		communicator->watchdog = 0;
		if (communicator->rank == 0)
			mine = o->make_profile ? make_profile(o) : draw(o, name, &synth);
		status = gd_agree(communicator, &mine);
	}
	gd_profile_release(&profile);
	return status;
}

static int run_ranks(gd_communicator *communicator, int argc, char **argv)
{
	synth_options o;
	bool given[OPTIONS] = {false};
	int argument_count = 0;
	const char **arguments = gd_allocate((size_t)argc, sizeof *arguments);
	gd_options_initialise(&table, &o);
	gd_status mine = arguments ? gd_options_parse(&table, &o, argc - 1, argv + 1, given, arguments, &argument_count)
				   : gd_out_of_memory("the arguments");
	if (!gd_failed(&mine))
		mine = check_usage(&o, given, argument_count, arguments);
	free(arguments);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		status = run(communicator, &o);
	}
	return gd_command_finish(&status);
}

static int run_alone(int argc, char **argv)
{
	gd_communicator alone = {.mpi = MPI_COMM_NULL, .size = 1, .phase = "synth"};
	return run_ranks(&alone, argc, argv);
}

const gd_command gd_command_synth = {
	.name = "synth",
	.summary = "draw songs from the shipped statistical profile",
	.usage = "[-o FILE.csv|FILE.h5] [--rows N] [--seed N]\n--make-profile SONGS.csv -o FILE.profile",
	.description = "Draws songs from a statistical profile of real ones (a Gaussian copula per genre). Names in them are made up. The same seed gives the same bytes on every machine. "
		       "A profile holds aggregates alone, no record of any song.\n\n"
		       "A dataset of up to 100,000 rows is what preprocess makes of the CSV. A larger one is drawn by all ranks, the same on any number of them, in memory that does not grow "
		       "with it: its parts are shares of all rows at random, not of each class.",
	.options = &table,
	.local = run_alone,
	.collective = run_ranks,
	.examples = GD_ENTRIES(
		{"genre-dist synth -o songs.h5", "a dataset ready to train"},
		{"mpirun -n 8 genre-dist synth -o big.h5 --rows 20000000", "a large one, drawn by eight ranks"}),
};
