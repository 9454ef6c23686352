#include "gd/kernel/transpose.h"

#include "gd/kernel/transpose_kernels.h"

enum { SIDE = 8 };

void gd_transpose(size_t rows, size_t columns, const float *in, size_t in_row, float *out, size_t out_row)
{
	if (rows < SIDE || columns < SIDE)
		gd_transpose_ref(rows, columns, in, in_row, out, out_row);
	else
		GD_CHOSEN(gd_transpose_kernels)->all(rows, columns, in, in_row, out, out_row);
}

void gd_transpose_ref(size_t rows, size_t columns, const float *in, size_t in_row, float *out, size_t out_row)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < columns; c++)
			out[c * out_row + r] = in[r * in_row + c];
}

void gd_transpose_chosen(size_t rows, size_t columns, const float *in, size_t stride, const uint64_t *index, float *out, size_t pitch)
{
	if (rows < SIDE || columns < SIDE)
		gd_transpose_chosen_ref(rows, columns, in, stride, index, out, pitch);
	else
		GD_CHOSEN(gd_transpose_kernels)->chosen(rows, columns, in, stride, index, out, pitch);
}

void gd_transpose_chosen_ref(size_t rows, size_t columns, const float *in, size_t stride, const uint64_t *index, float *out, size_t pitch)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < columns; c++)
			out[c * pitch + r] = in[index[r] * stride + c];
}
