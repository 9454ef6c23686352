#include "gd/preprocess/preprocess_open.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/input.h"
#include "gd/base/leftover.h"
#include "gd/base/output.h"
#include "gd/parallel/join.h"
#include "gd/preprocess/preprocess_hash.h"

enum { BLOCK = 1 << 18 };

typedef enum kind { PLAIN,
	PACKED,
	PIPE } kind;

/* What rank 0 finds of a file; one that cannot be looked at is left to whoever reads it. */
static kind look_at(const char *path)
{
	struct stat info;
	char head[8];
	if (!strcmp(path, "-") || (!stat(path, &info) && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)))
		return PIPE;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = file < 0 ? 0 : read(file, head, sizeof head);
	if (file >= 0)
		close(file);
	return got > 0 && gd_magic_packing(head, (size_t)got) != GD_PACKING_NONE ? PACKED : PLAIN;
}

static gd_status unpack(const char *from, const char *to)
{
	gd_input *input = NULL;
	size_t got = 1;
	char *bytes = malloc(BLOCK);
	gd_status status = bytes ? gd_input_open(from, NULL, &input) : gd_out_of_memory("unpacking");
	int file = gd_failed(&status) ? -1 : open(to, O_WRONLY | O_CLOEXEC);
	if (file < 0 && !gd_failed(&status))
		status = gd_file_error(GD_FAILED, "write", to, errno);
	while (got && !gd_failed(&status)) {
		status = gd_input_read(input, bytes, BLOCK, &got);
		for (size_t done = 0; done < got && !gd_failed(&status);) {
			ssize_t put = write(file, bytes + done, got - done);
			if (put < 0 && errno == EINTR)
				continue;
			if (put < 0)
				status = gd_file_error(GD_FAILED, "keep a copy of", gd_input_name(input), errno);
			else
				done += (size_t)put;
		}
	}
	if (file >= 0)
		close(file);
	gd_input_close(input);
	free(bytes);
	return status;
}

/* Names for the files that are not read where they lie, made by rank 0; an empty text for the others. */
static gd_status name_copies(gd_preprocess *run, const unsigned char *kinds)
{
	int count = run->options->input_count;
	char *names = NULL;
	size_t size = 0;
	gd_status status = gd_ok();
	FILE *out = run->communicator->rank ? NULL : open_memstream(&names, &size);
	if (!run->communicator->rank && !out)
		status = gd_out_of_memory("the files' names");
	for (int i = 0; out && i < count; i++) {
		char *name = NULL;
		if (kinds[i] != PLAIN && !gd_failed(&status))
			status = gd_file_begin(run->output, &name);
		run->held[i] = name ? gd_leftover_hold(name) : -1;
		fputs(name ? name : "", out);
		fputc('\0', out);
		free(name);
	}
	if (out && fclose(out) && !gd_failed(&status))
		status = gd_out_of_memory("the files' names");
	gd_status agreed = gd_agree(run->communicator, &status);
	if (!gd_failed(&agreed))
		agreed = gd_broadcast_allocated(run->communicator, (void **)&names, &size);
	const char *name = names;
	for (int i = 0; names && i < count; i++, name += strlen(name) + 1)
		if (*name)
			run->copies[i] = gd_arena_string(&run->arena, name);
	for (int i = 0; i < count && !gd_failed(&agreed); i++)
		if (kinds[i] != PLAIN && !run->copies[i])
			agreed = gd_out_of_memory("the files' names");
	free(names);
	return gd_agree(run->communicator, &agreed);
}

static gd_status unpack_all(gd_preprocess *run)
{
	const gd_preprocess_options *options = run->options;
	int count = options->input_count, packed = 0;
	unsigned char *kinds = gd_allocate((size_t)count, sizeof *kinds);
	gd_status status = kinds ? gd_ok() : gd_out_of_memory("the files");
	status = gd_agree(run->communicator, &status);
	for (int i = 0; !run->communicator->rank && !gd_failed(&status) && i < count; i++)
		kinds[i] = (unsigned char)look_at(options->inputs[i]);
	if (!gd_failed(&status))
		status = gd_broadcast(run->communicator, kinds, (size_t)count);
	if (!gd_failed(&status))
		status = name_copies(run, kinds);
	if (!gd_failed(&status)) {
		for (int i = 0; i < count && !gd_failed(&status); i++) {
			int rank = kinds[i] == PACKED ? packed++ % run->communicator->size : 0;
			if (kinds[i] != PLAIN && rank == run->communicator->rank)
				status = unpack(options->inputs[i], run->copies[i]);
		}
		status = gd_join_agree(run->communicator, &status);
	}
	free(kinds);
	return status;
}

