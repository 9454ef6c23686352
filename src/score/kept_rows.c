#include "gd/score/kept_rows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "gd/features/levels.h"

gd_status gd_kept_rows_init(gd_kept_rows *kept, const gd_preprocessing *preprocessing)
{
	*kept = (gd_kept_rows){.features = preprocessing->features};
	return gd_levels_form(preprocessing, &kept->form);
}

static int width_of(const gd_kept_rows *kept)
{
	return kept->form.words ? kept->form.words : kept->features;
}

static size_t entry_bytes(const gd_kept_rows *kept)
{
	return gd_evaluation_entry(width_of(kept));
}

gd_status gd_kept_rows_add(gd_kept_rows *kept, int64_t number, int32_t label, float weight, const float *features)
{
	if (!gd_buffer_reserve(&kept->entries, entry_bytes(kept)))
		return gd_out_of_memory("the rows to be scored");
	gd_buffer_add(&kept->entries, &number, sizeof number);
	gd_buffer_add(&kept->entries, &label, sizeof label);
	gd_buffer_add(&kept->entries, &weight, sizeof weight);
	if (!kept->form.words) {
		gd_buffer_add(&kept->entries, features, (size_t)kept->features * sizeof *features);
		return gd_ok();
	}
	if (!gd_row_form_pack(&kept->form, 1, features, (float *)(void *)(kept->entries.bytes + kept->entries.length)))
		return gd_error(GD_FAILED, "record %" PRId64 " is not what the model's recipe says that it makes of one", number);
	kept->entries.length += (size_t)kept->form.words * sizeof(float);
	return gd_ok();
}

gd_status gd_kept_rows_tell(const gd_kept_rows *kept, size_t before, gd_buffer *result)
{
	gd_kept_piece piece = {.rows = (int64_t)((kept->entries.length - before) / entry_bytes(kept))};
	if (!piece.rows)
		return gd_ok();
	memcpy(&piece.number, kept->entries.bytes + before, sizeof piece.number);
	if (!gd_buffer_reserve(result, sizeof piece))
		return gd_out_of_memory("the rows to be scored");
	gd_buffer_add(result, &piece, sizeof piece);
	return gd_ok();
}

gd_status gd_kept_rows_hear(gd_kept_rows *kept, const char *result, size_t length)
{
	gd_kept_piece piece;
	if (!length)
		return gd_ok();
	memcpy(&piece, result, sizeof piece);
	piece.place = kept->total;
	kept->total += piece.rows;
	if (!gd_buffer_reserve(&kept->pieces, sizeof piece))
		return gd_out_of_memory("the rows to be scored");
	gd_buffer_add(&kept->pieces, &piece, sizeof piece);
	return gd_ok();
}

/* The piece that begins with record `number`. */
static const gd_kept_piece *find_piece(const gd_kept_piece *pieces, size_t count, int64_t number)
{
	size_t low = 0;
	for (size_t more = count; more > 1;) {
		size_t half = more / 2;
		low = pieces[low + half].number <= number ? low + half : low;
		more -= half;
	}
	return &pieces[low];
}

/* Each entry's number becomes its place; whole pieces follow one another. */
static void place_entries(gd_kept_rows *kept, const gd_kept_piece *pieces, size_t count)
{
	size_t bytes = entry_bytes(kept);
	for (size_t at = 0; at < kept->entries.length;) {
		int64_t number, place;
		memcpy(&number, kept->entries.bytes + at, sizeof number);
		const gd_kept_piece *piece = find_piece(pieces, count, number);
		for (int64_t i = 0; i < piece->rows; i++, at += bytes) {
			place = piece->place + i;
			memcpy(kept->entries.bytes + at, &place, sizeof place);
		}
	}
}

gd_status gd_kept_rows_evaluation(gd_kept_rows *kept, gd_communicator *communicator, int classes, gd_evaluation **evaluation)
{
	void *pieces = NULL;
	size_t size = kept->pieces.length;
	*evaluation = NULL;
	gd_status mine = gd_ok();
	if (communicator->rank == 0 && !(pieces = malloc(size + 1)))
		mine = gd_out_of_memory("the rows to be scored");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status) && communicator->rank == 0 && size)
		memcpy(pieces, kept->pieces.bytes, size);
	if (!gd_failed(&status))
		status = gd_broadcast_allocated(communicator, &pieces, &size);
	if (!gd_failed(&status))
		status = gd_broadcast(communicator, &kept->total, sizeof kept->total);
	if (!gd_failed(&status)) {
		place_entries(kept, pieces, size / sizeof(gd_kept_piece));
		status = gd_evaluation_deal(communicator, kept->features, &kept->form, classes, kept->weighted, kept->total, kept->entries.bytes, kept->entries.length / entry_bytes(kept), evaluation);
	}
	free(pieces);
	gd_kept_rows_release(kept);
	return status;
}

void gd_kept_rows_release(gd_kept_rows *kept)
{
	gd_buffer_release(&kept->entries);
	gd_buffer_release(&kept->pieces);
	gd_row_form_release(&kept->form);
}
