/* Shares that ranks hold in their order, made one; and questions to the ranks that own what they are about. */
#include "ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/ask.h"
#include "gd/parallel/join.h"

const char *const ranks_suite = "join";

static void test_counts(void)
{
	int64_t counts[2] = {ranks.rank + 1, INT64_C(1) << 60}, before[2];
	counts[1] >>= 5;
	CU_ASSERT_TRUE(ranks_ok(gd_join_before(&ranks, counts, 2, before)));
	CU_ASSERT_EQUAL(before[0], (int64_t)ranks.rank * (ranks.rank + 1) / 2);
	CU_ASSERT_EQUAL(before[1], ranks.rank * (INT64_C(1) << 55));
	CU_ASSERT_TRUE(ranks_ok(gd_join_counts(&ranks, counts, 2)));
	CU_ASSERT_EQUAL(counts[0], (int64_t)ranks.size * (ranks.size + 1) / 2);
	CU_ASSERT_EQUAL(counts[1], ranks.size * (INT64_C(1) << 55));
}

/* Bad data of the lowest rank is everybody's, in its words alone; another failure goes first. */
static void test_agreement(void)
{
	char text[64];
	for (int last = 0; last < ranks.size; last++) {
		snprintf(text, sizeof text, "line %d", ranks.rank);
		gd_status mine = ranks.rank >= last ? gd_error(GD_BAD_DATA, "%s", text) : gd_ok();
		gd_status status = gd_join_agree(&ranks, &mine);
		snprintf(text, sizeof text, "line %d", last);
		CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
		CU_ASSERT_STRING_EQUAL(status.message, text);
	}
	gd_status mine = ranks.rank == ranks.size - 1 ? gd_error(GD_USAGE, "no use") : gd_ok(), status = gd_join_agree(&ranks, &mine);
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	mine = gd_ok();
	CU_ASSERT_TRUE(ranks_ok(gd_join_agree(&ranks, &mine)));
}

typedef struct word {
	char text[64];
	int fails; /* the rank that does not take in what it gets; -1: none */
} word;

static gd_status give(void *context, void **bytes, size_t *size)
{
	const word *w = context;
	*bytes = strdup(w->text);
	*size = strlen(w->text) + 1;
	return gd_ok();
}

static gd_status take(void *context, const void *bytes, size_t size)
{
	word *w = context;
	CU_ASSERT_EQUAL(strlen(bytes) + 1, size);
	strcat(w->text, bytes);
	return ranks.rank == w->fails ? gd_error(GD_FAILED, "enough") : gd_ok();
}

static void test_join(void)
{
	char expected[64] = "";
	for (int r = 0; r < ranks.size; r++)
		sprintf(expected + strlen(expected), "%d.", r);
	for (int fails = -1; fails < ranks.size; fails += 2) {
		word w = {.fails = fails == -1 || ranks.size == 1 ? -1 : 0};
		const gd_join join = {give, take, &w};
		void *bytes;
		size_t size;
		gd_status mine = gd_ok();
		sprintf(w.text, "%d.", ranks.rank);
		/* A rank may have nothing to give, or fail to take in. */
		if (fails == ranks.rank && fails > 0)
			mine = gd_error(GD_BAD_DATA, "nothing");
		gd_status status = gd_join_ranks(&ranks, &mine, &join, &bytes, &size);
		bool well = fails == -1 || ranks.size == 1;
		CU_ASSERT_EQUAL(!gd_failed(&status), well);
		if (well && !gd_failed(&status))
			CU_ASSERT_STRING_EQUAL(bytes, expected);
		free(bytes);
	}
}

/* Of rank r, r letters. */
static void test_shares(void)
{
	char mine[16] = "", expected[256] = "";
	void *all;
	size_t size;
	for (int r = 0; r < ranks.size; r++)
		for (int i = 0; i < r; i++)
			expected[strlen(expected)] = (char)('a' + r);
	memset(mine, 'a' + ranks.rank, (size_t)ranks.rank);
	gd_status fine = gd_ok();
	CU_ASSERT_TRUE(ranks_ok(gd_join_shares(&ranks, &fine, mine, strlen(mine), &all, &size)));
	CU_ASSERT_EQUAL(size, strlen(expected));
	CU_ASSERT_FALSE(memcmp(all, expected, size));
	free(all);
	gd_status bad = ranks.rank == ranks.size - 1 ? gd_error(GD_BAD_DATA, "no use") : gd_ok(), status = gd_join_shares(&ranks, &bad, mine, strlen(mine), &all, &size);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	CU_ASSERT_PTR_NULL(all);
}

/* Twice the question, and, of the rank that is asked, the number of questions. */
static gd_status answer(void *context, const void *entries, size_t count, void *answers)
{
	const int64_t *asked = entries;
	int64_t *given = answers;
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT_EQUAL(asked[i] % ranks.size, ranks.rank);
		given[2 * i] += 2 * asked[i]; /* to nothing, whatever was in its place before */
		given[2 * i + 1] += (int64_t)count;
	}
	return *(int *)context == ranks.rank ? gd_error(GD_FAILED, "no answer") : gd_ok();
}

static void test_ask(void)
{
	/* Rank r asks 5 r times: rank 0 nothing. */
	size_t count = 5 * (size_t)ranks.rank;
	int64_t *entries = gd_allocate(count, sizeof *entries), *answers = gd_allocate(2 * count, sizeof *answers);
	int *owner = gd_allocate(count, sizeof *owner);
	for (size_t i = 0; i < count; i++) {
		entries[i] = (int64_t)(i * 7 + (size_t)ranks.rank);
		owner[i] = (int)(entries[i] % ranks.size);
	}
	int silent = -1;
	gd_ask_room room = {0};
	gd_question question = {sizeof *entries, 2 * sizeof *answers, answer, &silent, NULL};
	gd_status mine = gd_ok();
	/* The last time more than before, in the room of those before. */
	for (int time = 0; time < 3; time++, question.room = &room) {
		size_t some = time == 1 ? count / 2 : count;
		CU_ASSERT_TRUE(ranks_ok(gd_ask(&ranks, &mine, &question, entries, owner, some, answers)));
		for (size_t i = 0; i < some; i++)
			CU_ASSERT_EQUAL(answers[2 * i], 2 * entries[i]);
	}
	silent = ranks.size - 1;
	gd_status status = gd_ask(&ranks, &mine, &question, entries, owner, count, answers);
	CU_ASSERT_EQUAL(status.code, GD_FAILED);
	silent = -1;
	mine = ranks.rank == 0 ? gd_error(GD_BAD_DATA, "before") : gd_ok();
	status = gd_ask(&ranks, &mine, &question, entries, owner, count, answers);
	CU_ASSERT_EQUAL(status.code, GD_BAD_DATA);
	gd_ask_room_release(&room);
	free(entries);
	free(answers);
	free(owner);
	CU_ASSERT_EQUAL(gd_owner_of(&ranks, 0), 0);
	CU_ASSERT_EQUAL(gd_owner_of(&ranks, UINT64_MAX), ranks.size - 1);
}

const ranks_test ranks_tests[] = {
	{"counts", test_counts},
	{"agreement on data", test_agreement},
	{"join", test_join},
	{"shares", test_shares},
	{"questions", test_ask},
	{0},
};
