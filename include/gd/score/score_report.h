/* Scores as a table for people, or as one JSON object. Local. */
#ifndef GD_SCORE_REPORT_H
#define GD_SCORE_REPORT_H

#include <stdio.h>

#include "gd/network/scores.h"
#include "gd/score/importance.h"
#include "gd/score/ranking.h"

/* class_names [sums->classes]. */
void gd_score_report_table(FILE *out, const gd_score_sums *sums, const gd_ranking *ranking, char *const *class_names);
/* Names of the fields: data/README.md, "Scores". Strings are escaped. */
void gd_score_report_json_with(FILE *out, const gd_score_sums *sums, const gd_ranking *ranking, char *const *class_names, const gd_importance *importance); /* NULL: without */
void gd_score_report_json(FILE *out, const gd_score_sums *sums, const gd_ranking *ranking, char *const *class_names);

#endif
