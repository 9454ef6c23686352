#include "gd/parallel/windows.h"

#include <assert.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/base/random.h"

struct gd_windows {
	gd_communicator *communicator;
	gd_windows_options options;
	int64_t stretch, count;
	gd_shard shard[2];
	int64_t round[2]; /* whose rows the shard holds; -1: none */
	int current;      /* the shard that is in use */
	int64_t reading;  /* the round that is being read into the other one; -1: none */
	gd_status begun;  /* what came of asking for it */
	gd_run *runs;     /* [runs_room] that are being read */
	size_t runs_room;
};

int64_t gd_window_rows(int64_t rows, int64_t wished, int64_t batch_rows)
{
	if (wished <= 0 || wished >= rows)
		return 0;
	int64_t window = wished / batch_rows * batch_rows;
	if (window < batch_rows)
		window = batch_rows;
	return window < rows ? window : 0;
}

/* Both of a kind: /dev/shm may have room for one of them alone. */
static gd_status make_room(gd_windows *w)
{
	const gd_windows_options *o = &w->options;
	gd_status status = gd_shard_create(w->communicator, o->window, o->features, o->weighted, &w->shard[0]);
	if (!gd_failed(&status))
		status = gd_shard_create(w->communicator, o->window, o->features, o->weighted, &w->shard[1]);
	if (gd_failed(&status) || w->shard[0].whole == w->shard[1].whole)
		return status;
	gd_communicator apart = *w->communicator;
	apart.node = NULL;
	for (int i = 0; i < 2 && !gd_failed(&status); i++) {
		gd_shard_release(&w->shard[i]);
		status = gd_shard_create(&apart, o->window, o->features, o->weighted, &w->shard[i]);
	}
	return status;
}

gd_status gd_windows_create(gd_communicator *communicator, const gd_windows_options *options, gd_windows **result)
{
	assert(options->window > 0 && options->window < options->rows);
	gd_windows *w = *result = gd_allocate(1, sizeof *w);
	gd_status mine = gd_out_of_memory("windows of rows");
	if (w) {
		w->communicator = communicator;
		w->options = *options;
		w->stretch = gd_stretch_rows(options->window);
		w->count = (options->rows + options->window - 1) / options->window;
		w->round[0] = w->round[1] = w->reading = -1;
		/* A share begins and ends within stretches; the file's last stretch is one more. */
		w->runs_room = (size_t)(options->window / communicator->size / w->stretch + 4);
		w->runs = gd_allocate(w->runs_room, sizeof *w->runs);
		mine = w->runs ? gd_ok() : mine;
	}
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = make_room(w);
	if (gd_failed(&status)) {
		gd_windows_free(w);
		*result = NULL;
	}
	return status;
}

static gd_status finish_reading(gd_windows *w)
{
	gd_status status = w->begun;
	int other = 1 - w->current;
	if (!gd_failed(&status))
		status = w->options.source.finish(w->options.source.context);
	w->round[other] = gd_failed(&status) ? -1 : w->reading;
	w->reading = -1;
	return status;
}

void gd_windows_free(gd_windows *w)
{
	if (!w)
		return;
	if (w->reading >= 0) {
		gd_status abandoned = finish_reading(w);
		(void)abandoned;
	}
	gd_shard_release(&w->shard[0]);
	gd_shard_release(&w->shard[1]);
	free(w->runs);
	free(w);
}

int64_t gd_windows_count(const gd_windows *w)
{
	return w->count;
}

int64_t gd_windows_rows(const gd_windows *w, int64_t window)
{
	int64_t left = w->options.rows - window * w->options.window;
	return left < w->options.window ? left : w->options.window;
}

bool gd_windows_whole(const gd_windows *w)
{
	return w->shard[0].whole || w->communicator->size == 1;
}

static void begin_reading(gd_windows *w, int64_t round)
{
	const gd_windows_options *o = &w->options;
	gd_shard *shard = &w->shard[1 - w->current];
	int64_t epoch = round / w->count, window = round % w->count;
	size_t count = 0;
	gd_stretch_order order;
	gd_stretch_order_init(&order, o->rows, w->stretch, gd_random_key(o->seed, GD_PURPOSE_STRETCHES, (uint64_t)epoch));
	gd_shard_divide(w->communicator, gd_windows_rows(w, window), o->features, shard);
	int64_t place = window * o->window + shard->share.first, end = place + shard->share.count;
	for (; place < end; place += w->runs[count - 1].count) {
		assert(count < w->runs_room);
		w->runs[count++] = gd_stretch_order_run(&order, place, end - place);
	}
	w->round[1 - w->current] = -1;
	w->reading = round;
	w->begun = o->source.begin(o->source.context, w->runs, count, shard);
}

gd_status gd_windows_reach(gd_windows *w, int64_t round, int64_t next, const gd_shard **shard)
{
	*shard = &w->shard[w->current];
	if (w->round[w->current] == round)
		return gd_ok();
	bool ahead = w->reading == round;
	gd_status mine = w->reading >= 0 ? finish_reading(w) : gd_ok();
	if (!ahead) {
		/* Shares of unlike windows overlap, so that nobody may still be reading what nobody wants. */
		gd_status status = gd_agree(w->communicator, &mine);
		if (gd_failed(&status))
			return status;
		begin_reading(w, round);
		mine = finish_reading(w);
	}
	gd_status status = gd_agree(w->communicator, &mine);
	if (gd_failed(&status))
		return status;
	w->current = 1 - w->current;
	*shard = &w->shard[w->current];
	if (next >= 0)
		begin_reading(w, next);
	return status;
}
