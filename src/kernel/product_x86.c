#include "gd/kernel/product.h"

#ifdef __x86_64__
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE static inline __attribute__((always_inline))

/* 28 sums of 32 registers, two of b and one of a; 12 sums of 16. */
enum { HEIGHT512 = 14, WIDTH512 = 32, HEIGHT2 = 6, WIDTH2 = 16, SIDE = 8 };

/* Eight floats from `column` on of eight rows, the last ones again where there are fewer, turned: panel[l*pitch + i]. */
AVX2 INLINE void turn_square(const float *const row[SIDE], size_t column, size_t pitch, float *panel)
{
	__m256 in[SIDE], two[SIDE], four[SIDE];
#pragma GCC unroll 8
	for (int r = 0; r < SIDE; r++)
		in[r] = _mm256_loadu_ps(row[r] + column);
#pragma GCC unroll 4
	for (int r = 0; r < SIDE; r += 2) {
		two[r] = _mm256_unpacklo_ps(in[r], in[r + 1]);
		two[r + 1] = _mm256_unpackhi_ps(in[r], in[r + 1]);
	}
#pragma GCC unroll 2
	for (int r = 0; r < SIDE; r += 4) {
		four[r] = _mm256_shuffle_ps(two[r], two[r + 2], 0x44);
		four[r + 1] = _mm256_shuffle_ps(two[r], two[r + 2], 0xee);
		four[r + 2] = _mm256_shuffle_ps(two[r + 1], two[r + 3], 0x44);
		four[r + 3] = _mm256_shuffle_ps(two[r + 1], two[r + 3], 0xee);
	}
#pragma GCC unroll 4
	for (int l = 0; l < SIDE / 2; l++)
		_mm256_storeu_ps(panel + (size_t)l * pitch, _mm256_permute2f128_ps(four[l], four[l + 4], 0x20));
#pragma GCC unroll 4
	for (int l = 0; l < SIDE / 2; l++)
		_mm256_storeu_ps(panel + (size_t)(l + 4) * pitch, _mm256_permute2f128_ps(four[l], four[l + 4], 0x31));
}

/* A square's eight floats may reach past a panel's row into the next one, which therefore is written later: the last square of each row first. */
AVX2 INLINE void turn(int count, int depth, const float *from, size_t across, int width, float *panel)
{
	int l = 0;
	for (; l + SIDE <= depth; l += SIDE) {
		for (int first = (count - 1) / SIDE * SIDE; first >= 0; first -= SIDE) {
			const float *row[SIDE];
			for (int i = 0; i < SIDE; i++)
				row[i] = from + (size_t)(first + i < count ? first + i : count - 1) * across;
			turn_square(row, (size_t)l, (size_t)width, panel + l * width + first);
		}
	}
	for (; l < depth; l++)
		for (int i = 0; i < count; i++)
			panel[l * width + i] = from[(size_t)i * across + (size_t)l];
}

AVX2 INLINE void copy(int count, int depth, const float *from, size_t along, int width, float *panel)
{
	if (count == width)
		for (int l = 0; l < depth; l++)
			memcpy(panel + l * width, from + (size_t)l * along, (size_t)width * sizeof *panel);
	else
		for (int l = 0; l < depth; l++)
			memcpy(panel + l * width, from + (size_t)l * along, (size_t)count * sizeof *panel);
}

AVX2 INLINE void pack(int count, int depth, const float *from, size_t across, size_t along, int width, float *panel)
{
	if (across == 1)
		copy(count, depth, from, along, width, panel);
	else
		turn(count, depth, from, across, width, panel);
}

AVX2 static void pack_left2(int count, int depth, const float *from, size_t across, size_t along, float *panel)
{
	pack(count, depth, from, across, along, HEIGHT2, panel);
}

AVX2 static void pack_right2(int count, int depth, const float *from, size_t across, size_t along, float *panel)
{
	pack(count, depth, from, across, along, WIDTH2, panel);
}

/* At most a vector's floats of each row, which a call of memcpy() would take longer to count than to copy. */
AVX512 static void pack_left512(int count, int depth, const float *from, size_t across, size_t along, float *panel)
{
	const __mmask16 some = (__mmask16)((1u << count) - 1);
	if (across == 1)
		for (int l = 0; l < depth; l++)
			_mm512_mask_storeu_ps(panel + l * HEIGHT512, some, _mm512_maskz_loadu_ps(some, from + (size_t)l * along));
	else
		turn(count, depth, from, across, HEIGHT512, panel);
}

AVX512 static void pack_right512(int count, int depth, const float *from, size_t across, size_t along, float *panel)
{
	pack(count, depth, from, across, along, WIDTH512, panel);
}

/* `height` and `vectors` are constants where this is inlined; the last vector has the lanes of `mask`. */
AVX512 INLINE void sums512(int height, int vectors, __mmask16 mask, int depth, const float *left, const float *right, size_t right_row, bool add, float *c, size_t c_row)
{
	__m512 sum[HEIGHT512][2], b[2];
#pragma GCC unroll 14
	for (int i = 0; i < height; i++)
#pragma GCC unroll 2
		for (int v = 0; v < vectors; v++)
			sum[i][v] = _mm512_setzero_ps();
	for (int l = 0; l < depth; l++, left += HEIGHT512, right += right_row) {
#pragma GCC unroll 2
		for (int v = 0; v < vectors; v++)
			b[v] = v + 1 < vectors ? _mm512_loadu_ps(right + v * 16) : _mm512_maskz_loadu_ps(mask, right + v * 16);
#pragma GCC unroll 14
		for (int i = 0; i < height; i++) {
			__m512 a = _mm512_set1_ps(left[i]);
#pragma GCC unroll 2
			for (int v = 0; v < vectors; v++)
				sum[i][v] = _mm512_fmadd_ps(a, b[v], sum[i][v]);
		}
	}
#pragma GCC unroll 14
	for (int i = 0; i < height; i++, c += c_row) {
#pragma GCC unroll 2
		for (int v = 0; v < vectors; v++) {
			__mmask16 lanes = v + 1 < vectors ? (__mmask16)-1 : mask;
			if (add)
				sum[i][v] = _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, c + v * 16), sum[i][v]);
			_mm512_mask_storeu_ps(c + v * 16, lanes, sum[i][v]);
		}
	}
}

