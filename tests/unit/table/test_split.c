#include "unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/sha256.h"
#include "gd/table/content_batch.h"
#include "gd/table/split.h"

const char *const unit_suite = "split";

enum { ROWS = 5000, CLASSES = 4, GROUPS = 2100 };

/* A table of four classes, some records alike, some groups of several classes. */
static void fill(gd_content *content, int32_t *labels, int32_t *groups)
{
	uint64_t state = 12345;
	for (int i = 0; i < ROWS; i++) {
		char text[32];
		state = state * 6364136223846793005u + 1442695040888963407u;
		uint64_t draw = state >> 33;
		groups[i] = (int32_t)(draw % GROUPS);
		labels[i] = draw % 7 == 0 ? (int32_t)(draw / 7 % CLASSES) : groups[i] % 10 < 4 ? 0 : groups[i] % 10 < 7 ? 1 : groups[i] % 10 < 9 ? 2 : 3;
		bool again = i % 100 < 10;
		snprintf(text, sizeof text, again ? "again %d" : "%d", again ? i / 100 : i);
		labels[i] = i % 100 < 10 ? 1 : labels[i];
		content[i] = gd_content_of_text(text);
	}
}

static void test_totals(void)
{
	/* Source: scikit-learn's train_test_split(test_size=.3), then (test_size=.1), on the songs: numbers of rows. */
	int64_t songs[6] = {5507, 5743, 4951, 5431, 5153, 6043}, quotas[6], sum = 0;
	gd_split_quotas(6, songs, (int64_t)ceil(0.3 * 32828), quotas);
	for (int i = 0; i < 6; i++) {
		sum += quotas[i];
		CU_ASSERT_TRUE(fabs((double)quotas[i] - (double)songs[i] * 9849 / 32828) < 1);
	}
	CU_ASSERT_EQUAL(sum, 9849);
	/* By hand: shares 2.5, 1.5, 1.0 of 5: floors 2, 1, 1, and one more to the first of two equal remainders. */
	int64_t three[3] = {5, 3, 2};
	gd_split_quotas(3, three, 5, quotas);
	CU_ASSERT_TRUE(quotas[0] == 3 && quotas[1] == 1 && quotas[2] == 1);
	/* One record of a class is left to train on, whatever the share; those it is owed go elsewhere. */
	int64_t few[4] = {1, 2, 0, 7};
	gd_split_quotas(4, few, 9, quotas);
	CU_ASSERT_TRUE(quotas[0] == 0 && quotas[1] == 1 && quotas[2] == 0 && quotas[3] == 6);
	int64_t alone[2] = {1, 9};
	gd_split_quotas(2, alone, 5, quotas);
	CU_ASSERT_TRUE(quotas[0] == 0 && quotas[1] == 5);
	gd_split_quotas(2, alone, 0, quotas);
	CU_ASSERT_TRUE(quotas[0] == 0 && quotas[1] == 0);
}

typedef struct table {
	gd_content content[ROWS], group_content[GROUPS];
	int32_t labels[ROWS], groups[ROWS];
	gd_split_key keys[ROWS], group_keys[GROUPS];
	uint8_t part[ROWS];
	int64_t order[ROWS], count[GD_SPLIT_PARTS];
} table;

static void split(table *t, uint64_t seed, bool grouped)
{
	gd_split_plan plan = {.rows = ROWS, .classes = CLASSES, .labels = t->labels, .unit_keys = t->keys, .test_fraction = 0.3, .validation_fraction = 0.1};
	gd_status status = gd_split_key_all(seed, ROWS, t->content, t->keys);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	if (grouped) {
		for (int i = 0; i < GROUPS; i++) {
			char text[32];
			snprintf(text, sizeof text, "group %d", i);
			t->group_content[i] = gd_content_of_text(text);
		}
		status = gd_split_key_all(seed, GROUPS, t->group_content, t->group_keys);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		plan.units = t->groups;
		plan.unit_count = GROUPS;
		plan.unit_keys = t->group_keys;
	}
	status = gd_split_assign(&plan, t->part);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	status = gd_split_order(ROWS, t->keys, t->part, t->order, t->count);
	CU_ASSERT_EQUAL(status.code, GD_OK);
}