/* The files' lengths and when they last changed, as rank 0 finds them; 0 where there is none, which whoever reads it will say. */
static gd_status measure(gd_preprocess *run, int64_t *sizes, int64_t *times)
{
	struct stat info;
	size_t bytes = (size_t)run->options->input_count * sizeof *sizes;
	for (int i = 0; !run->communicator->rank && i < run->options->input_count; i++) {
		bool there = !stat(run->paths[i], &info) && S_ISREG(info.st_mode);
		sizes[i] = there ? (int64_t)info.st_size : 0;
		times[i] = there ? (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec : 0;
	}
	gd_status status = gd_broadcast(run->communicator, sizes, bytes);
	return gd_failed(&status) ? status : gd_broadcast(run->communicator, times, bytes);
}

/* ---- where each rank begins ---- */

/* A rank's first byte: of file number `file`, which may be behind the last one; and what its stretch does to the state in front of it. */
typedef struct beginning {
	int64_t place;
	int file;
	bool open[2];
} beginning;

static gd_status find_beginning(gd_preprocess *run, beginning *mine)
{
	int count = run->options->input_count;
	gd_table_place place = {0};
	long long all = 0;
	for (int i = 0; i < count; i++)
		all += run->sizes[i] ? run->sizes[i] : 1;
	long long at = gd_share_of(all, run->communicator->rank, run->communicator->size).first;
	*mine = (beginning){.file = 0};
	while (mine->file < count && at >= (run->sizes[mine->file] ? run->sizes[mine->file] : 1))
		at -= run->sizes[mine->file] ? run->sizes[mine->file] : 1, mine->file++;
	if (!at || mine->file == count)
		return gd_ok();
	gd_status status = gd_table_look(run->table, mine->file, &place);
	if (status.code == GD_BAD_DATA)
		status = gd_ok(); /* said by the rank that reads the file from its beginning */
	mine->place = run->sizes[mine->file];
	if (!gd_failed(&status) && place.divisible)
		status = gd_stretch_cut(place.path, at, run->sizes[mine->file], &mine->place);
	if (place.divisible && mine->place <= place.begin)
		mine->place = 0;
	if (mine->place >= run->sizes[mine->file]) {
		mine->file++;
		mine->place = 0;
	}
	return status;
}

/* Up to where the next rank begins. */
static gd_status scan(gd_preprocess *run, beginning *mine, const beginning *next)
{
	gd_table_place place;
	if (!next->place)
		return gd_ok();
	gd_status status = gd_table_look(run->table, next->file, &place);
	if (gd_failed(&status))
		return status.code == GD_BAD_DATA ? gd_ok() : status;
	bool whole = mine->file < next->file || !mine->place;
	status = gd_stretch_scan(place.path, &place.dialect, whole ? place.begin : mine->place, next->place, mine->open);
	if (whole)
		mine->open[1] = mine->open[0];
	return status;
}

/* The stretches of the rank that begins at `from`, in front of `to`. */
static void list_stretches(gd_preprocess *run, const beginning *from, const beginning *to)
{
	for (int file = from->file; file <= to->file && file < run->options->input_count; file++) {
		gd_stretch stretch = {file, file == from->file ? from->place : 0, file == to->file ? to->place : INT64_MAX};
		if (stretch.first < stretch.end && (!stretch.first || stretch.first < run->sizes[file]))
			run->stretches[run->stretch_count++] = stretch;
	}
}

static gd_status share_out(gd_preprocess *run)
{
	gd_communicator *communicator = run->communicator;
	int rank = communicator->rank, size = communicator->size;
	beginning mine = {0}, *all = gd_allocate((size_t)size + 1, sizeof *all);
	int64_t *scanned = gd_allocate((size_t)size, sizeof *scanned);
	gd_table_place place;
	bool quoted = false;
	gd_status status = all && scanned ? find_beginning(run, &mine) : gd_out_of_memory("the ranks' shares");
	/* For what is said of how each file is written. */
	for (int i = 1; rank == 0 && i < run->options->input_count; i++) {
		gd_status told = gd_table_look(run->table, i, &place);
		(void)told; /* what is wrong with a file is said when it is read */
	}
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_join_all(communicator, &mine, sizeof mine, all);
	if (gd_failed(&status))
		goto done;
	all[size] = (beginning){.file = run->options->input_count};
	for (int r = 0; r < size; r++)
		scanned[r] = all[r + 1].place - (all[r].file == all[r + 1].file ? all[r].place : 0);
	status = scan(run, &mine, &all[rank + 1]);
	status = gd_preprocess_hash(run, &status, scanned);
	if (!gd_failed(&status))
		status = gd_join_all(communicator, &mine, sizeof mine, all);
	if (gd_failed(&status))
		goto done;
	for (int r = 0; r < rank; r++)
		quoted = all[r].open[quoted];
	if (quoted && mine.place) {
		status = gd_table_look(run->table, mine.file, &place);
		if (!gd_failed(&status))
			status = gd_stretch_leave(place.path, &place.dialect, mine.place, run->sizes[mine.file], &mine.place);
	}
	list_stretches(run, &mine, &all[rank + 1]);
	status = gd_agree(communicator, &status);
done:
	free(all);
	free(scanned);
	return status;
}

/* ---- all of it ---- */

static gd_status open_table(gd_preprocess *run)
{
	const gd_preprocess_options *options = run->options;
	bool shared = run->together != NULL;
	const gd_table_options table = {.dialect = options->dialect, .spool = run->spool, .names = shared ? run->names : NULL, .quiet = run->communicator->rank > 0, .meter = &run->meter, .after = shared ? NULL : run->after};
	gd_status status = gd_table_open(shared ? run->paths : options->inputs, options->input_count, &table, &run->table);
	if (!gd_failed(&status))
		gd_table_get_writing(run->table, &run->writing);
	return status;
}

/* Each rank reads its share of the rows. */
static gd_status open_arrays(gd_preprocess *run)
{
	const gd_preprocess_options *options = run->options;
	run->paths[0] = run->names[0] = options->input;
	gd_status status = gd_array_table_open(options->input, options->features, options->labels, &run->arrays);
	status = gd_join_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = measure(run, run->sizes, run->times);
	return gd_failed(&status) ? status : gd_preprocess_hash(run, &status, NULL);
}

void gd_preprocess_divide(gd_preprocess *run, int64_t number)
{
	gd_communicator *communicator = run->communicator;
	if (run->arrays) {
		gd_share share = gd_share_of(gd_array_table_rows(run->arrays), communicator->rank, communicator->size);
		gd_array_table_divide(run->arrays, share.first, share.count, number);
	} else if (run->together) {
		gd_table_divide(run->table, run->stretches, run->stretch_count, number);
	}
}

gd_status gd_preprocess_open(gd_preprocess *run)
{
	size_t count = (size_t)run->options->input_count;
	run->communicator->phase = "opening the table";
	run->spool = gd_output_directory(run->output);
	run->paths = gd_arena_take(&run->arena, count, sizeof *run->paths);
	run->names = gd_arena_take(&run->arena, count, sizeof *run->names);
	run->copies = gd_arena_take(&run->arena, count, sizeof *run->copies);
	run->held = gd_arena_take(&run->arena, count, sizeof *run->held);
	run->sizes = gd_arena_take(&run->arena, count, sizeof *run->sizes);
	run->times = gd_arena_take(&run->arena, count, sizeof *run->times);
	run->stretches = gd_arena_take(&run->arena, count, sizeof *run->stretches);
	gd_status status = run->spool && run->paths && run->names && run->copies && run->held && run->sizes && run->times && run->stretches ? gd_ok() : gd_out_of_memory("the files");
	status = gd_agree(run->communicator, &status);
	if (gd_failed(&status))
		return status;
	if (run->options->features)
		return open_arrays(run);
	if (run->together)
		status = unpack_all(run);
	for (size_t i = 0; i < count; i++) {
		const char *input = run->options->inputs[i];
		run->paths[i] = run->copies[i] ? run->copies[i] : input;
		run->names[i] = strcmp(input, "-") != 0 ? input : "stdin";
	}
	if (!gd_failed(&status))
		status = measure(run, run->sizes, run->times);
	if (gd_failed(&status))
		return status;
	status = open_table(run);
	if (!run->together)
		return status;
	status = gd_join_agree(run->communicator, &status);
	return gd_failed(&status) ? status : share_out(run);
}

/* What this rank reads of what all read; of one rank, all, and not known where a file is packed or a pipe. */
void gd_preprocess_begin_meter(gd_preprocess *run, const char *doing)
{
	double mine = 0, all = 0;
	struct stat info;
	if (!run->table)
		return;
	for (int i = 0; i < run->stretch_count; i++) {
		const gd_stretch *stretch = &run->stretches[i];
		mine += (double)((stretch->end < run->sizes[stretch->file] ? stretch->end : run->sizes[stretch->file]) - stretch->first);
	}
	for (int i = 0; i < run->options->input_count; i++) {
		const char *path = run->options->inputs[i];
		if (run->together)
			all += (double)run->sizes[i];
		else if (look_at(path) != PLAIN || stat(path, &info))
			all = -INFINITY;
		else
			all += (double)info.st_size;
	}
	if (!run->together)
		mine = all > 0 ? all : 0;
	gd_meter_begin(&run->meter, doing, mine, run->together && mine > 0 ? all / mine : 1);
}

gd_status gd_preprocess_check_files(gd_preprocess *run)
{
	int count = run->options->input_count;
	if (run->options->source || (!run->together && !run->twice))
		return gd_ok();
	int64_t *sizes = gd_allocate(2 * (size_t)count, sizeof *sizes), *times = sizes ? sizes + count : NULL;
	gd_status status = sizes ? gd_ok() : gd_out_of_memory("the files");
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = measure(run, sizes, times);
	for (int i = 0; i < count && !gd_failed(&status); i++)
		if (sizes[i] != run->sizes[i] || times[i] != run->times[i])
			status = gd_error(GD_FAILED, "'%s' changed while it was read", run->names[i]);
	free(sizes);
	return status;
}

void gd_preprocess_close(gd_preprocess *run)
{
	gd_table_close(run->table);
	gd_array_table_close(run->arrays);
	for (int i = 0; run->copies && run->communicator->rank == 0 && i < run->options->input_count; i++) {
		if (!run->copies[i])
			continue;
		gd_file_discard(run->copies[i]);
		gd_leftover_release(run->held[i]);
	}
	free(run->spool);
}
