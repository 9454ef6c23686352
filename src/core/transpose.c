#include "gd/transpose.h"

/* Tiles keep the lines of both sides in the first-level cache. */
enum { TILE = 16 };

static void full_tile(size_t rows, size_t columns, const float *restrict in, float *restrict out)
{
	for (size_t c = 0; c < TILE; c++)
		for (size_t r = 0; r < TILE; r++)
			out[c * rows + r] = in[r * columns + c];
}

static void part_of_tile(size_t rows, size_t columns, size_t height, size_t width, const float *restrict in, float *restrict out)
{
	for (size_t c = 0; c < width; c++)
		for (size_t r = 0; r < height; r++)
			out[c * rows + r] = in[r * columns + c];
}

void gd_transpose(size_t rows, size_t columns, const float *in, float *out)
{
	for (size_t r = 0; r < rows; r += TILE) {
		for (size_t c = 0; c < columns; c += TILE) {
			size_t height = rows - r < TILE ? rows - r : TILE, width = columns - c < TILE ? columns - c : TILE;
			const float *from = in + r * columns + c;
			float *to = out + c * rows + r;
			if (height == TILE && width == TILE)
				full_tile(rows, columns, from, to);
			else
				part_of_tile(rows, columns, height, width, from, to);
		}
	}
}

void gd_transpose_ref(size_t rows, size_t columns, const float *in, float *out)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < columns; c++)
			out[c * rows + r] = in[r * columns + c];
}
