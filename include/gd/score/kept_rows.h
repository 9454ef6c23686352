/* Rows of a table that were scored piece by piece, kept by the ranks that scored them and dealt out as an evaluation, in the table's order. */
#ifndef GD_KEPT_ROWS_H
#define GD_KEPT_ROWS_H

#include "gd/base/buffer.h"
#include "gd/score/evaluation.h"

typedef struct gd_kept_rows {
	int features;
	gd_row_form form;  /* no words: rows are kept as they are */
	bool weighted;
	gd_buffer entries; /* of this rank, in the order of its pieces: the record's number as int64, the label as int32, the weight, the features or packed words */
	gd_buffer pieces;  /* rank 0's, in the table's order: a gd_kept_piece each */
	int64_t total;     /* rank 0's: rows of all pieces */
} gd_kept_rows;

/* What rank 0 is told of a piece that has rows. */
typedef struct gd_kept_piece {
	int64_t number; /* of its first kept record */
	int64_t rows;
	int64_t place; /* of its first row among all; rank 0 finds it */
} gd_kept_piece;

/* Local. None yet, of rows that such preprocessing makes. */
GD_CHECKED gd_status gd_kept_rows_init(gd_kept_rows *kept, const gd_preprocessing *preprocessing);
/* Local. A row of the piece at hand: features [features], standardised; the weight is looked at if the rows have any. */
GD_CHECKED gd_status gd_kept_rows_add(gd_kept_rows *kept, int64_t number, int32_t label, float weight, const float *features);
/* Local. The piece's rows are those behind the first `before` bytes of `entries`; what is told of them is appended to `result`. */
GD_CHECKED gd_status gd_kept_rows_tell(const gd_kept_rows *kept, size_t before, gd_buffer *result);
/* Local, on rank 0. What was told of the pieces, in their order. */
GD_CHECKED gd_status gd_kept_rows_hear(gd_kept_rows *kept, const char *result, size_t length);
/* Collective. All rows as an evaluation, which does not depend on the ranks; the kept ones are released. */
GD_CHECKED gd_status gd_kept_rows_evaluation(gd_kept_rows *kept, gd_communicator *communicator, int classes, gd_evaluation **evaluation);
void gd_kept_rows_release(gd_kept_rows *kept);

#endif
