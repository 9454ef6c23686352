/* A part of a dataset, held in blocks over the ranks, on which networks are scored. */
#ifndef GD_EVALUATION_H
#define GD_EVALUATION_H

#include "gd/kernel/row_form.h"
#include "gd/network/network.h"
#include "gd/network/scores.h"
#include "gd/parallel/communicator.h"
#include "gd/store/dataset.h"

/* Rows are cut into global blocks of this many, whatever the number of ranks; a rank holds whole blocks. */
enum { GD_EVALUATION_ROWS = 256 };

typedef struct gd_evaluation gd_evaluation;

/* One network of an ensemble. */
typedef struct gd_member {
	const gd_network *network;
	const float *parameters, *statistics;
	double temperature; /* of its probabilities; 0: they stay as they are */
} gd_member;

/* Local. Floats of scratch for gd_members_infer on `rows` rows. */
size_t gd_members_workspace(const gd_member *members, int member_count, int rows);
/* Local. Mean of the members' probabilities, mean [classes, rows], for x [features, rows]. */
void gd_members_infer(const gd_member *members, int member_count, int rows, const float *x, float *workspace, float *mean);

/* Collective. Reads this rank's share of `part`: O(rows/ranks); rows are packed where levels of categories make up most of them (gd/features/levels.h). */
GD_CHECKED gd_status gd_evaluation_create(gd_communicator *communicator, gd_dataset *dataset, gd_part part, gd_evaluation **evaluation);
/* Collective. The same rows, read anew in pieces each time they are scored: O(1). Cannot be shuffled. */
GD_CHECKED gd_status gd_evaluation_stream(gd_communicator *communicator, gd_dataset *dataset, gd_part part, gd_evaluation **evaluation);
/* Local. Bytes of a row on its way to an evaluation: its place among all as int64, its label as int32, its weight and its `width` features or packed words as floats. */
size_t gd_evaluation_entry(int width);
/*
 * Collective. Of rows that the ranks hold in whatever order, packed if `form` has words (and it is then the evaluation's), entries [count] of gd_evaluation_entry bytes on this one, whose weights count if it is
 * `weighted`; the places of all ranks' are those below `total`, once each.
 */
GD_CHECKED gd_status gd_evaluation_deal(gd_communicator *communicator, int features, gd_row_form *form, int classes, bool weighted, int64_t total, const char *entries, size_t count, gd_evaluation **evaluation);
void gd_evaluation_free(gd_evaluation *evaluation);

/* Collective. Scores the mean of the members' probabilities, rows by their weights where the dataset has any; the sums are the same on every rank, whatever their number. */
GD_CHECKED gd_status gd_evaluation_run(gd_evaluation *evaluation, const gd_member *members, int member_count, gd_score_sums *sums);

/* Local. All features of some columns [count], rising, become the places of their values in a row, which are fewer where it is packed; their number. */
int gd_evaluation_find_places(const gd_evaluation *evaluation, int *features, int count);
/*
 * Collective. Deals out the values at such places [count] among all rows, together: row i gets those of row p(i), p being the permutation of `key`. `kept` [rows of this rank * count] gets
 * what was there, and gd_evaluation_restore (Local) puts it back.
 */
GD_CHECKED gd_status gd_evaluation_shuffle(gd_evaluation *evaluation, const int *places, int count, uint64_t key, float *kept);
void gd_evaluation_restore(gd_evaluation *evaluation, const int *places, int count, const float *kept);
/* Local. Rows of this rank. */
int64_t gd_evaluation_rows(const gd_evaluation *evaluation);
gd_communicator *gd_evaluation_communicator(const gd_evaluation *evaluation);

#endif