static void test_random(void)
{
	table *t = calloc(1, sizeof *t);
	fill(t->content, t->labels, t->groups);
	split(t, 0, false);
	CU_ASSERT_EQUAL(t->count[GD_SPLIT_TEST], 1500);
	CU_ASSERT_EQUAL(t->count[GD_SPLIT_VALIDATION], 350);
	CU_ASSERT_EQUAL(t->count[GD_SPLIT_TRAIN], 3150);
	int64_t all[CLASSES] = {0}, test[CLASSES] = {0};
	for (int i = 0; i < ROWS; i++) {
		all[t->labels[i]]++;
		test[t->labels[i]] += t->part[i] == GD_SPLIT_TEST;
	}
	for (int i = 0; i < CLASSES; i++)
		CU_ASSERT_TRUE(fabs((double)test[i] - 0.3 * (double)all[i]) < 1);
	/* Parts are runs of the order, each with rising keys; every row is there once. */
	static bool seen[ROWS];
	memset(seen, 0, sizeof seen);
	for (int i = 0; i < ROWS; i++) {
		int64_t row = t->order[i];
		CU_ASSERT_FALSE(seen[row]);
		seen[row] = true;
		CU_ASSERT_EQUAL(t->part[row], i < 3150 ? GD_SPLIT_TRAIN : i < 3500 ? GD_SPLIT_VALIDATION : GD_SPLIT_TEST);
		if (i && t->part[t->order[i - 1]] == t->part[row])
			CU_ASSERT_TRUE(t->keys[t->order[i - 1]].hash < t->keys[row].hash);
	}
	free(t);
}

/* Shuffling the file moves nothing but the numbers of equal records. */
static void test_file_order(void)
{
	table *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
	for (int grouped = 0; grouped < 2; grouped++) {
		fill(a->content, a->labels, a->groups);
		for (int i = 0; i < ROWS; i++) {
			int from = (int)((int64_t)i * 3001 % ROWS);
			/* Equal records are equal in everything. */
			if (i % 100 < 10)
				a->groups[i] = i / 100;
			b->content[i] = a->content[from];
			b->labels[i] = a->labels[from];
		}
		for (int i = 0; i < ROWS; i++)
			b->groups[i] = a->groups[(int64_t)i * 3001 % ROWS];
		split(a, 3, grouped);
		split(b, 3, grouped);
		for (int i = 0; i < ROWS; i++) {
			CU_ASSERT_EQUAL(a->keys[a->order[i]].hash, b->keys[b->order[i]].hash);
			CU_ASSERT_EQUAL(a->labels[a->order[i]], b->labels[b->order[i]]);
			CU_ASSERT_EQUAL(a->part[a->order[i]], b->part[b->order[i]]);
		}
	}
	/* Another seed is another split. */
	split(b, 4, false);
	split(a, 3, false);
	int same = 0;
	for (int i = 0; i < ROWS; i++)
		same += a->content[a->order[i]].high == b->content[b->order[i]].high;
	CU_ASSERT_TRUE(same < 100);
	free(a);
	free(b);
}

static void test_grouped(void)
{
	table *t = calloc(1, sizeof *t);
	fill(t->content, t->labels, t->groups);
	split(t, 1, true);
	static int part_of[GROUPS];
	memset(part_of, -1, sizeof part_of);
	for (int i = 0; i < ROWS; i++) {
		CU_ASSERT_TRUE(part_of[t->groups[i]] == -1 || part_of[t->groups[i]] == t->part[i]);
		part_of[t->groups[i]] = t->part[i];
	}
	CU_ASSERT_TRUE(t->count[GD_SPLIT_TEST] <= 1500 && t->count[GD_SPLIT_TEST] >= 1490);
	CU_ASSERT_TRUE(t->count[GD_SPLIT_VALIDATION] <= 351 && t->count[GD_SPLIT_VALIDATION] >= 340);
	free(t);
}

