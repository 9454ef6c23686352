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

void gd_ask_room_release(gd_ask_room *room)
{
	for (int i = 0; i < GD_ASK_PARTS; i++)
		free(room->parts[i].memory);
	*room = (gd_ask_room){0};
}

/* [GD_ASK_PARTS] */
enum { SORTED,
	PLACE,
	RECEIVED,
	GIVEN,
	RETURNED };

/* A part for so many items, whatever they were before; NULL when out of memory. */
static void *have(gd_ask_room *room, int part, size_t count, size_t size)
{
	void *memory = room->parts[part].memory;
	if (memory && (size == 0 || count <= room->parts[part].bytes / size))
		return memory;
	free(memory);
	memory = room->parts[part].memory = gd_allocate_unset(count, size);
	room->parts[part].bytes = memory ? count * size : 0;
	return memory;
}

/* Each step that waits for all ranks takes as long as the slowest is behind: as few as can be. */
static gd_status ask_in(gd_ask_room *room, gd_dealing *dealing, gd_communicator *communicator, const gd_status *mine, const gd_question *question, const void *entries, const int *owner, size_t count, void *answers)
{
	const size_t bytes = question->answer_bytes;
	size_t asked = 0;
	char *sorted = have(room, SORTED, count, question->bytes), *returned = have(room, RETURNED, bytes ? count : 0, bytes);
	int64_t *place = have(room, PLACE, count, sizeof *place);
	gd_status status = *mine;
	if (!gd_failed(&status) && (!sorted || !place || !returned || !gd_dealing_init(dealing, communicator)))
		status = gd_out_of_memory("what ranks ask each other");
	if (!gd_failed(&status) && count > INT_MAX)
		status = gd_error(GD_FAILED, "cannot deal out more than %d entries to one rank; more ranks would have fewer each", INT_MAX);
	if (!gd_failed(&status))
		status = sort_out(communicator, question->bytes, entries, owner, count, sorted, place, dealing->leave);
	status = gd_agree(communicator, &status);
	if (gd_failed(&status))
		return status;
	status = gd_dealing_count(communicator, dealing, &asked);
	void *received = NULL, *given = NULL;
	if (!gd_failed(&status)) {
		received = have(room, RECEIVED, asked, question->bytes);
		given = have(room, GIVEN, bytes ? asked : 0, bytes);
		if (!received || !given)
			status = gd_out_of_memory("what ranks answer");
		else
			memset(given, 0, asked * bytes);
	}
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_dealing_move(communicator, dealing, question->bytes, false, sorted, received);
	if (!gd_failed(&status))
		status = question->answer(question->context, received, asked, given);
	status = gd_agree(communicator, &status);
	if (gd_failed(&status) || !bytes)
		return status;
	status = gd_dealing_move(communicator, dealing, bytes, true, given, returned);
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		memcpy((char *)answers + i * bytes, returned + (size_t)place[i] * bytes, bytes);
	return status;
}

gd_status gd_ask(gd_communicator *communicator, const gd_status *mine, const gd_question *question, const void *entries, const int *owner, size_t count, void *answers)
{
	if (communicator->size == 1)
		return ask_itself(mine, question, entries, count, answers);
	gd_dealing dealing = {0};
	gd_ask_room own = {0};
	gd_status status = ask_in(question->room ? question->room : &own, &dealing, communicator, mine, question, entries, owner, count, answers);
	free(dealing.leave);
	gd_ask_room_release(&own);
	return status;
}
