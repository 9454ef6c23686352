#include "gd/preprocess/preprocess_write.h"

#include <math.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/preprocess/preprocess_ranges.h"

typedef struct writing {
	gd_preprocess *run;
	gd_part part; /* at hand */
	int64_t made; /* of this rank's rows in it */
	gd_walk walk; /* over these */
} writing;

static gd_status make_row(const writing *w, const double *codes, int64_t record, float *standardised)
{
	gd_preprocess *run = w->run;
	const gd_preprocessing *fitted = &run->header.preprocessing;
	char room[GD_EXCERPT_ROOM];
	gd_recipe_expand(&run->recipe, codes, run->features);
	gd_recipe_standardise(fitted, run->features, standardised);
	for (int j = 0; j < fitted->features; j++)
		if (!isfinite(standardised[j]))
			return gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "record %lld is too far out in '%s' to be standardised", (long long)record,
								     gd_excerpt(fitted->feature_names[j], room)));
	return gd_ok();
}

/* The next rows of this rank's own in a part. */
static gd_status make_rows(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *to)
{
	writing *w = context;
	gd_preprocess *run = w->run;
	(void)first;
	int64_t width = run->header.preprocessing.features;
	gd_status status = gd_ok();
	if (!w->made || part != w->part) {
		w->part = part;
		w->made = 0;
		w->walk = gd_walk_over(&run->rows.piles[part], 1);
		w->walk.consume = true;
	}
	for (int64_t i = 0; i < count && !gd_failed(&status); i++) {
		gd_row *row = gd_walk_next(&w->walk);
		if (!row)
			return run->spill.status;
		to->labels[i] = row->label;
		to->source_rows[i] = row->source_row;
		if (to->weights)
			to->weights[i] = row->weight;
		if (to->groups)
			to->groups[i] = (int32_t)(row->groups->high % GD_GROUP_SLOTS);
		status = make_row(w, gd_row_codes(&run->rows, row), row->source_row, to->features + i * width);
	}
	w->made += count;
	return status;
}

/* What the ranks have of the parts, in the stored order; a rank's neighbouring ranges are one piece. pieces [GD_PARTS * ranges], overwritten; how many there are. */
static size_t list_pieces(const gd_preprocess *run, gd_dataset_piece *pieces)
{
	size_t count = 0;
	int ranks = run->communicator->size;
	for (int part = 0; part < GD_PARTS; part++)
		for (int range = 0; range < GD_REGIONS * ranks; range++) {
			const int64_t *start = run->starts + range * GD_SPLIT_PARTS + part;
			gd_dataset_piece piece = {(gd_part)part, start[0], start[GD_SPLIT_PARTS] - start[0], range % ranks}, *last = count ? &pieces[count - 1] : NULL;
			if (piece.count && last && last->part == piece.part && last->rank == piece.rank)
				last->count += piece.count;
			else if (piece.count)
				pieces[count++] = piece;
		}
	return count;
}

gd_status gd_preprocess_write(gd_preprocess *run)
{
	writing w = {.run = run};
	run->communicator->phase = "writing the dataset";
	gd_dataset_piece *pieces = gd_allocate(GD_PARTS * GD_REGIONS * (size_t)run->communicator->size, sizeof *pieces);
	gd_status status = pieces ? gd_ok() : gd_out_of_memory("the order of the records");
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_dataset_write_together(run->communicator, run->output, &run->header, pieces, list_pieces(run, pieces), make_rows, &w);
	free(pieces);
	return status;
}
