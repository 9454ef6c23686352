#include "gd/store/chunk_filters.h"

#include <stdio.h>
#include <string.h>

#include "gd/base/little_endian.h"
#include "gd/base/unpack.h"
#include "gd/store/chunk_kernels.h"

enum { ELEMENT = 4 }; /* bytes of all that rows have */

bool gd_chunk_filters_find(hid_t creation, gd_chunk_filters *filters)
{
	*filters = (gd_chunk_filters){.count = H5Pget_nfilters(creation)};
	bool known = filters->count >= 0 && filters->count <= GD_MOST_FILTERS;
	for (int i = 0; known && i < filters->count; i++) {
		unsigned flags, values[1] = {0};
		size_t count = 1;
		filters->id[i] = H5Pget_filter2(creation, (unsigned)i, &flags, &count, values, 0, NULL, NULL);
		known = filters->id[i] == H5Z_FILTER_FLETCHER32 || filters->id[i] == H5Z_FILTER_DEFLATE || (filters->id[i] == H5Z_FILTER_SHUFFLE && count && values[0] == ELEMENT);
	}
	return known;
}

bool gd_chunk_filters_lack(hid_t creation, char *name, size_t room)
{
	int filters = H5Pget_nfilters(creation);
	for (int i = 0; i < filters; i++) {
		unsigned flags;
		size_t count = 0;
		name[0] = '\0';
		H5Z_filter_t id = H5Pget_filter2(creation, (unsigned)i, &flags, &count, NULL, room, name, NULL);
		if (H5Zfilter_avail(id) > 0)
			continue;
		name[room - 1] = '\0';
		if (!*name)
			snprintf(name, room, "%d", (int)id);
		return true;
	}
	return false;
}

/* A checksum a filter; and a byte of 0, which makes an odd number of them whole words. */
size_t gd_chunk_filters_room(size_t bytes, size_t stored)
{
	return (bytes > stored ? bytes : stored) + GD_MOST_FILTERS * GD_CHECKSUM_BYTES + 1;
}

static bool sum_matches(char *from, size_t size)
{
	uint32_t sum = (uint32_t)gd_get_little_endian((const uint8_t *)from + size, GD_CHECKSUM_BYTES);
	from[size] = '\0';
	return GD_CHOSEN(gd_chunk_kernels)->checksum((const uint16_t *)(const void *)from, (size + 1) / 2) == sum;
}

static void unshuffle(const char *from, size_t size, char *to)
{
	size_t elements = size / ELEMENT;
	for (size_t i = 0; i < elements; i++)
		for (size_t byte = 0; byte < ELEMENT; byte++)
			to[i * ELEMENT + byte] = from[byte * elements + i];
	memcpy(to + elements * ELEMENT, from + elements * ELEMENT, size % ELEMENT);
}

const char *gd_chunk_filters_undo(const gd_chunk_filters *filters, uint32_t skipped, char *const buffers[2], size_t stored, size_t bytes, const char **result)
{
	int at = 0;
	size_t size = stored;
	for (int i = filters->count - 1; i >= 0; i--) {
		if (skipped >> i & 1)
			continue;
		if (filters->id[i] == H5Z_FILTER_FLETCHER32) {
			if (size < GD_CHECKSUM_BYTES || !sum_matches(buffers[at], size -= GD_CHECKSUM_BYTES))
				return "a chunk does not match its checksum";
			continue;
		}
		if (filters->id[i] == H5Z_FILTER_SHUFFLE)
			unshuffle(buffers[at], size, buffers[1 - at]);
		else if (!gd_unpack_zlib(buffers[at], size, buffers[1 - at], gd_chunk_filters_room(bytes, 0), &size))
			return "a chunk's compression is damaged";
		at = 1 - at;
	}
	*result = buffers[at];
	return size == bytes ? NULL : "a chunk has not the bytes of its rows";
}
