#include "gd/store/digest_trailer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gd/base/little_endian.h"
#include "gd/base/memory.h"
#include "gd/base/sha256.h"

enum { VERSION = 2, VERSION_AT = 8, COUNT_AT = 12, LENGTH_AT = 16, HASH_AT = 24, STRETCH_BYTES = 16, PIECE = 1 << 16 };

bool gd_stretches_add(gd_stretches *stretches, uint64_t offset, uint64_t length)
{
	gd_stretch *items = gd_make_room(stretches->items, stretches->count, &stretches->room, sizeof *items);
	if (!items)
		return false;
	stretches->items = items;
	stretches->items[stretches->count++] = (gd_stretch){offset, length};
	return true;
}

static int by_offset(const void *a, const void *b)
{
	uint64_t left = ((const gd_stretch *)a)->offset, right = ((const gd_stretch *)b)->offset;
	return (left > right) - (left < right);
}

static void join(gd_stretches *stretches)
{
	size_t count = 0;
	gd_stretch *items = stretches->items;
	if (stretches->count)
		qsort(items, stretches->count, sizeof *items, by_offset);
	for (size_t i = 0; i < stretches->count; i++) {
		if (count && items[count - 1].offset + items[count - 1].length == items[i].offset)
			items[count - 1].length += items[i].length;
		else
			items[count++] = items[i];
	}
	stretches->count = count;
}

/* 0, or an errno; EIO where the file ends early. */
static int read_at(int file, uint64_t offset, void *bytes, size_t size)
{
	size_t done = 0;
	while (done < size) {
		ssize_t got = pread(file, (char *)bytes + done, size - done, (off_t)(offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? errno : EIO;
		done += (size_t)got;
	}
	return 0;
}

static int write_at(int file, uint64_t offset, const void *bytes, size_t size)
{
	size_t done = 0;
	while (done < size) {
		ssize_t put = pwrite(file, (const char *)bytes + done, size - done, (off_t)(offset + done));
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? errno : EIO;
		done += (size_t)put;
	}
	return 0;
}

static int hash_range(gd_sha256 *hash, int file, uint64_t from, uint64_t to)
{
	uint8_t piece[PIECE];
	while (from < to) {
		size_t size = to - from < PIECE ? (size_t)(to - from) : PIECE;
		int error = read_at(file, from, piece, size);
		if (error)
			return error;
		gd_sha256_update(hash, piece, size);
		from += size;
	}
	return 0;
}

/* `table` [count * STRETCH_BYTES] as it stands in the file; its stretches lie in order within `length`. */
static int hash_file(int file, uint64_t length, const uint8_t *table, size_t count, const uint8_t *tail, uint8_t digest[32])
{
	gd_sha256 hash;
	uint64_t at = 0;
	int error = 0;
	gd_sha256_init(&hash);
	for (size_t i = 0; i < count && !error; i++) {
		uint64_t offset = gd_get_little_endian(table + i * STRETCH_BYTES, 8);
		error = hash_range(&hash, file, at, offset);
		at = offset + gd_get_little_endian(table + i * STRETCH_BYTES + 8, 8);
	}
	if (!error)
		error = hash_range(&hash, file, at, length);
	gd_sha256_update(&hash, table, count * STRETCH_BYTES);
	gd_sha256_update(&hash, tail, HASH_AT);
	gd_sha256_finish(&hash, digest);
	return error;
}

int gd_digest_trailer_write(int file, gd_stretches *stretches)
{
	struct stat info;
	if (fstat(file, &info))
		return errno;
	join(stretches);
	uint64_t length = (uint64_t)info.st_size;
	size_t table_bytes = stretches->count * STRETCH_BYTES;
	uint8_t *trailer = calloc(1, table_bytes + GD_DIGEST_BYTES);
	if (!trailer)
		return ENOMEM;
	for (size_t i = 0; i < stretches->count; i++) {
		gd_put_little_endian(trailer + i * STRETCH_BYTES, 8, stretches->items[i].offset);
		gd_put_little_endian(trailer + i * STRETCH_BYTES + 8, 8, stretches->items[i].length);
	}
	uint8_t *tail = trailer + table_bytes;
	memcpy(tail, gd_digest_magic, sizeof gd_digest_magic);
	gd_put_little_endian(tail + VERSION_AT, 4, VERSION);
	gd_put_little_endian(tail + COUNT_AT, 4, stretches->count);
	gd_put_little_endian(tail + LENGTH_AT, 8, length);
	int error = hash_file(file, length, trailer, stretches->count, tail, tail + HASH_AT);
	if (!error)
		error = write_at(file, length, trailer, table_bytes + GD_DIGEST_BYTES);
	free(trailer);
	return error;
}

bool gd_digest_trailer_present(const uint8_t tail[GD_DIGEST_BYTES])
{
	return gd_digest_present(tail) && gd_get_little_endian(tail + VERSION_AT, 4) == VERSION;
}

/* In ascending order, apart, and within the file: otherwise bytes could be left out that are nobody's to check. */
static bool table_is_sound(const uint8_t *table, size_t count, uint64_t length)
{
	uint64_t end = 0;
	for (size_t i = 0; i < count; i++) {
		uint64_t offset = gd_get_little_endian(table + i * STRETCH_BYTES, 8), size = gd_get_little_endian(table + i * STRETCH_BYTES + 8, 8);
		if (offset < end || offset > length || size > length - offset)
			return false;
		end = offset + size;
	}
	return true;
}

gd_digest_verdict gd_digest_trailer_check(int file, uint64_t size, uint64_t *length, int *error)
{
	uint8_t tail[GD_DIGEST_BYTES], digest[32], *table = NULL;
	gd_digest_verdict verdict = GD_DIGEST_WRONG;
	*length = size;
	*error = size < sizeof tail ? 0 : read_at(file, size - sizeof tail, tail, sizeof tail);
	if (*error || size < sizeof tail || !gd_digest_trailer_present(tail))
		return GD_DIGEST_WRONG;
	uint64_t count = gd_get_little_endian(tail + COUNT_AT, 4), before = gd_get_little_endian(tail + LENGTH_AT, 8);
	if (count > (size - sizeof tail) / STRETCH_BYTES || before != size - sizeof tail - count * STRETCH_BYTES)
		return GD_DIGEST_WRONG;
	size_t table_bytes = (size_t)count * STRETCH_BYTES;
	table = malloc(table_bytes ? table_bytes : 1);
	*error = table ? read_at(file, before, table, table_bytes) : ENOMEM;
	if (!*error && table_is_sound(table, (size_t)count, before)) {
		*error = hash_file(file, before, table, (size_t)count, tail, digest);
		if (!*error && memcmp(digest, tail + HASH_AT, sizeof digest) == 0) {
			verdict = GD_DIGEST_RIGHT;
			*length = before;
		}
	}
	free(table);
	return verdict;
}
