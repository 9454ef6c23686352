#include "gd/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/output.h"
#include "gd/report/report_page.h"
#include "gd/run/run_directory.h"
#include "gd/sweep/tune.h"

static void put_page(gd_report_page *page, const gd_report_run *run)
{
	char title[300];
	snprintf(title, sizeof title, "Run %s", run->options->directory);
	gd_report_head(page->out, title);
	gd_report_summary(page, run);
	gd_report_training(page, run);
	gd_report_time(page, run);
	gd_report_scores(page, run);
	gd_report_data(page, run);
	gd_report_repeat(page, run);
}

/* Gathers first: what cannot be read leaves no page. */
static gd_status make_page(gd_report_page *page, gd_report_run *run)
{
	char sweep[GD_PATH_ROOM];
	const gd_report_options *options = run->options;
	snprintf(sweep, sizeof sweep, "%s/sweep.h5", options->directory);
	bool many = gd_file_exists(sweep), tuned = gd_tune_is(options->directory);
	gd_status status = tuned ? gd_report_tune(page, options) : many ? gd_report_sweep(page, options, sweep) : gd_report_run_read(run);
	if (gd_failed(&status))
		return status;
	if (!many && !tuned)
		put_page(page, run);
	gd_report_plots_missing(page);
	gd_report_foot(page->out, options->history);
	return gd_ok();
}

/* What the page is made of is not replaced by it. */
static gd_status check_output(const gd_report_options *options, const char *path)
{
	const char *inputs[GD_RUN_MODEL + 3] = {options->data};
	char sweep[GD_PATH_ROOM], paths[GD_RUN_MODEL + 1][GD_PATH_ROOM];
	snprintf(sweep, sizeof sweep, "%s/sweep.h5", options->directory);
	inputs[1] = sweep;
	for (gd_run_file file = GD_RUN_CONFIG; file <= GD_RUN_MODEL; file++)
		inputs[2 + file] = gd_run_path(options->directory, file, paths[file]);
	return gd_output_check_result(path, inputs, GD_RUN_MODEL + 3, &(gd_output_kind){"report", GD_REPORT_BEGINNING});
}

gd_status gd_report_write(const gd_report_options *options, char **output)
{
	gd_report_run run = {.options = options};
	gd_report_page page = {.plots = gd_ok()};
	char *html = NULL, *path = NULL;
	size_t size = 0;
	gd_status status = gd_ok();
	page.out = open_memstream(&html, &size);
	if (options->output ? !(path = strdup(options->output)) : asprintf(&path, "%s/report.html", options->directory) < 0) {
		path = NULL;
		status = gd_out_of_memory("a path");
	} else if (options->output) {
		status = check_output(options, path);
	}
	if (!gd_failed(&status))
		status = page.out ? make_page(&page, &run) : gd_out_of_memory("the report");
	if (page.out && fclose(page.out) && !gd_failed(&status))
		status = gd_out_of_memory("the report");
	if (!gd_failed(&status))
		status = gd_output_write(path, html, size);
	gd_report_run_release(&run);
	free(html);
	if (output && !gd_failed(&status))
		*output = path;
	else
		free(path);
	return status;
}
