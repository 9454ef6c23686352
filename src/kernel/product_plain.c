#include "gd/kernel/fused.h"
#include "gd/kernel/product.h"

/* A tile of sums that any compiler keeps in what registers there are. */
enum { HEIGHT = 4, WIDTH = 8 };

static void tile(int height, int width, int depth, const float *left, const float *right, size_t right_row, bool padded, bool add, float *c, size_t c_row)
{
	float sum[HEIGHT][WIDTH] = {0};
	const int read = padded ? WIDTH : width;
	for (int l = 0; l < depth; l++, left += HEIGHT, right += right_row)
		for (int i = 0; i < height; i++)
			for (int j = 0; j < read; j++)
				sum[i][j] = gd_fused(left[i], right[j], sum[i][j]);
	for (int i = 0; i < height; i++)
		for (int j = 0; j < width; j++)
			c[(size_t)i * c_row + (size_t)j] = add ? c[(size_t)i * c_row + (size_t)j] + sum[i][j] : sum[i][j];
}

static void pack(int count, int depth, const float *from, size_t across, size_t along, float *panel, int width)
{
	for (int l = 0; l < depth; l++)
		for (int i = 0; i < count; i++)
			panel[l * width + i] = from[(size_t)i * across + (size_t)l * along];
}

static void pack_left(int count, int depth, const float *from, size_t across, size_t along, float *panel)
{
	pack(count, depth, from, across, along, panel, HEIGHT);
}

static void pack_right(int count, int depth, const float *from, size_t across, size_t along, float *panel)
{
	pack(count, depth, from, across, along, panel, WIDTH);
}

const gd_product_kernel gd_product_plain = {.height = HEIGHT, .width = WIDTH, .columns = 256, .tile = tile, .pack_left = pack_left, .pack_right = pack_right};
