#include "gd/cli/commands.h"

#include <stdlib.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/base/output.h"
#include "gd/score/export.h"

typedef struct export_options {
	const char *output;
	bool quiet, help;
} export_options;

#define AT(member) offsetof(export_options, member)
static const gd_option options[] = {
	{.name = "output", .letter = 'o', .type = GD_OPTION_TEXT, .offset = AT(output), .argument = "MODEL.onnx", .help = "where the graph goes, in the place of an older one but of no other file"},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
#undef AT
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

/* Fields 1 and 2 of a graph: its version and who made it. */
static const gd_output_kind own_graph = {"exported model", "\x08\x08\x12\x0agenre-dist"};

static gd_status write_graph(const gd_ensemble *ensemble, const char *output)
{
	gd_protobuf file = {0};
	gd_status status = gd_export(ensemble, &file);
	if (!gd_failed(&status))
		status = gd_output_write(output, file.bytes, file.size);
	gd_protobuf_release(&file);
	return status;
}

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	export_options o;
	gd_ensemble ensemble = {0};
	int count = 0;
	const char **paths = gd_allocate((size_t)argc, sizeof *paths);
	gd_options_initialise(&table, &o);
	gd_status mine = paths ? gd_options_parse(&table, &o, argc - 1, argv + 1, NULL, paths, &count) : gd_out_of_memory("the arguments");
	if (!gd_failed(&mine) && (!count || !o.output))
		mine = gd_error(GD_USAGE, "export needs a model and an output: genre-dist export runs/first/model.h5 -o model.onnx");
	if (!gd_failed(&mine) && communicator->rank == 0)
		mine = gd_output_check_result(o.output, paths, count, &own_graph);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		status = gd_ensemble_read(communicator, paths, count, &ensemble);
	}
	if (!gd_failed(&status)) {
		mine = communicator->rank == 0 ? write_graph(&ensemble, o.output) : gd_ok();
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status) && communicator->rank == 0)
		gd_log_note("wrote '%s'", o.output);
	gd_ensemble_release(&ensemble);
	free(paths);
	return gd_command_finish(&status);
}

const gd_command gd_command_export = {
	.name = "export",
	.summary = "write a model as an ONNX graph, preprocessing included",
	.usage = "MODEL.h5... -o MODEL.onnx",
	.description = "Writes a model as one ONNX graph (opset 17, and ai.onnx.ml 3 for texts) from a table's columns to label and probabilities, preprocessing included; of several models the probabilities are averaged. "
		       "Inputs are [rows, 1]: a double for a number (NaN: none), year, month and day as int64 for a date (a year of -1: none), a string for a text (empty: none). "
		       "What is left to the caller to parse, and of which column an input is that has another name, stands in the model's doc_string.",
	.options = &table,
	.collective = run_command,
	.examples = GD_ENTRIES({"genre-dist export runs/first/model.h5 -o genres.onnx", "for ONNX Runtime, where MPI is not"}),
};
