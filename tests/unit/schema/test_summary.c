#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/schema/summary.h"

const char *const unit_suite = "summary";

/* A value of a table of `kind`, whose values are never those of its neighbour. */
static const char *value_of(int kind, int64_t number, char room[64])
{
	uint64_t mixed = (uint64_t)number * 0x9E3779B97F4A7C15u >> 20;
	switch (kind) {
	case 0:
		snprintf(room, 64, "%d", (int)(mixed % 1000));
		break;
	case 1:
		snprintf(room, 64, "v%llu", (unsigned long long)(mixed % 30011));
		break;
	case 2:
		snprintf(room, 64, "%02d/%02d/20%02d", (int)(mixed % 12 + 1), (int)(mixed % 28 + 1), (int)(mixed % 20));
		break;
	case 5:
		snprintf(room, 64, mixed % 97 ? "%d" : "%03d", (int)(mixed % 100));
		break;
	case 3:
		snprintf(room, 64, "%lld", (long long)(5 * number + (int)(mixed % 3)));
		break;
	default:
		snprintf(room, 64, mixed % 7 ? "$%d,%03d.50" : "%d kg", (int)(mixed % 9 + 1), (int)(mixed % 1000));
	}
	return mixed % 11 ? room : "";
}

static void add_stretch(gd_summary *summary, int kind, int64_t first, int64_t end)
{
	char room[64];
	gd_summary_init(summary);
	for (int64_t i = first; i < end; i++) {
		const char *text = value_of(kind, i, room);
		gd_status status = gd_summary_add(summary, text, !*text, i);
		CU_ASSERT_EQUAL_FATAL(status.code, GD_OK);
	}
}

static int by_hash(const void *a, const void *b)
{
	const gd_level *x = a, *y = b;
	return (x->hash > y->hash) - (x->hash < y->hash);
}

static int list_levels(const gd_summary *summary, gd_level *levels)
{
	int count = 0;
	for (uint64_t i = 0; i < summary->sample.room; i++)
		if (summary->sample.slots[i].hash)
			levels[count++] = summary->sample.slots[i];
	qsort(levels, (size_t)count, sizeof *levels, by_hash);
	return count;
}

static void compare(const gd_summary *a, const gd_summary *b)
{
	static gd_level left[2 * GD_SAMPLE_LEVELS], right[2 * GD_SAMPLE_LEVELS];
	gd_summary x = *a, y = *b;
	CU_ASSERT_EQUAL_FATAL(x.sample.count, y.sample.count);
	CU_ASSERT_EQUAL(x.sample.limit, y.sample.limit);
	int count = list_levels(a, left);
	list_levels(b, right);
	CU_ASSERT_FALSE(memcmp(left, right, (size_t)count * sizeof *left));
	memset(&x.sample, 0, sizeof x.sample);
	memset(&y.sample, 0, sizeof y.sample);
	/* Both began zeroed, padding included. */
	CU_ASSERT_FALSE(memcmp(&x, &y, sizeof x));
}

/* Any dealing out of the records in stretches gives one summary, to the last bit. */
static void test_merge(void)
{
	enum { RECORDS = 40000 };
	static const int64_t cuts[][5] = {{0, 1, 2, 3, RECORDS}, {0, 10000, 10000, 30001, RECORDS}, {0, 39999, 40000, 40000, RECORDS}};
	for (int kind = 0; kind < 6; kind++) {
		gd_summary whole;
		memset(&whole, 0, sizeof whole);
		add_stretch(&whole, kind, 0, RECORDS);
		gd_status status = gd_summary_finish(&whole);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
			gd_summary parts[4];
			memset(parts, 0, sizeof parts);
			for (int i = 0; i < 4; i++)
				add_stretch(&parts[i], kind, cuts[c][i], cuts[c][i + 1]);
			/* (0 + 1) + (2 + 3), another tree than the whole's. */
			status = gd_summary_merge(&parts[2], &parts[3]);
			CU_ASSERT_EQUAL(status.code, GD_OK);
			status = gd_summary_merge(&parts[0], &parts[1]);
			CU_ASSERT_EQUAL(status.code, GD_OK);
			status = gd_summary_merge(&parts[0], &parts[2]);
			CU_ASSERT_EQUAL(status.code, GD_OK);
			status = gd_summary_finish(&parts[0]);
			CU_ASSERT_EQUAL(status.code, GD_OK);
			compare(&whole, &parts[0]);
			for (int i = 0; i < 4; i++)
				gd_summary_release(&parts[i]);
		}
		if (kind == 1) {
			CU_ASSERT(whole.sample.room <= GD_SAMPLE_SLOTS);
			static bool seen[30011];
			long distinct = 0;
			for (int64_t i = 0; i < RECORDS; i++) {
				char room[64];
				const char *text = value_of(kind, i, room);
				long value = *text ? atol(text + 1) : 0;
				distinct += *text && !seen[value];
				seen[value] = seen[value] || *text;
			}
			CU_ASSERT(labs((long)gd_summary_distinct(&whole) - distinct) < distinct / 30);
		}
		gd_summary_release(&whole);
	}
}

