#include "gd/kernel/row_form.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/kernel/transpose.h"

bool gd_row_form_init(gd_row_form *form, int features)
{
	size_t room = (size_t)features;
	*form = (gd_row_form){.run = gd_allocate(room, sizeof *form->run), .absent = gd_allocate(room, sizeof *form->absent), .present = gd_allocate(room, sizeof *form->present)};
	bool complete = form->run && form->absent && form->present;
	if (!complete)
		gd_row_form_release(form);
	return complete;
}

void gd_row_form_release(gd_row_form *form)
{
	free(form->run);
	free(form->absent);
	free(form->present);
	*form = (gd_row_form){0};
}

void gd_row_form_add(gd_row_form *form, int count, bool levels)
{
	gd_row_run *last = form->runs ? &form->run[form->runs - 1] : NULL;
	if (last && !last->levels && !levels)
		last->count += count;
	else
		form->run[form->runs++] = (gd_row_run){form->features, count, form->words, levels};
	form->features += count;
	form->words += levels ? 1 : count;
}

/* The number of the one value that differs from `absent`, `count` for none, or -1. */
static int32_t find_level(const float *values, const float *absent, const float *present, int count)
{
	uint32_t differing = 0, place = 0;
	for (int i = 0; i < count; i++) {
		uint32_t value, usual;
		memcpy(&value, values + i, sizeof value);
		memcpy(&usual, absent + i, sizeof usual);
		differing += value != usual;
		place += value != usual ? (uint32_t)i : 0;
	}
	if (!differing)
		return count;
	return differing == 1 && memcmp(values + place, present + place, sizeof *values) == 0 ? (int32_t)place : -1;
}

bool gd_row_form_pack(const gd_row_form *form, size_t count, const float *rows, float *packed)
{
	for (size_t r = 0; r < count; r++, rows += form->features, packed += form->words)
		for (int i = 0; i < form->runs; i++) {
			const gd_row_run *run = &form->run[i];
			if (!run->levels) {
				memcpy(packed + run->word, rows + run->first, (size_t)run->count * sizeof *rows);
				continue;
			}
			int32_t level = find_level(rows + run->first, form->absent + run->first, form->present + run->first, run->count);
			if (level < 0)
				return false;
			memcpy(packed + run->word, &level, sizeof level);
		}
	return true;
}

static void expand_levels(const gd_row_form *form, const gd_row_run *run, size_t count, const float *packed, size_t stride, const uint64_t *index, float *out, size_t pitch)
{
	for (int i = 0; i < run->count; i++) {
		const float usual = form->absent[run->first + i];
		float *to = out + (size_t)(run->first + i) * pitch;
		for (size_t r = 0; r < count; r++)
			to[r] = usual;
	}
	for (size_t r = 0; r < count; r++) {
		int32_t level;
		memcpy(&level, packed + index[r] * stride + run->word, sizeof level);
		assert(level >= 0 && level <= run->count);
		if (level < run->count)
			out[(size_t)(run->first + level) * pitch + r] = form->present[run->first + level];
	}
}

void gd_row_form_expand(const gd_row_form *form, size_t count, const float *packed, size_t stride, const uint64_t *index, float *out, size_t pitch)
{
	for (int i = 0; i < form->runs; i++) {
		const gd_row_run *run = &form->run[i];
		if (run->levels)
			expand_levels(form, run, count, packed, stride, index, out, pitch);
		else
			gd_transpose_chosen(count, (size_t)run->count, packed + run->word, stride, index, out + (size_t)run->first * pitch, pitch);
	}
}
