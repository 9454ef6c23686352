#include "gd/base/buffer.h"

#include <stdint.h>
#include <stdlib.h>

bool gd_buffer_reserve(gd_buffer *buffer, size_t more)
{
	enum { LEAST = 4096 };
	if (more <= buffer->room - buffer->length)
		return true;
	if (more > SIZE_MAX / 4 - buffer->length)
		return false;
	size_t needed = buffer->length + more, room = needed + needed / 2 + LEAST;
	char *bytes = realloc(buffer->bytes, room);
	if (!bytes)
		return false;
	buffer->bytes = bytes;
	buffer->room = room;
	return true;
}

void gd_buffer_release(gd_buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (gd_buffer){0};
}
