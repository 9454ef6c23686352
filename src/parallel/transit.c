#include "gd/parallel/transit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/kernel/transpose.h"
#include "gd/parallel/mpi_error.h"

enum {
	EXTRA_WORDS = 2,         /* A row travels as its features, its label, its slot at the consumer, and its weight if it has one: 4 bytes each. */
	PIECE_BYTES = 1 << 20,   /* of a piece's records on a rank, about: small beside a shard, and stays in the cache */
	MESSAGE_BYTES = 1 << 12, /* from each rank, at least: worth a message's latency */
	TOGETHER = 512,          /* rows whose places are computed at once */
	AHEAD = 8,               /* rows that are fetched before their turn */
};

/* Rows that have come, or are on their way. */
typedef struct arrival {
	int64_t round, piece; /* -1: none */
	int64_t slots;
	float *records;      /* [slots, words] */
	uint32_t *record_of; /* [slots] the record of each */
} arrival;

struct gd_transit {
	gd_communicator *communicator;
	int features;
	const gd_row_form *form;
	bool weighted;
	size_t words; /* of a row that travels */
	MPI_Datatype record;
	int64_t addressed;                                 /* the round that the addresses are for; -1: none */
	uint32_t *group, *slot;                            /* [shard] consumer * pieces + piece, or past the last for a row that is not used; the slot there */
	uint32_t *order;                                   /* [shard] the rows, piece by piece and in it consumer by consumer */
	int64_t *piece_start;                              /* [pieces] into the order */
	int *send_count, *receive_count;                   /* [ranks, pieces] */
	uint32_t *place;                                   /* [ranks, pieces] where the next row of a group goes */
	int *sent, *send_start, *received, *receive_start; /* [ranks] of one piece */
	float *outgoing;                                   /* [outgoing_room, words] */
	int64_t outgoing_room;
	arrival present, coming;
	MPI_Request request; /* of what is coming */
};

static size_t words_of(int features, bool weighted)
{
	return (size_t)features + EXTRA_WORDS + weighted;
}

int64_t gd_transit_piece_rows(int ranks, int features, bool weighted, int64_t piece_bytes)
{
	int64_t least = (int64_t)MESSAGE_BYTES * ranks, bytes = piece_bytes ? piece_bytes : least > PIECE_BYTES ? least
														: PIECE_BYTES;
	return bytes / (int64_t)sizeof(float) * ranks / (int64_t)words_of(features, weighted);
}

static bool allocate(gd_transit *transit, const gd_transit_room *room)
{
	size_t ranks = (size_t)transit->communicator->size, shard = (size_t)room->shard_rows, slots = (size_t)room->piece_slots, pieces = (size_t)room->pieces;
	size_t record_bytes = transit->words * sizeof(float);
	transit->group = gd_allocate(shard, sizeof *transit->group);
	transit->slot = gd_allocate(shard, sizeof *transit->slot);
	transit->order = gd_allocate(shard, sizeof *transit->order);
	transit->piece_start = gd_allocate(pieces, sizeof *transit->piece_start);
	transit->send_count = gd_allocate(2 * (pieces + 2) * ranks, sizeof(int));
	transit->place = gd_allocate(pieces * ranks, sizeof *transit->place);
	bool complete = transit->group && transit->slot && transit->order && transit->piece_start && transit->send_count && transit->place;
	arrival *both[] = {&transit->present, &transit->coming};
	for (int i = 0; i < 2; i++)
		complete = (both[i]->records = gd_allocate(slots, record_bytes)) && (both[i]->record_of = gd_allocate(slots, sizeof(uint32_t))) && complete;
	if (!complete)
		return false;
	transit->receive_count = transit->send_count + pieces * ranks;
	transit->sent = transit->receive_count + pieces * ranks;
	transit->send_start = transit->sent + ranks;
	transit->received = transit->send_start + ranks;
	transit->receive_start = transit->received + ranks;
	return true;
}

gd_status gd_transit_create(gd_communicator *communicator, const gd_transit_room *room, gd_transit **result)
{
	gd_transit *transit = *result = gd_allocate(1, sizeof *transit);
	if (!transit)
		return gd_out_of_memory("the exchange of rows");
	transit->communicator = communicator;
	transit->features = room->features;
	transit->form = room->form;
	transit->weighted = room->weighted;
	transit->words = words_of(room->features, room->weighted);
	transit->record = MPI_DATATYPE_NULL;
	transit->request = MPI_REQUEST_NULL;
	transit->addressed = transit->present.round = transit->coming.round = -1;
	int code = MPI_SUCCESS;
	bool complete = allocate(transit, room);
	if (complete)
		code = MPI_Type_contiguous((int)transit->words, MPI_FLOAT, &transit->record);
	if (complete && code == MPI_SUCCESS)
		code = MPI_Type_commit(&transit->record);
	if (complete && code == MPI_SUCCESS)
		return gd_ok();
	gd_transit_free(transit);
	*result = NULL;
	return complete ? gd_mpi_error(code, "describe a row to MPI") : gd_out_of_memory("the exchange of rows");
}

