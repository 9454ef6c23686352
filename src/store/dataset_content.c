#include "gd/store/dataset_content.h"

#include <assert.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are hashed as they lie in memory");

void gd_dataset_content_add(gd_sha256 *hash, const void *values, size_t bytes)
{
	gd_sha256_update(hash, values, bytes);
}

static void add_names(gd_sha256 *hash, int count, char *const *names)
{
	for (int i = 0; i < count; i++)
		gd_sha256_update(hash, names[i], strlen(names[i]) + 1);
}

void gd_dataset_content_finish(gd_sha256 *hash, const gd_preprocessing *preprocessing, char text[65])
{
	uint8_t digest[32];
	size_t bytes = (size_t)preprocessing->features * sizeof(double);
	gd_dataset_content_add(hash, preprocessing->mean, bytes);
	gd_dataset_content_add(hash, preprocessing->standard_deviation, bytes);
	for (int f = 0; f < preprocessing->features; f++) {
		const gd_feature_tables *tables = &preprocessing->tables[f];
		if (tables->kind == GD_ENCODE_PIECEWISE_LINEAR)
			gd_dataset_content_add(hash, tables->edge, ((size_t)tables->columns + 1) * sizeof *tables->edge);
	}
	for (int f = 0; f < preprocessing->features; f++)
		gd_dataset_content_add(hash, preprocessing->tables[f].quantile, (size_t)preprocessing->tables[f].quantiles * sizeof(double));
	add_names(hash, preprocessing->features, preprocessing->feature_names);
	add_names(hash, preprocessing->classes, preprocessing->class_names);
	gd_sha256_finish(hash, digest);
	gd_sha256_hex(digest, text);
}
