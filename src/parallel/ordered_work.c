#include "gd/parallel/ordered_work.h"

#include <limits.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/parallel/mpi_error.h"

/* A rank that finds its next piece already there does not wait for rank 0. */
enum { AT_ONCE = 2,
	PIECE_TAG = 11,
	RESULT_TAG = 12 };

/* A result begins with the code of how the work fared; a failure's message follows in its place. */
typedef int verdict;

typedef struct slot {
	int owner; /* rank; -1: nobody has it */
	bool done;
	gd_buffer piece, result;
	MPI_Request sending;
} slot;

/* Rank 0's: pieces [first, next) are under way. */
typedef struct dealer {
	gd_communicator *communicator;
	const gd_ordered_work *work;
	slot *slots; /* [count], used in turn */
	int count;
	long long first, next;
	int *busy; /* [ranks]: pieces that a rank has */
	bool ended;
	gd_status made; /* how making the last piece fared */
} dealer;

/* A result has room for it. */
static void put_failure(gd_buffer *result, gd_status status)
{
	const verdict code = (verdict)status.code;
	result->length = 0;
	gd_buffer_add(result, &code, sizeof code);
	gd_buffer_add(result, &status, sizeof status);
}

static void perform(const gd_ordered_work *work, const gd_buffer *piece, gd_buffer *result)
{
	const verdict well = GD_OK;
	result->length = sizeof well;
	gd_status status = work->perform(work->context, piece->bytes, piece->length, result);
	if (!gd_failed(&status) && result->length > INT_MAX)
		status = gd_error(GD_FAILED, "a piece's results have more than 2 GiB");
	if (gd_failed(&status))
		put_failure(result, status);
	else
		memcpy(result->bytes, &well, sizeof well);
}

/* What must be there for a failure to be told. */
static bool have_room(gd_buffer *result)
{
	return gd_buffer_reserve(result, sizeof(verdict) + sizeof(gd_status));
}

static slot *slot_of(const dealer *d, long long piece)
{
	return &d->slots[piece % d->count];
}

/* Receives a message of unknown length, which is there or will be. *lost: there was no memory for it, and it is gone, so that its sender need not wait. */
static gd_status receive(gd_communicator *communicator, int source, int tag, gd_buffer *buffer, bool *lost)
{
	MPI_Status envelope;
	MPI_Request request;
	int length = 0;
	gd_wait_begin(communicator);
	int code = MPI_Probe(source, tag, communicator->mpi, &envelope);
	gd_wait_finish(communicator);
	if (code == MPI_SUCCESS)
		code = MPI_Get_count(&envelope, MPI_BYTE, &length);
	if (code != MPI_SUCCESS)
		return gd_mpi_error(code, "receive a piece of work");
	buffer->length = 0;
	*lost = !gd_buffer_reserve(buffer, (size_t)length);
	code = MPI_Irecv(*lost ? NULL : buffer->bytes, *lost ? 0 : length, MPI_BYTE, source, tag, communicator->mpi, &request);
	gd_status status = code == MPI_SUCCESS ? gd_wait(communicator, &request) : gd_mpi_error(code, "receive a piece of work");
	buffer->length = (size_t)length;
	/* That it was cut short is no error then. */
	return *lost ? gd_ok() : status;
}

/* The result of the oldest piece that a rank has. */
static gd_status receive_result(dealer *d, int rank)
{
	long long piece = d->first;
	while (slot_of(d, piece)->owner != rank || slot_of(d, piece)->done)
		piece++;
	slot *s = slot_of(d, piece);
	bool lost = false;
	gd_status status = receive(d->communicator, rank, RESULT_TAG, &s->result, &lost);
	if (lost)
		put_failure(&s->result, gd_out_of_memory("a piece of work"));
	if (!gd_failed(&status))
		status = gd_wait(d->communicator, &s->sending);
	s->done = true;
	d->busy[rank]--;
	return status;
}

static gd_status receive_what_is_there(dealer *d)
{
	for (;;) {
		MPI_Status envelope;
		int there = 0;
		int code = MPI_Iprobe(MPI_ANY_SOURCE, RESULT_TAG, d->communicator->mpi, &there, &envelope);
		if (code != MPI_SUCCESS)
			return gd_mpi_error(code, "receive a piece of work");
		if (!there)
			return gd_ok();
		gd_status status = receive_result(d, envelope.MPI_SOURCE);
		if (gd_failed(&status))
			return status;
	}
}

/* The rank with the fewest pieces, if that is few; else rank 0. */
static int choose_rank(const dealer *d)
{
	int best = 0;
	for (int r = 1; r < d->communicator->size; r++)
		if (d->busy[r] < AT_ONCE && (!best || d->busy[r] < d->busy[best]))
			best = r;
	return best;
}

static gd_status hand_out(dealer *d, slot *s)
{
	s->owner = choose_rank(d);
	s->done = !s->owner;
	if (!s->owner) {
		perform(d->work, &s->piece, &s->result);
		return gd_ok();
	}
	d->busy[s->owner]++;
	int code = MPI_Isend(s->piece.bytes, (int)s->piece.length, MPI_BYTE, s->owner, PIECE_TAG, d->communicator->mpi, &s->sending);
	return code == MPI_SUCCESS ? gd_ok() : gd_mpi_error(code, "send a piece of work");
}