void gd_transit_free(gd_transit *transit)
{
	if (!transit)
		return;
	/* MPI knows no way to call it off; all ranks have begun it, so it comes to an end. */
	gd_status abandoned = gd_wait(transit->communicator, &transit->request);
	(void)abandoned;
	if (transit->record != MPI_DATATYPE_NULL)
		MPI_Type_free(&transit->record);
	free(transit->group);
	free(transit->slot);
	free(transit->order);
	free(transit->piece_start);
	free(transit->send_count);
	free(transit->place);
	free(transit->outgoing);
	free(transit->present.records);
	free(transit->present.record_of);
	free(transit->coming.records);
	free(transit->coming.record_of);
	free(transit);
}

/* ---- sending ---- */

/* Where each row of the shard goes in a round, and how many go to each group. */
static void find_places(gd_transit *transit, const gd_round *round)
{
	const gd_epoch_plan *plan = round->plan;
	const gd_share *share = &round->shard->share;
	uint32_t groups = (uint32_t)(plan->pieces * plan->ranks);
	uint64_t positions[TOGETHER];
	memset(transit->send_count, 0, groups * sizeof *transit->send_count);
	for (int64_t first = 0; first < share->count; first += TOGETHER) {
		int64_t count = share->count - first < TOGETHER ? share->count - first : TOGETHER;
		gd_permutation_positions(&round->permutation, (uint64_t)(share->first + first), (size_t)count, positions);
		for (int64_t i = 0; i < count; i++) {
			transit->group[first + i] = groups;
			if (positions[i] >= (uint64_t)plan->used)
				continue;
			gd_place place = gd_epoch_plan_place(plan, (int64_t)positions[i]);
			uint32_t group = place.rank * (uint32_t)plan->pieces + place.piece;
			transit->group[first + i] = group;
			transit->slot[first + i] = place.slot;
			transit->send_count[group]++;
		}
	}
}

/* The rows by piece and consumer; returns how many the largest piece sends. */
static int64_t sort_rows(gd_transit *transit, const gd_round *round)
{
	const gd_epoch_plan *plan = round->plan;
	uint32_t groups = (uint32_t)(plan->pieces * plan->ranks), next = 0;
	int64_t largest = 0;
	for (int64_t piece = 0; piece < plan->pieces; piece++) {
		transit->piece_start[piece] = next;
		for (int64_t group = piece; group < groups; group += plan->pieces) {
			transit->place[group] = next;
			next += (uint32_t)transit->send_count[group];
		}
		largest = next - transit->piece_start[piece] > largest ? next - transit->piece_start[piece] : largest;
	}
	for (int64_t i = 0; i < round->shard->share.count; i++)
		if (transit->group[i] < groups)
			transit->order[transit->place[transit->group[i]]++] = (uint32_t)i;
	return largest;
}

/* Collective. */
static gd_status address_rows(gd_transit *transit, const gd_round *round)
{
	gd_communicator *communicator = transit->communicator;
	find_places(transit, round);
	int64_t largest = sort_rows(transit, round);
	/* Some round may send a little more at once than all before it. */
	gd_status status = gd_ok();
	if (largest > transit->outgoing_room) {
		free(transit->outgoing);
		transit->outgoing_room = largest + largest / 16;
		transit->outgoing = gd_allocate((size_t)transit->outgoing_room, transit->words * sizeof(float));
		if (!transit->outgoing) {
			transit->outgoing_room = 0;
			status = gd_out_of_memory("the exchange of rows");
		}
	}
	status = gd_agree(communicator, &status);
	if (gd_failed(&status))
		return status;
	int pieces = (int)round->plan->pieces;
	gd_wait_begin(communicator);
	int code = MPI_Alltoall(transit->send_count, pieces, MPI_INT, transit->receive_count, pieces, MPI_INT, communicator->mpi);
	gd_wait_finish(communicator);
	transit->addressed = code == MPI_SUCCESS ? round->number : -1;
	return gd_mpi_error(code, "exchange the rows of an epoch");
}

/* The counts of a piece and where each rank's records start; returns their total. */
static int64_t counts_of(const gd_epoch_plan *plan, int64_t piece, const int *counts, int *count, int *start)
{
	int64_t total = 0;
	for (int rank = 0; rank < plan->ranks; rank++) {
		count[rank] = counts[rank * plan->pieces + piece];
		start[rank] = (int)total;
		total += count[rank];
	}
	return total;
}

