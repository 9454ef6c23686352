/* What kind of file some bytes begin, for messages about the wrong file. Local. */
#ifndef GD_MAGIC_H
#define GD_MAGIC_H

#include <stdbool.h>
#include <stddef.h>

typedef enum gd_packing { GD_PACKING_NONE,
	GD_PACKING_GZIP,
	GD_PACKING_ZSTD } gd_packing;

/* How the file is compressed, by its first bytes [size]. */
gd_packing gd_magic_packing(const void *bytes, size_t size);

typedef struct gd_magic {
	const char *noun;   /* "an Excel workbook" */
	const char *advice; /* "save its sheet as CSV" */
} gd_magic;

extern const gd_magic gd_magic_arff, gd_magic_binary;

/* The kind of a file that is no table of text, by its first bytes [size]; NULL where they may be one. */
const gd_magic *gd_magic_find(const void *bytes, size_t size);

/* Whether bytes [size] of a file's beginning, once converted to UTF-8, are no text at all. */
bool gd_magic_is_binary(const char *bytes, size_t size);

#endif
