/* Compressed bytes back to what they were, piece by piece, in bounded memory. Local. */
#ifndef GD_UNPACK_H
#define GD_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/magic.h"
#include "gd/base/status.h"

typedef struct gd_unpack gd_unpack;

/* For gzip or zstd; NULL when out of memory. */
gd_unpack *gd_unpack_create(gd_packing packing);
/*
 * Takes of from [from_size] and puts into to [to_size], and says how much of each; with neither moved more input is needed. Several packed members are one stream.
 * On damage the result is GD_BAD_DATA with the reason alone ("its gzip data are damaged").
 */
GD_CHECKED gd_status gd_unpack_step(gd_unpack *unpack, const char *from, size_t from_size, size_t *taken, char *to, size_t to_size, size_t *put);
/* Whether the data may end here. */
bool gd_unpack_complete(const gd_unpack *unpack);
/* zlib's data as a whole, from [size] to [room], of which *made. False on damage, more data than room, and out of memory. */
bool gd_unpack_zlib(const void *from, size_t size, void *to, size_t room, size_t *made);
/* The other way, as fast as zlib goes: to [gd_pack_zlib_room(size)]. False when out of memory. */
size_t gd_pack_zlib_room(size_t size);
bool gd_pack_zlib(const void *from, size_t size, void *to, size_t *made);
/* May be NULL. */
void gd_unpack_free(gd_unpack *unpack);

#endif
