#include "gd/features/content_batch.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "gd/base/little_endian.h"

enum { LENGTH = 8 }; /* bytes in front of each text */

/* Most texts are short, for which a call takes longer than their bytes. */
static inline void copy(uint8_t *to, const char *from, size_t length)
{
	uint64_t first, last;
	if (length > 16) {
		memcpy(to, from, length);
	} else if (length >= 8) {
		memcpy(&first, from, 8);
		memcpy(&last, from + length - 8, 8);
		memcpy(to, &first, 8);
		memcpy(to + length - 8, &last, 8);
	} else {
		for (size_t i = 0; i < length; i++)
			to[i] = (uint8_t)from[i];
	}
}

static inline uint8_t *put_text(uint8_t *to, const char *text, size_t length)
{
	gd_put_little_endian(to, LENGTH, length);
	copy(to + LENGTH, text, length);
	return to + LENGTH + length;
}

/* Where more than the text may be read, and written: no branch for each length, which nobody foresees. */
static inline uint8_t *put_field(uint8_t *to, const char *text, size_t length)
{
	enum { HALF = GD_RECORD_SLACK / 2 };
	gd_put_little_endian(to, LENGTH, length);
	to += LENGTH;
	memcpy(to, text, HALF);
	if (length > HALF)
		memcpy(to + HALF, text + HALF, HALF);
	if (length > GD_RECORD_SLACK)
		memcpy(to + GD_RECORD_SLACK, text + GD_RECORD_SLACK, length - GD_RECORD_SLACK);
	return to + length;
}

static_assert((int)GD_RECORD_SLACK <= (int)GD_SHA256_PADDING, "what is written behind a record is its padding's room");

/* Whether there is room for a message of so many bytes, which is made by finishing the others. */
static bool make_room(gd_content_batch *batch, size_t size)
{
	if (size > sizeof batch->bytes - GD_SHA256_PADDING)
		return false;
	if (batch->count == GD_CONTENT_BATCH_MESSAGES || size + GD_SHA256_PADDING > sizeof batch->bytes - batch->used)
		gd_content_batch_finish(batch);
	return true;
}

static void add(gd_content_batch *batch, size_t size, gd_content *to)
{
	uint8_t *bytes = batch->bytes + batch->used;
	gd_sha256_message *message = &batch->messages[batch->count];
	*message = (gd_sha256_message){.bytes = bytes, .blocks = gd_sha256_pad(bytes, size)};
	batch->to[batch->count++] = to;
	batch->used += message->blocks * GD_SHA256_BLOCK;
}

void gd_content_batch_record(gd_content_batch *batch, const gd_record *record, gd_content *to)
{
	size_t size = (size_t)record->count * LENGTH;
	for (int i = 0; i < record->count; i++)
		size += record->lengths[i];
	if (!make_room(batch, size)) {
		*to = gd_content_of_record(record);
		return;
	}
	uint8_t *at = batch->bytes + batch->used;
	for (int i = 0; i < record->count && record->slack; i++)
		at = put_field(at, record->fields[i], record->lengths[i]);
	for (int i = 0; i < record->count && !record->slack; i++)
		at = put_text(at, record->fields[i], record->lengths[i]);
	add(batch, size, to);
}

void gd_content_batch_text(gd_content_batch *batch, const char *text, size_t length, gd_content *to)
{
	if (!make_room(batch, LENGTH + length)) {
		*to = gd_content_of_text(text);
		return;
	}
	put_text(batch->bytes + batch->used, text, length);
	add(batch, LENGTH + length, to);
}

void gd_content_batch_finish(gd_content_batch *batch)
{
	gd_sha256_pieces_messages(batch->beside, batch->messages, (size_t)batch->count);
	for (int i = 0; i < batch->count; i++) {
		const uint32_t *state = batch->messages[i].state;
		*batch->to[i] = (gd_content){(uint64_t)state[0] << 32 | state[1], (uint64_t)state[2] << 32 | state[3]};
	}
	batch->count = 0;
	batch->used = 0;
}
