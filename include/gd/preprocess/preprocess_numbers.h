/* On several ranks: what number each record is of those with its content. */
#ifndef GD_PREPROCESS_NUMBERS_H
#define GD_PREPROCESS_NUMBERS_H

#include "gd/parallel/ask.h"
#include "gd/preprocess/preprocess_run.h"
#include "gd/preprocess/preprocess_slices.h"

/* Of a rank's record, its content in a tally, and how many of it the rank has in front. */
typedef struct gd_numbered {
	int64_t entry, occurrence;
} gd_numbered;

/* Zeroed at first; to be released. */
typedef struct gd_numbers {
	gd_numbered *items; /* [room]: of the records of a slice, in their order */
	size_t count, room, next;
	gd_tally asked;     /* of what ranks asked this one */
	gd_ask_room asking;
} gd_numbers;

/* By which a row has its place. */
static inline gd_content gd_placing_of(const gd_row *row)
{
	return row->test ? gd_content_apart(row->content) : row->content;
}

/* Collective. Of the contents of this rank's rows in a slice, how many records are in front of its own: count[0] in `tally`. And what number each row has of its content. */
GD_CHECKED gd_status gd_numbers_find(gd_numbers *numbers, gd_preprocess *run, const gd_slices *slices, const gd_slice *slice, gd_tally *tally);
/* Local. That number of the slice's next record, by the tally that it was found with. */
int64_t gd_numbers_next(gd_numbers *numbers, const gd_tally *tally);
void gd_numbers_release(gd_numbers *numbers);

#endif
