/* The header of an ARFF file, as the first line of a CSV. Local. */
#ifndef GD_ARFF_H
#define GD_ARFF_H

#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/reader/dialect.h"

typedef struct gd_arff {
	char *header;     /* the attributes' names between commas, and a newline; the owner frees it. NULL: it is no such file */
	size_t size;      /* of the header */
	size_t skip;      /* bytes up to the line behind @data */
	int64_t lines;    /* and lines */
} gd_arff;

/*
 * From a text's beginning [size]. Names lose their quotes; commas, quotes and tabs in them become underscores. What has no @data in these bytes, or sparse records behind it, is taken for no such file.
 * Source: the ARFF format of Weka 3.9, dense instances.
 */
GD_CHECKED gd_status gd_arff_read(const char *bytes, size_t size, gd_arff *arff);

/* How such a file is written, whose beginning, header included, is `bytes`, where `options` say nothing of it. */
void gd_arff_write(gd_dialect_options *options, const char *bytes, size_t size);

#endif
