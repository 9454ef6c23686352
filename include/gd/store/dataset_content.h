/*
 * `content_sha256`, a root attribute of datasets: files with the same one are the same dataset. Local.
 *
 * SHA-256 over these bytes, one array behind the other, numbers little-endian:
 *
 *     of train, validation and test, where they have rows: features float32 [rows, features], labels int32 [rows],
 *         source_row int64 [rows];
 *     mean, then standard_deviation, float64 [features];
 *     bin_edges float64, feature after feature, as `preprocessing` holds them (nothing where no feature is cut into bins);
 *     quantiles float64 likewise (nothing where no encoding is left to training);
 *     feature_names, then class_names: each text in UTF-8, and a zero byte behind it.
 */
#ifndef GD_DATASET_CONTENT_H
#define GD_DATASET_CONTENT_H

#include "gd/base/sha256.h"
#include "gd/features/preprocessing.h"

/* Local. Values of an array, which come in the order above: `bytes` of them as they lie in memory. */
void gd_dataset_content_add(gd_sha256 *hash, const void *values, size_t bytes);
/* Local. What follows the rows; then the digest as text. */
void gd_dataset_content_finish(gd_sha256 *hash, const gd_preprocessing *preprocessing, char text[65]);

#endif
