/* Questions to the ranks that own what they are about, and their answers. */
#ifndef GD_ASK_H
#define GD_ASK_H

#include <stddef.h>
#include <stdint.h>

#include "gd/parallel/communicator.h"

/* What this rank is asked: entries [count], those of rank 0 first, each rank's in its order; answers [count], overwritten, zeroed before. May be collective; `mine` is OK. */
typedef gd_status gd_answer(void *context, const void *entries, size_t count, void *answers);

/* Memory that questions which follow one another take over from one another, since the system clears what it hands out. Zeroed; to be released. */
enum { GD_ASK_PARTS = 5 };

typedef struct gd_ask_room {
	struct {
		void *memory;
		size_t bytes;
	} parts[GD_ASK_PARTS];
} gd_ask_room;

/* Local. */
void gd_ask_room_release(gd_ask_room *room);

typedef struct gd_question {
	size_t bytes;        /* of an entry */
	size_t answer_bytes; /* of an answer; 0: none is sent back */
	gd_answer *answer;
	void *context;
	gd_ask_room *room; /* NULL: none is kept */
} gd_question;

/*
 * Collective. Sends entries [count] to owner [count], the ranks that they belong to, and gets answers [count], in the order of the entries. `mine`: the status of what led here. All ranks leave
 * with the same status.
 */
GD_CHECKED gd_status gd_ask(gd_communicator *communicator, const gd_status *mine, const gd_question *question, const void *entries, const int *owner, size_t count, void *answers);

/* Local. The rank that owns a hash: each has an equal range of them, in the order of the ranks. */
int gd_owner_of(const gd_communicator *communicator, uint64_t hash);

#endif
