/* Matrix transposition. Local. */
#ifndef GD_TRANSPOSE_H
#define GD_TRANSPOSE_H

#include <stddef.h>

/* out [columns, rows] from in [rows, columns], both contiguous and row-major; they do not overlap. */
void gd_transpose(size_t rows, size_t columns, const float *in, float *out);
void gd_transpose_ref(size_t rows, size_t columns, const float *in, float *out);

#endif