/* A constant for each height, so that sums are in registers. */
AVX512 INLINE void cases512(int height, int vectors, __mmask16 mask, int depth, const float *left, const float *right, size_t right_row, bool add, float *c, size_t c_row)
{
	switch (height) {
	case 1: sums512(1, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 2: sums512(2, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 3: sums512(3, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 4: sums512(4, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 5: sums512(5, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 6: sums512(6, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 7: sums512(7, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 8: sums512(8, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 9: sums512(9, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 10: sums512(10, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 11: sums512(11, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 12: sums512(12, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	case 13: sums512(13, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	default: sums512(HEIGHT512, vectors, mask, depth, left, right, right_row, add, c, c_row); break;
	}
}

AVX512 static void tile512(int height, int width, int depth, const float *left, const float *right, size_t right_row, bool padded, bool add, float *c, size_t c_row)
{
	(void)padded;
	if (width == WIDTH512)
		cases512(height, 2, (__mmask16)-1, depth, left, right, right_row, add, c, c_row);
	else if (width > 16)
		cases512(height, 2, (__mmask16)((1u << (width - 16)) - 1), depth, left, right, right_row, add, c, c_row);
	else
		cases512(height, 1, (__mmask16)((1u << width) - 1), depth, left, right, right_row, add, c, c_row);
}

AVX2 INLINE void sums2(int height, bool whole, int width, int depth, const float *left, const float *right, size_t right_row, bool add, float *c, size_t c_row)
{
	__m256 sum[HEIGHT2][2], b[2];
	const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
	__m256i mask[2];
#pragma GCC unroll 2
	for (int v = 0; v < 2; v++)
		mask[v] = _mm256_cmpgt_epi32(_mm256_set1_epi32(width - v * 8), lane);
#pragma GCC unroll 6
	for (int i = 0; i < height; i++)
		sum[i][0] = sum[i][1] = _mm256_setzero_ps();
	for (int l = 0; l < depth; l++, left += HEIGHT2, right += right_row) {
#pragma GCC unroll 2
		for (int v = 0; v < 2; v++)
			b[v] = whole ? _mm256_loadu_ps(right + v * 8) : _mm256_maskload_ps(right + v * 8, mask[v]);
#pragma GCC unroll 6
		for (int i = 0; i < height; i++) {
			__m256 a = _mm256_broadcast_ss(left + i);
#pragma GCC unroll 2
			for (int v = 0; v < 2; v++)
				sum[i][v] = _mm256_fmadd_ps(a, b[v], sum[i][v]);
		}
	}
#pragma GCC unroll 6
	for (int i = 0; i < height; i++, c += c_row) {
#pragma GCC unroll 2
		for (int v = 0; v < 2; v++) {
			if (add)
				sum[i][v] = _mm256_add_ps(whole ? _mm256_loadu_ps(c + v * 8) : _mm256_maskload_ps(c + v * 8, mask[v]), sum[i][v]);
			if (whole)
				_mm256_storeu_ps(c + v * 8, sum[i][v]);
			else
				_mm256_maskstore_ps(c + v * 8, mask[v], sum[i][v]);
		}
	}
}

AVX2 INLINE void cases2(int height, bool whole, int width, int depth, const float *left, const float *right, size_t right_row, bool add, float *c, size_t c_row)
{
	switch (height) {
	case 1: sums2(1, whole, width, depth, left, right, right_row, add, c, c_row); break;
	case 2: sums2(2, whole, width, depth, left, right, right_row, add, c, c_row); break;
	case 3: sums2(3, whole, width, depth, left, right, right_row, add, c, c_row); break;
	case 4: sums2(4, whole, width, depth, left, right, right_row, add, c, c_row); break;
	case 5: sums2(5, whole, width, depth, left, right, right_row, add, c, c_row); break;
	default: sums2(HEIGHT2, whole, width, depth, left, right, right_row, add, c, c_row); break;
	}
}

AVX2 static void tile2(int height, int width, int depth, const float *left, const float *right, size_t right_row, bool padded, bool add, float *c, size_t c_row)
{
	(void)padded;
	if (width == WIDTH2)
		cases2(height, true, width, depth, left, right, right_row, add, c, c_row);
	else
		cases2(height, false, width, depth, left, right, right_row, add, c, c_row);
}

const gd_product_kernel gd_product_avx2 = {.height = HEIGHT2, .width = WIDTH2, .columns = 256, .tile = tile2, .pack_left = pack_left2, .pack_right = pack_right2};
const gd_product_kernel gd_product_avx512 = {.height = HEIGHT512, .width = WIDTH512, .columns = 512, .tile = tile512, .pack_left = pack_left512, .pack_right = pack_right512};

#else
typedef int nothing; /* a translation unit has a declaration */
#endif