static void test_content(void)
{
	/* Moving a character from one field to the next makes another record. */
	char one[] = "ab", two[] = "c", three[] = "a", four[] = "bc";
	char *left[] = {one, two}, *right[] = {three, four};
	size_t left_lengths[] = {2, 1}, right_lengths[] = {1, 2};
	gd_record a = {.count = 2, .fields = left, .lengths = left_lengths}, b = {.count = 2, .fields = right, .lengths = right_lengths};
	CU_ASSERT_NOT_EQUAL(gd_content_of_record(&a).high, gd_content_of_record(&b).high);
	gd_content same[3];
	gd_split_key keys[3];
	for (int i = 0; i < 3; i++)
		same[i] = gd_content_of_record(&a);
	gd_status status = gd_split_key_all(0, 3, same, keys);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(keys[i].occurrence, i);
	CU_ASSERT_NOT_EQUAL(keys[0].hash, keys[1].hash);
	CU_ASSERT_NOT_EQUAL(keys[1].hash, keys[2].hash);
	/* However long fields are: the hash is that of each one's length in eight bytes and the field. */
	enum { LONGEST_FIELD = 1500 };
	static char text[LONGEST_FIELD + 1];
	memset(text, 'q', LONGEST_FIELD);
	char *fields[] = {text, text, text, text};
	for (size_t length = 0; length <= LONGEST_FIELD; length += length < 70 ? 1 : 101) {
		size_t lengths[] = {length, 7, length / 3, 1024};
		const gd_record record = {.count = 4, .fields = fields, .lengths = lengths};
		gd_sha256 hash;
		uint8_t digest[32];
		gd_sha256_init(&hash);
		for (int i = 0; i < 4; i++) {
			const uint8_t bytes[8] = {(uint8_t)(lengths[i] & 255), (uint8_t)(lengths[i] >> 8)};
			gd_sha256_update(&hash, bytes, sizeof bytes);
			gd_sha256_update(&hash, text, lengths[i]);
		}
		gd_sha256_finish(&hash, digest);
		gd_content content = gd_content_of_record(&record);
		for (int i = 0; i < 8; i++)
			CU_ASSERT_TRUE((content.high >> (56 - 8 * i) & 255) == digest[i] && (content.low >> (56 - 8 * i) & 255) == digest[8 + i]);
	}
	/* Source: sha256sum over eight bytes of length and "x". */
	CU_ASSERT_EQUAL(gd_content_of_text("x").high, 0xf91b14e7bbea4c5bu);
}

/* Together, contents are what they are alone: texts of any length, more than a batch holds, and those that are too long for it. */
static void test_batch(void)
{
	enum { MOST = 500, LONGEST = GD_CONTENT_BATCH_BYTES + 200 };
	static gd_content_batch batch;
	static gd_content together[2 * MOST], alone[2 * MOST];
	static char text[LONGEST + 1];
	int wrong = 0;
	for (int i = 0; i < LONGEST; i++)
		text[i] = (char)('a' + i * i % 23);
	for (int i = 0; i < MOST; i++) {
		char *start = text + i % 7, field[LONGEST + 1];
		size_t length = (size_t)(i % 50 ? i % 90 : LONGEST - 500 + i % 400);
		char *fields[] = {start, text, start + 3};
		size_t lengths[] = {length, (size_t)i % 20, 5};
		const gd_record record = {.count = i % 4, .fields = fields, .lengths = lengths};
		memcpy(field, start, length);
		field[length] = '\0';
		gd_content_batch_record(&batch, &record, &together[2 * i]);
		gd_content_batch_text(&batch, field, length, &together[2 * i + 1]);
		alone[2 * i] = gd_content_of_record(&record);
		alone[2 * i + 1] = gd_content_of_text(field);
	}
	gd_content_batch_finish(&batch);
	gd_content_batch_finish(&batch);
	for (int i = 0; i < 2 * MOST; i++)
		wrong += gd_content_compare(together[i], alone[i]) != 0;
	CU_ASSERT_EQUAL(wrong, 0);
}

const unit_test unit_tests[] = {
	{"quotas by largest remainder", test_totals},
	{"a random split fills its quotas", test_random},
	{"the order of the file does not matter", test_file_order},
	{"groups stay together", test_grouped},
	{"what a record is", test_content},
	{"contents together", test_batch},
	{NULL, NULL},
};
