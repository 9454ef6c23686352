#include "unit.h"

#include <math.h>
#include <string.h>

#include "gd/base/sha256.h"
#include "gd/features/content_batch.h"
#include "gd/features/split.h"

const char *const unit_suite = "split";

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

static void test_content(void)
{
	/* Moving a character from one field to the next makes another record. */
	char one[] = "ab", two[] = "c", three[] = "a", four[] = "bc";
	char *left[] = {one, two}, *right[] = {three, four};
	size_t left_lengths[] = {2, 1}, right_lengths[] = {1, 2};
	gd_record a = {.count = 2, .fields = left, .lengths = left_lengths}, b = {.count = 2, .fields = right, .lengths = right_lengths};
	CU_ASSERT_NOT_EQUAL(gd_content_of_record(&a).high, gd_content_of_record(&b).high);
	/* Equal records have places of their own. */
	gd_split_key keys[3];
	for (int i = 0; i < 3; i++)
		keys[i] = gd_split_key_of(0, gd_content_of_record(&a), i);
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
	{"what a record is", test_content},
	{"contents together", test_batch},
	{NULL, NULL},
};
