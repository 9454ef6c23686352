/* What the sections of a report share. Private to the report. */
#ifndef GD_REPORT_PAGE_H
#define GD_REPORT_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "gd/network/scores.h"
#include "gd/report/plot.h"
#include "gd/report/report.h"
#include "gd/score/importance.h"
#include "gd/score/ranking.h"
#include "gd/store/checkpoint.h"
#include "gd/store/dataset.h"
#include "gd/store/history.h"

/* A run directory, as far as it can be read. */
typedef struct gd_report_run {
	const gd_report_options *options;
	char *configuration;      /* config.ini, or NULL */
	bool has_state, has_model;
	gd_checkpoint state;      /* the newest */
	gd_checkpoint model;      /* model.h5, or best.h5 */
	gd_history history;
	gd_dataset *dataset;      /* NULL: see no_dataset */
	char no_dataset[600];     /* why */
	bool scored;
	gd_part scored_part;
	const char *scored_model; /* a file's name */
	gd_score_sums sums;       /* with its rows */
	gd_ranking ranking;
	gd_importance importance; /* on the scored rows */
	bool no_importance;       /* it would take too long */
} gd_report_run;

typedef struct gd_report_page {
	FILE *out;
	gd_status plots; /* the first failure of gnuplot, after which there are no more */
	int plot_count;
} gd_report_page;

/* Reads what there is of run->options->directory, and scores the model on its dataset. GD_BAD_DATA where it is no run directory. */
GD_CHECKED gd_status gd_report_run_read(gd_report_run *run);
void gd_report_run_release(gd_report_run *run);
/* From the checkpoint's groups; NULL where there is no such entry. */
const char *gd_report_setting(const gd_report_run *run, const char *name);
const char *gd_report_provenance(const gd_report_run *run, const char *name);

/* The page around its sections. */
/* By which a page is known again. */
#define GD_REPORT_BEGINNING "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\""
void gd_report_head(FILE *out, const char *title);
void gd_report_foot(FILE *out, const char *command);
/* A plot in a figure with a caption; nothing if there is nothing to see, or gnuplot has failed before. */
void gd_report_plot(gd_report_page *page, const gd_plot *plot, const char *caption);
/* <th scope="row"> and a cell of text, as a row. */
void gd_report_row(FILE *out, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A cell with a number that is also the strength of its colour: amount within [-1, 1]. */
void gd_report_heat(FILE *out, double amount, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What says that plots are missing, if they are. */
void gd_report_plots_missing(const gd_report_page *page);
/* A sweep's page, up to its foot, from its sweep.h5; on failure nothing is of use. */
GD_CHECKED gd_status gd_report_sweep(gd_report_page *page, const gd_report_options *options, const char *path);
/* A tuning's, from the races below its directory. */
GD_CHECKED gd_status gd_report_tune(gd_report_page *page, const gd_report_options *options);

/* The sections of a run's page, in their order. */
void gd_report_summary(gd_report_page *page, const gd_report_run *run);
void gd_report_training(gd_report_page *page, const gd_report_run *run);
void gd_report_time(gd_report_page *page, const gd_report_run *run);
void gd_report_scores(gd_report_page *page, const gd_report_run *run);
/* Within the scores: the ROC curve of each class, and accuracy by confidence. */
void gd_report_curves(gd_report_page *page, const gd_report_run *run);
/* Within the scores: what each column is worth. */
void gd_report_importance(gd_report_page *page, const gd_report_run *run);
void gd_report_data(gd_report_page *page, const gd_report_run *run);
void gd_report_repeat(gd_report_page *page, const gd_report_run *run);

#endif
