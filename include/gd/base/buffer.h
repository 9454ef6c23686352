/* Bytes that grow. Local. */
#ifndef GD_BUFFER_H
#define GD_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A zeroed one is empty. */
typedef struct gd_buffer {
	char *bytes;
	size_t length, room;
} gd_buffer;

/* Room for `more` bytes behind those that are there; false when there is none, and the buffer is as it was. */
bool gd_buffer_reserve(gd_buffer *buffer, size_t more) __attribute__((warn_unused_result));
void gd_buffer_release(gd_buffer *buffer);

/* Within what was reserved. */
static inline void gd_buffer_add(gd_buffer *buffer, const void *bytes, size_t length)
{
	memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
}

#endif