/* As bytes and back. */
static void send(gd_summary *summary)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	gd_summary_pack(summary, out);
	fclose(out);
	const char *at = bytes;
	gd_status status = gd_summary_unpack(summary, &at, bytes + size);
	CU_ASSERT_EQUAL(status.code, GD_OK);
	CU_ASSERT_PTR_EQUAL(at, bytes + size);
	free(bytes);
}

/* What is kept of a summary that nothing is added to answers as the whole one does, also where it was sent. */
static void test_condensed(void)
{
	static const int64_t records[] = {0, 1, 100, 40000};
	for (int i = 0; i < 6 * 4; i++) {
		gd_summary whole, less;
		add_stretch(&whole, i % 6, 0, records[i / 6]);
		add_stretch(&less, i % 6, 0, records[i / 6]);
		gd_status status = gd_summary_finish(&whole);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		status = gd_summary_finish(&less);
		CU_ASSERT_EQUAL(status.code, GD_OK);
		if (i % 2)
			send(&whole);
		/* Again changes nothing. */
		for (int again = 0; again < 2; again++) {
			gd_summary_condense(&less);
			send(&less);
			status = gd_summary_finish(&less);
			CU_ASSERT_EQUAL(status.code, GD_OK);
		}
		CU_ASSERT(less.sample.room <= whole.sample.room && (less.sample.room < 300 || records[i / 6] < 40000));
		CU_ASSERT_EQUAL(gd_summary_distinct(&less), gd_summary_distinct(&whole));
		CU_ASSERT_EQUAL(gd_summary_all_differ(&less), gd_summary_all_differ(&whole));
		for (int64_t least = 1; least < 100; least++)
			CU_ASSERT_EQUAL(gd_summary_frequent(&less, least), gd_summary_frequent(&whole, least));
		gd_summary_release(&less);
		gd_summary_release(&whole);
	}
}

static void test_counts(void)
{
	static const char *const texts[] = {"1", "2.5", "-999", "1.0", "x", "3 kg", "$4", "1,234", "true", "2020-01-02", "01/02/2020", "", "inf", "-999"};
	gd_summary summary;
	gd_summary_init(&summary);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		gd_status status = gd_summary_add(&summary, texts[i], !*texts[i], (int64_t)i + 1);
		CU_ASSERT_EQUAL(status.code, GD_OK);
	}
	gd_status finished = gd_summary_finish(&summary);
	CU_ASSERT_EQUAL(finished.code, GD_OK);
	CU_ASSERT_EQUAL(gd_summary_values(&summary), 13);
	CU_ASSERT_EQUAL(summary.missing, 1);
	CU_ASSERT_EQUAL(summary.numbers, 5);
	CU_ASSERT_EQUAL(summary.grouped, 1);
	CU_ASSERT_STRING_EQUAL(summary.units.unit[0], "$");
	CU_ASSERT_STRING_EQUAL(summary.units.unit[1], "kg");
	CU_ASSERT_TRUE(summary.units.count[0] == 1 && summary.units.count[1] == 1);
	CU_ASSERT_TRUE(summary.fractional);
	CU_ASSERT_TRUE(summary.least.value == -999 && summary.least.count == 2 && summary.least.next == 1);
	CU_ASSERT_TRUE(summary.most.value == 1234 && summary.most.count == 1 && summary.most.next == 4);
	CU_ASSERT_EQUAL(summary.dates[GD_DATE_YEAR_FIRST].count, 1);
	CU_ASSERT_EQUAL(summary.dates[GD_DATE_MONTH_FIRST].count, 2);
	CU_ASSERT_EQUAL(summary.ambiguous, 1);
	CU_ASSERT_EQUAL(summary.truths[1], 3); /* 1, 1.0, true */
	CU_ASSERT_EQUAL(summary.truth_words, 1);
	/* 1 and 1.0 are one value. */
	CU_ASSERT_EQUAL(gd_summary_distinct(&summary), 11);
	CU_ASSERT_EQUAL(gd_summary_frequent(&summary, 2), 2);
	CU_ASSERT_FALSE(gd_summary_all_differ(&summary));
	CU_ASSERT_STRING_EQUAL(summary.example, "01/02/2020");
	gd_summary_release(&summary);
}

const unit_test unit_tests[] = {
	{"summaries of stretches make one of the whole", test_merge},
	{"what is kept of a finished one", test_condensed},
	{"kinds of values are counted", test_counts},
	{NULL, NULL},
};
