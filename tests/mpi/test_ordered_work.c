#include "ranks.h"

#include <string.h>

#include "gd/parallel/ordered_work.h"

const char *const ranks_suite = "ordered_work";

/* Pieces are numbers; that of n is performed to n % 50 + 1 copies of n. */
typedef struct numbers {
	int made, pieces, taken;
	int fails_made, fails_performed, fails_taken; /* -1: none */
	bool fine;
} numbers;

static gd_status make(void *context, gd_buffer *piece)
{
	numbers *n = context;
	if (n->made == n->fails_made)
		return gd_error(GD_BAD_DATA, "made %d", n->made);
	if (n->made == n->pieces)
		return gd_ok();
	if (!gd_buffer_reserve(piece, sizeof n->made))
		return gd_out_of_memory("a piece");
	gd_buffer_add(piece, &n->made, sizeof n->made);
	n->made++;
	return gd_ok();
}

static gd_status perform(void *context, const char *piece, size_t length, gd_buffer *result)
{
	const numbers *n = context;
	int number;
	memcpy(&number, piece, length);
	if (n->fails_performed >= 0 && number >= n->fails_performed)
		return gd_error(GD_BAD_DATA, "performed %d", number);
	for (int i = 0; i <= number % 50; i++) {
		if (!gd_buffer_reserve(result, sizeof number))
			return gd_out_of_memory("a result");
		gd_buffer_add(result, &number, sizeof number);
	}
	return gd_ok();
}

static gd_status take(void *context, const char *result, size_t length)
{
	numbers *n = context;
	int number;
	n->fine &= length == (size_t)(n->taken % 50 + 1) * sizeof number;
	for (size_t at = 0; at < length; at += sizeof number) {
		memcpy(&number, result + at, sizeof number);
		n->fine &= number == n->taken;
	}
	if (n->taken == n->fails_taken)
		return gd_error(GD_FAILED, "took %d", n->taken);
	n->taken++;
	return gd_ok();
}

/* What all ranks return, and how many pieces rank 0 took. */
static void run(int pieces, int fails_made, int fails_performed, int fails_taken, const char *message, int taken)
{
	numbers n = {.pieces = pieces, .fails_made = fails_made, .fails_performed = fails_performed, .fails_taken = fails_taken, .fine = true};
	const gd_ordered_work work = {make, perform, take, &n};
	gd_status status = gd_ordered_work_run(&ranks, &work);
	CU_ASSERT_STRING_EQUAL(gd_failed(&status) ? status.message : "", message);
	CU_ASSERT(n.fine);
	CU_ASSERT_EQUAL(n.taken, ranks.rank ? 0 : taken);
}

static void order(void)
{
	run(0, -1, -1, -1, "", 0);
	run(1, -1, -1, -1, "", 1);
	run(2000, -1, -1, -1, "", 2000);
}

static void failures(void)
{
	run(500, 0, -1, -1, "made 0", 0);
	run(500, 300, -1, -1, "made 300", 300);
	run(500, 500, -1, -1, "made 500", 500);
	run(500, -1, 0, -1, "performed 0", 0);
	run(500, -1, 300, -1, "performed 300", 300);
	run(500, -1, -1, 300, "took 300", 300);
	/* The first in the order of the pieces. */
	run(500, 302, 300, -1, "performed 300", 300);
	run(500, 302, 400, 301, "took 301", 301);
	run(500, 300, 400, 400, "made 300", 300);
}

const ranks_test ranks_tests[] = {{"results come in order", order}, {"the first failure ends the work", failures}, {NULL, NULL}};
