/* Scores as a table for people, or as one JSON object. Local. */
#ifndef GD_SCORE_REPORT_H
#define GD_SCORE_REPORT_H

#include <stdio.h>

#include "gd/network/scores.h"

/* class_names [sums->classes]. */
void gd_score_report_table(FILE *out, const gd_score_sums *sums, char *const *class_names);
/* Names of the fields: README, "evaluate --json". Strings are escaped. */
void gd_score_report_json(FILE *out, const gd_score_sums *sums, char *const *class_names);

#endif
