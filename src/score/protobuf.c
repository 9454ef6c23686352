#include "gd/score/protobuf.h"

#include <stdlib.h>
#include <string.h>

/* How a field's value is laid out; the low three bits of its tag. */
enum { VARINT = 0, LENGTH = 2, FIXED32 = 5 };

static void put(gd_protobuf *message, const void *bytes, size_t size)
{
	if (message->failed || !size)
		return;
	if (size > message->room - message->size) {
		size_t room = 2 * message->room + size;
		unsigned char *larger = room >= size ? realloc(message->bytes, room) : NULL;
		if (!larger) {
			message->failed = true;
			return;
		}
		message->bytes = larger;
		message->room = room;
	}
	memcpy(message->bytes + message->size, bytes, size);
	message->size += size;
}

static void put_varint(gd_protobuf *message, uint64_t value)
{
	unsigned char bytes[10];
	size_t count = 0;
	for (; value >= 0x80; value >>= 7)
		bytes[count++] = (unsigned char)(value | 0x80);
	bytes[count++] = (unsigned char)value;
	put(message, bytes, count);
}

static void put_tag(gd_protobuf *message, int field, int layout)
{
	put_varint(message, (uint64_t)field << 3 | (uint64_t)layout);
}

void gd_protobuf_release(gd_protobuf *message)
{
	free(message->bytes);
	*message = (gd_protobuf){0};
}

void gd_protobuf_integer(gd_protobuf *message, int field, int64_t value)
{
	put_tag(message, field, VARINT);
	put_varint(message, (uint64_t)value);
}

void gd_protobuf_float(gd_protobuf *message, int field, float value)
{
	uint32_t bits;
	unsigned char bytes[4];
	memcpy(&bits, &value, sizeof bits);
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(bits >> 8 * i);
	put_tag(message, field, FIXED32);
	put(message, bytes, sizeof bytes);
}

void gd_protobuf_text(gd_protobuf *message, int field, const char *text)
{
	gd_protobuf_bytes(message, field, text, strlen(text));
}

void gd_protobuf_bytes(gd_protobuf *message, int field, const void *bytes, size_t size)
{
	put_tag(message, field, LENGTH);
	put_varint(message, size);
	put(message, bytes, size);
}

void gd_protobuf_message(gd_protobuf *message, int field, gd_protobuf *part)
{
	put_tag(message, field, LENGTH);
	put_varint(message, part->size);
	gd_protobuf_append(message, part);
}

void gd_protobuf_append(gd_protobuf *message, gd_protobuf *part)
{
	put(message, part->bytes, part->size);
	message->failed = message->failed || part->failed;
	gd_protobuf_release(part);
}
