/* Matrix transposition. Local. */
#ifndef GD_TRANSPOSE_H
#define GD_TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

/* out [columns, rows] from in [rows, columns], both row-major, their rows out_row and in_row floats apart; they do not overlap. */
void gd_transpose(size_t rows, size_t columns, const float *in, size_t in_row, float *out, size_t out_row);
void gd_transpose_ref(size_t rows, size_t columns, const float *in, size_t in_row, float *out, size_t out_row);

/* Row r of `rows` is the `columns` floats at in + index[r] * stride; out [columns, rows] with `pitch` floats from one of its rows to the next. */
void gd_transpose_chosen(size_t rows, size_t columns, const float *in, size_t stride, const uint64_t *index, float *out, size_t pitch);
void gd_transpose_chosen_ref(size_t rows, size_t columns, const float *in, size_t stride, const uint64_t *index, float *out, size_t pitch);

#endif
