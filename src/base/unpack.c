#include "gd/base/unpack.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

struct gd_unpack {
	gd_packing packing;
	z_stream zlib;
	ZSTD_DStream *zstd;
	bool complete; /* between two members */
	bool members;  /* at least one has ended */
	bool padding;  /* zeros behind the last member */
};

gd_unpack *gd_unpack_create(gd_packing packing)
{
	gd_unpack *unpack = calloc(1, sizeof *unpack);
	if (!unpack)
		return NULL;
	unpack->packing = packing;
	bool made;
	if (packing == GD_PACKING_GZIP) {
		/* 16: a gzip header is expected. */
		made = inflateInit2(&unpack->zlib, 16 + MAX_WBITS) == Z_OK;
	} else {
		made = (unpack->zstd = ZSTD_createDStream()) != NULL;
	}
	if (!made) {
		free(unpack);
		return NULL;
	}
	return unpack;
}

static gd_status step_gzip(gd_unpack *unpack, const char *from, size_t from_size, size_t *taken, char *to, size_t to_size, size_t *put)
{
	z_stream *zlib = &unpack->zlib;
	*taken = *put = 0;
	if (unpack->complete && from_size) {
		/* Tapes fill their blocks up with zeros. */
		unpack->padding = unpack->padding || *from == '\0';
		if (unpack->padding) {
			while (*taken < from_size && from[*taken] == '\0')
				++*taken;
			return *taken == from_size ? gd_ok() : gd_error(GD_BAD_DATA, "something that is not gzip stands behind its gzip data");
		}
		if (inflateReset(zlib) != Z_OK)
			return gd_error(GD_FAILED, "zlib cannot begin again");
		unpack->complete = false;
	}
	zlib->next_in = (Bytef *)from;
	zlib->avail_in = from_size < INT_MAX ? (uInt)from_size : INT_MAX;
	zlib->next_out = (Bytef *)to;
	zlib->avail_out = to_size < INT_MAX ? (uInt)to_size : INT_MAX;
	const uInt in = zlib->avail_in, out = zlib->avail_out;
	int result = inflate(zlib, Z_NO_FLUSH);
	*taken = in - zlib->avail_in;
	*put = out - zlib->avail_out;
	if (result == Z_STREAM_END) {
		unpack->complete = unpack->members = true;
		return gd_ok();
	}
	if (result == Z_OK || result == Z_BUF_ERROR)
		return gd_ok();
	if (result == Z_MEM_ERROR)
		return gd_out_of_memory("unpacking");
	if (unpack->members && !*put && zlib->total_out == 0)
		return gd_error(GD_BAD_DATA, "something that is not gzip stands behind its gzip data");
	return gd_error(GD_BAD_DATA, "its gzip data are damaged%s%s", zlib->msg ? ": " : "", zlib->msg ? zlib->msg : "");
}

static gd_status step_zstd(gd_unpack *unpack, const char *from, size_t from_size, size_t *taken, char *to, size_t to_size, size_t *put)
{
	ZSTD_inBuffer in = {from, from_size, 0};
	ZSTD_outBuffer out = {to, to_size, 0};
	size_t result = ZSTD_decompressStream(unpack->zstd, &out, &in);
	*taken = in.pos;
	*put = out.pos;
	if (ZSTD_isError(result))
		return gd_error(GD_BAD_DATA, "its zstd data are damaged or need too much memory: %s", ZSTD_getErrorName(result));
	if (in.pos || out.pos)
		unpack->complete = result == 0;
	return gd_ok();
}

gd_status gd_unpack_step(gd_unpack *unpack, const char *from, size_t from_size, size_t *taken, char *to, size_t to_size, size_t *put)
{
	return (unpack->packing == GD_PACKING_GZIP ? step_gzip : step_zstd)(unpack, from, from_size, taken, to, to_size, put);
}

bool gd_unpack_complete(const gd_unpack *unpack)
{
	return unpack->complete;
}

bool gd_unpack_zlib(const void *from, size_t size, void *to, size_t room, size_t *made)
{
	uLongf length = room;
	int result = uncompress(to, &length, from, size);
	*made = length;
	return result == Z_OK;
}

size_t gd_pack_zlib_room(size_t size)
{
	return compressBound(size);
}

bool gd_pack_zlib(const void *from, size_t size, void *to, size_t *made)
{
	uLongf length = compressBound(size);
	int result = compress2(to, &length, from, size, Z_BEST_SPEED);
	*made = length;
	return result == Z_OK;
}

void gd_unpack_free(gd_unpack *unpack)
{
	if (!unpack)
		return;
	if (unpack->packing == GD_PACKING_GZIP)
		inflateEnd(&unpack->zlib);
	ZSTD_freeDStream(unpack->zstd);
	free(unpack);
}
