#include "gd/store/digest.h"

#include <string.h>

#include "gd/base/little_endian.h"
#include "gd/base/sha256.h"

const char gd_digest_magic[8] = {'G', 'D', 'd', 'i', 'g', 'e', 's', 't'};
enum { VERSION = 1, VERSION_AT = 8, LENGTH_AT = 16, HASH_AT = 24 };

static const uint8_t signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

static void hash_of(const void *bytes, size_t size, uint8_t digest[32])
{
	gd_sha256 hash;
	gd_sha256_init(&hash);
	gd_sha256_update(&hash, bytes, size);
	gd_sha256_finish(&hash, digest);
}

void gd_digest_append(void *bytes, size_t length)
{
	uint8_t *trailer = (uint8_t *)bytes + length;
	memset(trailer, 0, GD_DIGEST_BYTES);
	memcpy(trailer, gd_digest_magic, sizeof gd_digest_magic);
	gd_put_little_endian(trailer + VERSION_AT, 4, VERSION);
	gd_put_little_endian(trailer + LENGTH_AT, 8, length);
	hash_of(bytes, length + HASH_AT, trailer + HASH_AT);
}

bool gd_digest_present(const uint8_t tail[GD_DIGEST_BYTES])
{
	return memcmp(tail, gd_digest_magic, sizeof gd_digest_magic) == 0;
}

bool gd_superblock_present(const void *bytes, size_t size)
{
	return size >= sizeof signature && memcmp(bytes, signature, sizeof signature) == 0;
}

/* In superblock versions 0 to 3: the end-of-file address, the byte that says how wide addresses are (the one after it: lengths), the address of a driver's block. */
typedef struct superblock_places {
	size_t end, width, driver;
} superblock_places;

/* NULL: of an unknown version, or not there as a whole. */
static const superblock_places *find_places(const void *bytes, size_t size)
{
	static const superblock_places places[] = {{40, 13, 48}, {44, 13, 52}, {28, 9, 0}, {28, 9, 0}};
	const uint8_t *head = bytes;
	if (!gd_superblock_present(bytes, size) || size < 9 || head[8] >= sizeof places / sizeof *places)
		return NULL;
	const superblock_places *found = &places[head[8]];
	return size < (found->driver ? found->driver : found->end) + 8 ? NULL : found;
}

uint64_t gd_superblock_end(const void *bytes, size_t size)
{
	const superblock_places *places = find_places(bytes, size);
	const uint8_t *head = bytes;
	return places && head[places->width] == 8 ? gd_get_little_endian(head + places->end, 8) : 0;
}

bool gd_superblock_common(const void *bytes, size_t size)
{
	const superblock_places *places = find_places(bytes, size);
	const uint8_t *head = bytes;
	return places && head[places->width] == 8 && head[places->width + 1] == 8 && (!places->driver || gd_get_little_endian(head + places->driver, 8) == UINT64_MAX);
}

gd_digest_verdict gd_digest_check(const void *bytes, size_t size, size_t *length)
{
	*length = size;
	if (size >= GD_DIGEST_BYTES) {
		const uint8_t *trailer = (const uint8_t *)bytes + size - GD_DIGEST_BYTES;
		if (gd_digest_present(trailer)) {
			uint8_t digest[32];
			*length = size - GD_DIGEST_BYTES;
			hash_of(bytes, *length + HASH_AT, digest);
			bool right = gd_get_little_endian(trailer + VERSION_AT, 4) == VERSION &&
				gd_get_little_endian(trailer + LENGTH_AT, 8) == *length && memcmp(digest, trailer + HASH_AT, sizeof digest) == 0;
			return right ? GD_DIGEST_RIGHT : GD_DIGEST_WRONG;
		}
	}
	/* Tools that write to a file cut off what lies behind its end. Anything else there is a trailer that was damaged itself. */
	uint64_t end = gd_superblock_end(bytes, size);
	return end && end != size ? GD_DIGEST_WRONG : GD_DIGEST_NONE;
}