static gd_status make(dealer *d)
{
	slot *s = slot_of(d, d->next);
	s->piece.length = 0;
	d->made = d->work->make(d->work->context, &s->piece);
	if (!gd_failed(&d->made) && s->piece.length > INT_MAX)
		d->made = gd_error(GD_FAILED, "a record of more than 2 GiB");
	d->ended = gd_failed(&d->made) || !s->piece.length;
	if (d->ended)
		return gd_ok();
	d->next++;
	return hand_out(d, s);
}

static gd_status take_done(dealer *d)
{
	while (d->first < d->next && slot_of(d, d->first)->done) {
		slot *s = slot_of(d, d->first++);
		verdict code;
		memcpy(&code, s->result.bytes, sizeof code);
		gd_status status = gd_ok();
		if (code)
			memcpy(&status, s->result.bytes + sizeof code, sizeof status);
		else
			status = d->work->take(d->work->context, s->result.bytes + sizeof code, s->result.length - sizeof code);
		if (gd_failed(&status))
			return status;
	}
	return gd_ok();
}

/* MPI's own failures go to `*broken`: nothing can be told to the others then. */
static gd_status deal(dealer *d, gd_status *broken)
{
	*broken = gd_ok();
	for (;;) {
		gd_status status = take_done(d);
		if (gd_failed(&status))
			return status;
		if (d->ended && d->first == d->next)
			return d->made;
		if (!d->ended && d->next - d->first < d->count)
			*broken = make(d);
		else
			*broken = receive_result(d, slot_of(d, d->first)->owner);
		if (!gd_failed(broken) && d->communicator->size > 1)
			*broken = receive_what_is_there(d);
		if (gd_failed(broken))
			return *broken;
	}
}

/* What is still under way is waited for, and the others are told that no more comes. */
static gd_status end_dealing(dealer *d)
{
	gd_status status = gd_ok();
	for (int r = 1; r < d->communicator->size && !gd_failed(&status); r++) {
		while (d->busy[r] && !gd_failed(&status))
			status = receive_result(d, r);
		MPI_Request request;
		if (gd_failed(&status))
			break;
		int code = MPI_Isend(NULL, 0, MPI_BYTE, r, PIECE_TAG, d->communicator->mpi, &request);
		status = code == MPI_SUCCESS ? gd_wait(d->communicator, &request) : gd_mpi_error(code, "end the work");
	}
	return status;
}

static gd_status work_for_rank_0(gd_communicator *communicator, const gd_ordered_work *work, gd_buffer *result)
{
	gd_buffer piece = {0};
	gd_status status = gd_ok();
	while (!gd_failed(&status)) {
		bool lost = false;
		status = receive(communicator, 0, PIECE_TAG, &piece, &lost);
		if (gd_failed(&status) || !piece.length)
			break;
		if (lost)
			put_failure(result, gd_out_of_memory("a piece of work"));
		else
			perform(work, &piece, result);
		MPI_Request request;
		int code = MPI_Isend(result->bytes, (int)result->length, MPI_BYTE, 0, RESULT_TAG, communicator->mpi, &request);
		status = code == MPI_SUCCESS ? gd_wait(communicator, &request) : gd_mpi_error(code, "send a piece of work");
	}
	gd_buffer_release(&piece);
	return status;
}

static gd_status lead(dealer *d)
{
	gd_status broken;
	gd_status status = deal(d, &broken);
	if (!gd_failed(&broken))
		broken = end_dealing(d);
	return gd_failed(&broken) ? broken : status;
}

gd_status gd_ordered_work_run(gd_communicator *communicator, const gd_ordered_work *work)
{
	dealer d = {.communicator = communicator, .work = work, .count = (communicator->size - 1) * AT_ONCE + 1};
	bool leads = communicator->rank == 0;
	d.slots = gd_allocate(leads ? (size_t)d.count : 0, sizeof *d.slots);
	d.busy = gd_allocate(leads ? (size_t)communicator->size : 0, sizeof *d.busy);
	gd_buffer result = {0};
	bool complete = d.slots && d.busy && have_room(&result);
	for (int i = 0; leads && complete && i < d.count; i++) {
		d.slots[i] = (slot){.owner = -1, .sending = MPI_REQUEST_NULL};
		complete = have_room(&d.slots[i].result);
	}
	gd_status mine = complete ? gd_ok() : gd_out_of_memory("the pieces of work");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		communicator->phase = "sharing records";
		status = leads ? lead(&d) : work_for_rank_0(communicator, work, &result);
		gd_status sent = gd_broadcast(communicator, &status, sizeof status);
		if (gd_failed(&sent))
			status = sent;
	}
	for (int i = 0; leads && d.slots && i < d.count; i++) {
		gd_buffer_release(&d.slots[i].piece);
		gd_buffer_release(&d.slots[i].result);
	}
	gd_buffer_release(&result);
	free(d.slots);
	free(d.busy);
	return status;
}
