/* Contents of several records and texts (gd/features/split.h), computed together, which takes less time. Local. */
#ifndef GD_CONTENT_BATCH_H
#define GD_CONTENT_BATCH_H

#include "gd/base/sha256_pieces.h"
#include "gd/features/split.h"

enum { GD_CONTENT_BATCH_MESSAGES = 64, GD_CONTENT_BATCH_BYTES = 1 << 15 };

/* A zeroed one is empty. */
typedef struct gd_content_batch {
	gd_sha256_message messages[GD_CONTENT_BATCH_MESSAGES];
	gd_content *to[GD_CONTENT_BATCH_MESSAGES];
	int count;
	size_t used;
	gd_sha256_pieces *beside; /* the caller's, of which what waits goes along; NULL: none */
	uint8_t bytes[GD_CONTENT_BATCH_BYTES];
} gd_content_batch;

/* `*to` is overwritten when the batch is finished at the latest; the record and the text may go at once. */
void gd_content_batch_record(gd_content_batch *batch, const gd_record *record, gd_content *to);
void gd_content_batch_text(gd_content_batch *batch, const char *text, size_t length, gd_content *to);
void gd_content_batch_finish(gd_content_batch *batch);

#endif
