#include "gd/cli/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/base/output.h"
#include "gd/cli/dialect_options.h"
#include "gd/run/machine.h"
#include "gd/score/predictor.h"
#include "gd/store/file_kind.h"

typedef struct predict_options {
	gd_dialect_options dialect;
	const char *output, *keep;
	bool strict, quiet, help;
} predict_options;

#define AT(member) offsetof(predict_options, member)
static const gd_option options[] = {
	{.name = "output", .letter = 'o', .type = GD_OPTION_TEXT, .offset = AT(output), .argument = "OUT.csv", .help = "where the predictions go, a file, device or pipe, in the place of older predictions but of no other file; by default, or for -, stdout"},
	{.name = "keep", .letter = 'k', .type = GD_OPTION_TEXT, .offset = AT(keep), .argument = "COLUMN,...", .help = "columns of the table that are carried into the output, behind the probabilities"},
	{.name = "strict", .type = GD_OPTION_FLAG, .offset = AT(strict), .initial = "off", .help = "end at the first record that is unlike the training part, with exit code 3, instead of a warning"},
	GD_DIALECT_OPTIONS(predict_options),
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only, besides the result"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	predict_options o;
	gd_ensemble ensemble = {0};
	int count = 0;
	const char **paths = gd_allocate((size_t)argc, sizeof *paths);
	char hosts[1024];
	gd_options_initialise(&table, &o);
	gd_status mine = paths ? gd_options_parse(&table, &o, argc - 1, argv + 1, NULL, paths, &count) : gd_out_of_memory("the arguments");
	if (!gd_failed(&mine) && count < 2)
		mine = gd_error(GD_USAGE, "predict needs a model and a CSV: genre-dist predict runs/first/model.h5 songs.csv -o genres.csv");
	if (!gd_failed(&mine) && communicator->rank == 0 && gd_file_is_no_hdf5(paths[0]) && gd_file_exists(paths[count - 1]) && !gd_file_is_no_hdf5(paths[count - 1]))
		mine = gd_error(GD_USAGE, "'%s' is no model; models come first, the table last: genre-dist predict runs/first/model.h5 songs.csv", paths[0]);
	if (gd_output_is_stdout(o.output))
		o.output = NULL;
	if (!gd_failed(&mine))
		mine = gd_dialect_check(&o.dialect);
	if (!gd_failed(&mine) && o.output && communicator->rank == 0)
		mine = gd_output_check_result(o.output, paths, count, &(gd_output_kind){"predictions", "row,predicted"});
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		if (communicator->size > 1)
			status = gd_machine_survey(communicator, hosts, sizeof hosts);
	}
	if (!gd_failed(&status))
		status = gd_ensemble_read(communicator, paths, count - 1, &ensemble);
	const gd_predict_options how = {.dialect = o.dialect, .output = o.output, .keep = o.keep, .strict = o.strict};
	if (!gd_failed(&status))
		status = gd_predict(communicator, &ensemble, paths[count - 1], &how);
	if (!gd_failed(&status) && o.output)
		gd_log_note("wrote '%s'", o.output);
	gd_ensemble_release(&ensemble);
	free(paths);
	return gd_command_finish(&status);
}

const gd_command gd_command_predict = {
	.name = "predict",
	.summary = "classify the records of a raw CSV",
	.usage = "MODEL.h5... INPUT.csv [-o OUT.csv]",
	.description = "Classifies the records of a raw CSV: the model carries its preprocessing. The CSV needs the columns that the features are made of, in any order, and no target. "
		       "Out come a row a record: row, predicted, and the probability of each class; of several models the probabilities are averaged.",
	.options = &table,
	.collective = run_command,
	.alone = true,
	.examples = GD_ENTRIES({"genre-dist predict runs/first/model.h5 new.csv -o genres.csv", "the genres of other songs"}),
};
