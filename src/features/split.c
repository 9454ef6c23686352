#include "gd/features/split.h"

#include <stdbool.h>
#include <string.h>

#include "gd/base/little_endian.h"
#include "gd/base/random.h"
#include "gd/base/sha256.h"

const char *const gd_split_names[] = {"random", "grouped", "column", NULL};

/* Lengths come first, in a fixed byte order, so that no two records are the same bytes. They are hashed in one go where they fit. */
typedef struct message {
	gd_sha256 hash;
	size_t used;
	uint8_t bytes[1024];
} message;

static void add_bytes(message *m, const void *bytes, size_t length)
{
	if (length > sizeof m->bytes - m->used) {
		gd_sha256_update(&m->hash, m->bytes, m->used);
		m->used = 0;
	}
	if (length > sizeof m->bytes) {
		gd_sha256_update(&m->hash, bytes, length);
		return;
	}
	memcpy(m->bytes + m->used, bytes, length);
	m->used += length;
}

static void add_text(message *m, const char *text, size_t length)
{
	uint8_t bytes[8];
	gd_put_little_endian(bytes, 8, length);
	add_bytes(m, bytes, sizeof bytes);
	add_bytes(m, text, length);
}

static gd_content content_of(message *m)
{
	uint8_t digest[32];
	gd_content content = {0, 0};
	gd_sha256_update(&m->hash, m->bytes, m->used);
	gd_sha256_finish(&m->hash, digest);
	for (int i = 0; i < 8; i++) {
		content.high = content.high << 8 | digest[i];
		content.low = content.low << 8 | digest[8 + i];
	}
	return content;
}

gd_content gd_content_of_record(const gd_record *record)
{
	message m;
	m.used = 0;
	gd_sha256_init(&m.hash);
	for (int i = 0; i < record->count; i++)
		add_text(&m, record->fields[i], record->lengths[i]);
	return content_of(&m);
}

gd_content gd_content_of_text(const char *text)
{
	message m;
	m.used = 0;
	gd_sha256_init(&m.hash);
	add_text(&m, text, strlen(text));
	return content_of(&m);
}

gd_content gd_content_apart(gd_content content)
{
	return (gd_content){content.high, content.low ^ UINT64_C(0x9E3779B97F4A7C15)};
}

int gd_content_compare(gd_content a, gd_content b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return (a.low > b.low) - (a.low < b.low);
}

int gd_split_compare(const gd_split_key *a, const gd_split_key *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	int order = gd_content_compare(a->content, b->content);
	return order ? order : (a->occurrence > b->occurrence) - (a->occurrence < b->occurrence);
}

uint64_t gd_split_stream(uint64_t seed)
{
	return gd_random_key(seed, GD_PURPOSE_SPLIT, 0);
}

/* Each stage's output is the next one's key: 128 + 64 bits go in, 64 come out. */
uint64_t gd_split_hash(uint64_t stream, gd_content content, int64_t occurrence)
{
	return gd_random_bits(gd_random_bits(gd_random_bits(stream, content.high), content.low), (uint64_t)occurrence);
}

gd_split_key gd_split_key_of(uint64_t seed, gd_content content, int64_t occurrence)
{
	return (gd_split_key){gd_split_hash(gd_split_stream(seed), content, occurrence), content, occurrence};
}

void gd_split_quotas(int classes, const int64_t *available, int64_t total, int64_t *quotas)
{
	int64_t rows = 0, given = 0, room = 0;
	for (int i = 0; i < classes; i++)
		rows += available[i];
	for (int i = 0; i < classes; i++) {
		/* 128 bits: the remainders of equal shares must compare equal. */
		quotas[i] = rows ? (int64_t)((__int128)available[i] * total / rows) : 0;
		if (quotas[i] && quotas[i] >= available[i])
			quotas[i] = available[i] - 1;
		given += quotas[i];
		room += available[i] > 0 ? available[i] - 1 - quotas[i] : 0;
	}
	/* A round hands out a row a class at most, by falling remainder; what classes without room are owed goes round again. */
	for (int64_t left = total - given < room ? total - given : room; left > 0;) {
		__int128 last_remainder = rows;
		int last = -1;
		for (int turn = 0; turn < classes && left > 0; turn++) {
			__int128 most = -1;
			int best = -1;
			for (int i = 0; i < classes; i++) {
				__int128 remainder = (__int128)available[i] * total % rows;
				bool later = remainder < last_remainder || (remainder == last_remainder && i > last);
				if (later && remainder > most) {
					most = remainder;
					best = i;
				}
			}
			last_remainder = most;
			last = best;
			if (quotas[best] < available[best] - 1) {
				quotas[best]++;
				left--;
			}
		}
	}
}
