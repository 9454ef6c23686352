#include "gd/table/split.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/little_endian.h"
#include "gd/base/memory.h"
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

static int by_content(const void *left, const void *right, void *context)
{
	const gd_content *content = context;
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	int order = gd_content_compare(content[a], content[b]);
	return order ? order : (a > b) - (a < b);
}

int gd_split_compare(const gd_split_key *a, const gd_split_key *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	int order = gd_content_compare(a->content, b->content);
	return order ? order : (a->occurrence > b->occurrence) - (a->occurrence < b->occurrence);
}

static int by_key(const void *left, const void *right, void *context)
{
	const gd_split_key *keys = context;
	return gd_split_compare(&keys[*(const int64_t *)left], &keys[*(const int64_t *)right]);
}

static int64_t *sorted(int64_t count, int (*compare)(const void *, const void *, void *), const void *context)
{
	int64_t *order = gd_allocate((size_t)count, sizeof *order);
	if (!order)
		return NULL;
	for (int64_t i = 0; i < count; i++)
		order[i] = i;
	qsort_r(order, (size_t)count, sizeof *order, compare, (void *)context);
	return order;
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

gd_status gd_split_key_all(uint64_t seed, int64_t count, const gd_content *content, gd_split_key *keys)
{
	int64_t *order = sorted(count, by_content, content);
	if (!order)
		return gd_out_of_memory("the order of the records");
	for (int64_t i = 0; i < count; i++) {
		gd_split_key *entry = &keys[order[i]];
		bool again = i > 0 && gd_content_compare(content[order[i]], content[order[i - 1]]) == 0;
		*entry = gd_split_key_of(seed, content[order[i]], again ? keys[order[i - 1]].occurrence + 1 : 0);
	}
	free(order);
	return gd_ok();
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

typedef struct split_filling {
	const gd_split_plan *plan;
	int64_t units;
	int64_t *order;                     /* [units], by key */
	int64_t *first;                     /* [units + 1]: into members */
	int64_t *members;                   /* [rows], by unit */
	int64_t *available, *owed, *needed; /* [classes] */
	uint8_t *part;
} split_filling;

static void list_members(split_filling *filling)
{
	const gd_split_plan *plan = filling->plan;
	for (int64_t i = 0; i < plan->rows; i++)
		filling->first[(plan->units ? plan->units[i] : i) + 1]++;
	for (int64_t i = 0; i < filling->units; i++)
		filling->first[i + 1] += filling->first[i];
	for (int64_t i = plan->rows - 1; i >= 0; i--) {
		int64_t unit = plan->units ? plan->units[i] : i;
		filling->members[--filling->first[unit + 1]] = i;
	}
	/* The loop above left each start in the next slot. */
	for (int64_t i = 0; i < filling->units; i++)
		filling->first[i] = filling->first[i + 1];
	filling->first[filling->units] = plan->rows;
}

/* Moves units from the training part to `target`. */
static void fill(split_filling *filling, uint8_t target, double fraction)
{
	const gd_split_plan *plan = filling->plan;
	int64_t left = 0;
	for (int i = 0; i < plan->classes; i++)
		left += filling->available[i];
	gd_split_quotas(plan->classes, filling->available, (int64_t)ceil(fraction * (double)left), filling->owed);
	for (int64_t i = 0; i < filling->units; i++) {
		int64_t unit = filling->order[i], from = filling->first[unit], to = filling->first[unit + 1];
		bool fits = to > from && filling->part[filling->members[from]] == GD_SPLIT_TRAIN;
		for (int64_t j = from; fits && j < to; j++) {
			int32_t label = plan->labels[filling->members[j]];
			filling->needed[label]++;
			fits = filling->needed[label] <= filling->owed[label];
		}
		for (int64_t j = from; j < to; j++) {
			int64_t row = filling->members[j];
			filling->needed[plan->labels[row]] = 0;
			if (fits) {
				filling->part[row] = target;
				filling->owed[plan->labels[row]]--;
				filling->available[plan->labels[row]]--;
			}
		}
	}
}

gd_status gd_split_assign(const gd_split_plan *plan, uint8_t *part)
{
	split_filling filling = {.plan = plan, .units = plan->units ? plan->unit_count : plan->rows, .part = part};
	size_t classes = (size_t)plan->classes;
	gd_status status = gd_ok();
	filling.order = sorted(filling.units, by_key, plan->unit_keys);
	filling.first = gd_allocate((size_t)filling.units + 2, sizeof *filling.first);
	filling.members = gd_allocate((size_t)plan->rows, sizeof *filling.members);
	filling.available = gd_allocate(classes, sizeof *filling.available);
	filling.owed = gd_allocate(classes, sizeof *filling.owed);
	filling.needed = gd_allocate(classes, sizeof *filling.needed);
	if (!filling.order || !filling.first || !filling.members || !filling.available || !filling.owed || !filling.needed) {
		status = gd_out_of_memory("the split");
		goto done;
	}
	list_members(&filling);
	memset(part, GD_SPLIT_TRAIN, (size_t)plan->rows);
	for (int64_t i = 0; i < plan->rows; i++)
		filling.available[plan->labels[i]]++;
	fill(&filling, GD_SPLIT_TEST, plan->test_fraction);
	fill(&filling, GD_SPLIT_VALIDATION, plan->validation_fraction);
done:
	free(filling.order);
	free(filling.first);
	free(filling.members);
	free(filling.available);
	free(filling.owed);
	free(filling.needed);
	return status;
}

gd_status gd_split_order(int64_t rows, const gd_split_key *keys, const uint8_t *part, int64_t *order, int64_t count[GD_SPLIT_PARTS])
{
	int64_t *by_hash = sorted(rows, by_key, keys), place[GD_SPLIT_PARTS];
	if (!by_hash)
		return gd_out_of_memory("the order of the records");
	memset(count, 0, GD_SPLIT_PARTS * sizeof *count);
	for (int64_t i = 0; i < rows; i++)
		count[part[i]]++;
	place[GD_SPLIT_TRAIN] = 0;
	place[GD_SPLIT_VALIDATION] = count[GD_SPLIT_TRAIN];
	place[GD_SPLIT_TEST] = count[GD_SPLIT_TRAIN] + count[GD_SPLIT_VALIDATION];
	for (int64_t i = 0; i < rows; i++)
		order[place[part[by_hash[i]]]++] = by_hash[i];
	free(by_hash);
	return gd_ok();
}
