#include "gd/parallel/ask.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/deal.h"

int gd_owner_of(const gd_communicator *communicator, uint64_t hash)
{
	return (int)((unsigned __int128)hash * (unsigned)communicator->size >> 64);
}

/* Entries in the order of their owners; place [count]: where each went. */
static gd_status sort_out(gd_communicator *communicator, size_t bytes, const void *entries, const int *owner, size_t count, char *sorted, int64_t *place, int *counts)
{
	size_t size = (size_t)communicator->size;
	int64_t *next = gd_allocate(size + 1, sizeof *next);
	if (!next)
		return gd_out_of_memory("what ranks ask each other");
	for (size_t i = 0; i < count; i++)
		next[owner[i] + 1]++;
	for (size_t r = 0; r < size; r++)
		counts[r] = (int)next[r + 1];
	for (size_t r = 0; r < size; r++)
		next[r + 1] += next[r];
	for (size_t i = 0; i < count; i++) {
		place[i] = next[owner[i]]++;
		memcpy(sorted + (size_t)place[i] * bytes, (const char *)entries + i * bytes, bytes);
	}
	free(next);
	return gd_ok();
}

/* Of a rank that is alone. */
static gd_status ask_itself(const gd_status *mine, const gd_question *question, const void *entries, size_t count, void *answers)
{
	if (gd_failed(mine))
		return *mine;
	if (question->answer_bytes)
		memset(answers, 0, count * question->answer_bytes);
	return question->answer(question->context, entries, count, answers);
}

gd_status gd_ask(gd_communicator *communicator, const gd_status *mine, const gd_question *question, const void *entries, const int *owner, size_t count, void *answers)
{
	const size_t bytes = question->answer_bytes;
	size_t asked = 0;
	if (communicator->size == 1)
		return ask_itself(mine, question, entries, count, answers);
	gd_dealing dealing = {0};
	char *sorted = gd_allocate_unset(count, question->bytes), *received = NULL, *given = NULL, *returned = gd_allocate_unset(bytes ? count : 0, bytes);
	int64_t *place = gd_allocate_unset(count, sizeof *place);
	gd_status status = *mine;
	if (!gd_failed(&status) && (!sorted || !place || !returned || !gd_dealing_init(&dealing, communicator)))
		status = gd_out_of_memory("what ranks ask each other");
	if (!gd_failed(&status) && count > INT_MAX)
		status = gd_error(GD_FAILED, "cannot deal out more than %d entries to one rank; more ranks would have fewer each", INT_MAX);
	if (!gd_failed(&status))
		status = sort_out(communicator, question->bytes, entries, owner, count, sorted, place, dealing.leave);
	/* Each step that waits for all ranks takes as long as the slowest is behind: as few as can be. */
	status = gd_agree(communicator, &status);
	if (gd_failed(&status))
		goto done;
	status = gd_dealing_count(communicator, &dealing, &asked);
	if (!gd_failed(&status)) {
		received = gd_allocate_unset(asked, question->bytes);
		given = gd_allocate(bytes ? asked : 0, bytes);
		if (!received || !given)
			status = gd_out_of_memory("what ranks answer");
	}
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_dealing_move(communicator, &dealing, question->bytes, false, sorted, received);
	if (!gd_failed(&status))
		status = question->answer(question->context, received, asked, given);
	status = gd_agree(communicator, &status);
	if (gd_failed(&status) || !bytes)
		goto done;
	status = gd_dealing_move(communicator, &dealing, bytes, true, given, returned);
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		memcpy((char *)answers + i * bytes, returned + (size_t)place[i] * bytes, bytes);
done:
	free(dealing.leave);
	free(sorted);
	free(received);
	free(given);
	free(returned);
	free(place);
	return status;
}
