#include "gd/parallel/ask.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/deal.h"
#include "gd/parallel/mpi_error.h"

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
	size_t size = (size_t)communicator->size, asked = 0, got = 0;
	if (size == 1)
		return ask_itself(mine, question, entries, count, answers);
	char *sorted = gd_allocate_unset(count, question->bytes), *given = NULL;
	int64_t *place = gd_allocate_unset(count, sizeof *place);
	int *counts = gd_allocate(size, sizeof *counts), *back = gd_allocate(size, sizeof *back);
	void *received = NULL, *returned = NULL;
	gd_status status = *mine;
	if (!gd_failed(&status) && (!sorted || !place || !counts || !back))
		status = gd_out_of_memory("what ranks ask each other");
	if (!gd_failed(&status) && count > INT_MAX)
		status = gd_error(GD_FAILED, "cannot deal out more than %d entries to one rank; more ranks would have fewer each", INT_MAX);
	if (!gd_failed(&status))
		status = sort_out(communicator, question->bytes, entries, owner, count, sorted, place, counts);
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_deal(communicator, question->bytes, sorted, counts, &received, &asked);
	if (gd_failed(&status))
		goto done;
	given = gd_allocate(asked, question->answer_bytes ? question->answer_bytes : 1);
	if (!given)
		status = gd_out_of_memory("what ranks answer");
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = question->answer(question->context, received, asked, given);
	status = gd_agree(communicator, &status);
	if (gd_failed(&status) || !question->answer_bytes)
		goto done;
	gd_wait_begin(communicator);
	int code = MPI_Alltoall(counts, 1, MPI_INT, back, 1, MPI_INT, communicator->mpi);
	gd_wait_finish(communicator);
	status = gd_mpi_error(code, "answer other ranks");
	if (!gd_failed(&status))
		status = gd_deal(communicator, question->answer_bytes, given, back, &returned, &got);
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		memcpy((char *)answers + i * question->answer_bytes, (char *)returned + (size_t)place[i] * question->answer_bytes, question->answer_bytes);
done:
	free(sorted);
	free(given);
	free(place);
	free(counts);
	free(back);
	free(received);
	free(returned);
	return status;
}
