/*
 * Messages in the wire format of Protocol Buffers, written in order. Local.
 *
 * What cannot be had in memory marks the message as failed, and so whatever it becomes a part of; the caller looks once, at the end.
 * Source: https://protobuf.dev/programming-guides/encoding/.
 */
#ifndef GD_PROTOBUF_H
#define GD_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zeroed one is empty. */
typedef struct gd_protobuf {
	unsigned char *bytes;
	size_t size, room;
	bool failed;
} gd_protobuf;

void gd_protobuf_release(gd_protobuf *message);

/* A field of the kinds int64, int32, enum; negative numbers take ten bytes. */
void gd_protobuf_integer(gd_protobuf *message, int field, int64_t value);
/* Of the kind float. */
void gd_protobuf_float(gd_protobuf *message, int field, float value);
/* Of the kinds string and bytes. */
void gd_protobuf_text(gd_protobuf *message, int field, const char *text);
void gd_protobuf_bytes(gd_protobuf *message, int field, const void *bytes, size_t size);
/* A message in the message; `part` is empty afterwards. */
void gd_protobuf_message(gd_protobuf *message, int field, gd_protobuf *part);
/* Several fields, already written. `part` is empty afterwards. */
void gd_protobuf_append(gd_protobuf *message, gd_protobuf *part);

#endif