/* Fills the outgoing records of a piece, consumer by consumer. */
static void pack(gd_transit *transit, const gd_shard *shard, const uint32_t *order, int64_t count)
{
	size_t width = (size_t)transit->features;
	float *record = transit->outgoing;
	for (int64_t i = 0; i < count; i++, record += transit->words) {
		uint32_t row = order[i];
		if (i + AHEAD < count)
			__builtin_prefetch(shard->features + order[i + AHEAD] * width);
		memcpy(record, shard->features + row * width, width * sizeof *record);
		memcpy(record + width, &shard->labels[row], sizeof *record);
		memcpy(record + width + 1, &transit->slot[row], sizeof *record);
		if (transit->weighted)
			record[width + 2] = shard->weights[row];
	}
}

gd_status gd_transit_begin(gd_transit *transit, const gd_round *round, int64_t piece)
{
	gd_communicator *communicator = transit->communicator;
	assert(transit->coming.round < 0);
	if (transit->addressed != round->number) {
		gd_status status = address_rows(transit, round);
		if (gd_failed(&status))
			return status;
	}
	pack(transit, round->shard, transit->order + transit->piece_start[piece], counts_of(round->plan, piece, transit->send_count, transit->sent, transit->send_start));
	/* The permutation is a bijection, so every slot is filled once; anything else would be written past the end. */
	int64_t received = counts_of(round->plan, piece, transit->receive_count, transit->received, transit->receive_start);
	transit->coming.slots = gd_epoch_plan_slots(round->plan, piece);
	assert(received == transit->coming.slots);
	(void)received;
	transit->coming.round = round->number;
	transit->coming.piece = piece;
	gd_wait_begin(communicator);
#ifdef GD_SMPI
	/* The simulator has no good model of a collective that goes on by itself. */
	int code = MPI_Alltoallv(transit->outgoing, transit->sent, transit->send_start, transit->record,
		transit->coming.records, transit->received, transit->receive_start, transit->record, communicator->mpi);
#else
	int code = MPI_Ialltoallv(transit->outgoing, transit->sent, transit->send_start, transit->record,
		transit->coming.records, transit->received, transit->receive_start, transit->record, communicator->mpi, &transit->request);
#endif
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "exchange the rows of an epoch");
}

/* ---- receiving ---- */

bool gd_transit_present(const gd_transit *transit, int64_t round, int64_t piece)
{
	return transit->present.round == round && transit->present.piece == piece;
}

bool gd_transit_coming(const gd_transit *transit)
{
	return transit->coming.round >= 0;
}

gd_status gd_transit_attend(gd_transit *transit)
{
	int arrived = 0;
	return gd_mpi_error(MPI_Test(&transit->request, &arrived, MPI_STATUS_IGNORE), "exchange the rows of an epoch");
}

/* What was coming is present, and the other way round. */
gd_status gd_transit_finish(gd_transit *transit)
{
	size_t slot_at = (size_t)transit->features + 1;
	gd_status status = gd_wait(transit->communicator, &transit->request);
	arrival come = transit->coming;
	transit->coming = transit->present;
	transit->present = come;
	transit->coming.round = -1;
	if (gd_failed(&status))
		transit->present.round = -1;
	int64_t slots = gd_failed(&status) ? 0 : come.slots;
	for (int64_t i = 0; i < slots; i++) {
		uint32_t slot;
		memcpy(&slot, come.records + (size_t)i * transit->words + slot_at, sizeof slot);
		assert(slot < slots);
		come.record_of[slot] = (uint32_t)i;
	}
	return status;
}

void gd_transit_fetch(const gd_transit *transit, int64_t slot, int rows, float *x, int32_t *labels, float *weights)
{
	uint64_t index[TOGETHER];
	const float *records = transit->present.records;
	size_t features = (size_t)transit->features, width = transit->words;
	for (int first = 0; first < rows; first += TOGETHER) {
		int count = rows - first < TOGETHER ? rows - first : TOGETHER;
		for (int i = 0; i < count; i++)
			index[i] = transit->present.record_of[slot + first + i];
		if (transit->form)
			gd_row_form_expand(transit->form, (size_t)count, records, width, index, x + first, (size_t)rows);
		else
			gd_transpose_chosen((size_t)count, features, records, width, index, x + first, (size_t)rows);
		for (int i = 0; i < count; i++)
			memcpy(&labels[first + i], records + index[i] * width + features, sizeof *labels);
		for (int i = 0; i < count && transit->weighted; i++)
			weights[first + i] = records[index[i] * width + features + 2];
	}
}
