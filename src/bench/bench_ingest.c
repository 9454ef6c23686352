#include "gd/bench/bench_ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gd/base/clock.h"
#include "gd/base/cores.h"
#include "gd/base/file.h"
#include "gd/base/parse.h"
#include "gd/base/sha256.h"
#include "gd/features/split.h"
#include "gd/parallel/launch.h"
#include "gd/reader/table.h"
#include "gd/schema/inference.h"

/* Of a file, for each second that the stages may take. */
enum { BLOCK = 1 << 20,
	SAMPLE_MIB = 8 };

/* ---- bytes ---- */

static gd_status read_bytes(const char *path, int file, char *block, int64_t first, int64_t count, double *rate)
{
	double start = gd_seconds();
	for (int64_t done = 0; done < count;) {
		ssize_t got = pread(file, block, count - done < BLOCK ? (size_t)(count - done) : BLOCK, (off_t)(first + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return gd_file_error(GD_FAILED, "read", path, errno);
		if (!got)
			return gd_error(GD_FAILED, "'%s' changed while it was read", path);
		done += got;
	}
	*rate = (double)count / (gd_seconds() - start);
	return gd_ok();
}

static double hash_bytes(const char *block, int64_t count)
{
	gd_sha256 hash;
	uint8_t digest[32];
	double start = gd_seconds();
	gd_sha256_init(&hash);
	for (int64_t done = 0; done < count; done += BLOCK)
		gd_sha256_update(&hash, block, count - done < BLOCK ? (size_t)(count - done) : BLOCK);
	gd_sha256_finish(&hash, digest);
	return (double)count / (gd_seconds() - start);
}

static gd_status measure_bytes(gd_communicator *communicator, gd_bench_ingest *g)
{
	gd_share share = gd_share_of(g->bytes, communicator->rank, communicator->size);
	int64_t count = share.count < g->sample ? share.count : g->sample;
	double disk = 0, memory = 0, digest = 0;
	char *block = malloc(BLOCK);
	int file = open(g->path, O_RDONLY | O_CLOEXEC);
	gd_status status = !block ? gd_out_of_memory("a block of bytes") : file < 0 ? gd_file_error(GD_BAD_DATA, "read", g->path, errno)
										    : gd_ok();
	if (!gd_failed(&status)) {
		g->dropped = posix_fadvise(file, (off_t)share.first, (off_t)count, POSIX_FADV_DONTNEED) == 0;
		status = read_bytes(g->path, file, block, share.first, count, &disk);
	}
	if (!gd_failed(&status))
		status = read_bytes(g->path, file, block, share.first, count, &memory);
	if (!gd_failed(&status))
		digest = hash_bytes(block, g->sample);
	if (file >= 0)
		close(file);
	free(block);
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status))
		status = gd_reduce_spread(communicator, disk, &g->disk);
	if (!gd_failed(&status))
		status = gd_reduce_spread(communicator, memory, &g->memory);
	return gd_failed(&status) ? status : gd_reduce_spread(communicator, digest, &g->digest);
}

/* ---- records ---- */

typedef struct taken {
	int columns;
	int64_t records;
	double sum; /* so that no number is read for nothing */
	uint64_t content;
} taken;

static gd_status take_header(void *context, const gd_record *header)
{
	((taken *)context)->columns = header->count;
	return gd_ok();
}

static gd_status count_record(void *context, const gd_record *record)
{
	(void)record;
	((taken *)context)->records++;
	return gd_ok();
}

static gd_status take_values(void *context, const gd_record *record)
{
	taken *t = context;
	t->content ^= gd_content_of_record(record).low;
	for (int i = 0; i < record->count; i++) {
		double value;
		if (gd_parse_double(record->fields[i], &value))
			t->sum += value;
	}
	return gd_ok();
}

static gd_status look_at_columns(gd_table *table)
{
	gd_inference inference;
	gd_wishes wishes = {0};
	gd_schema schema;
	gd_status status = gd_schema_init(&schema);
	if (gd_failed(&status))
		return status;
	schema.infers = true;
	status = gd_inference_collect(&inference, gd_table_deliver, table, &wishes, &schema);
	if (!gd_failed(&status))
		gd_inference_release(&inference);
	return status;
}

static gd_status time_records(gd_table *table, const gd_bench_ingest *g, double rates[3], taken *t)
{
	const gd_table_reader count = {.header = take_header, .record = count_record, .context = t}, values = {.header = take_header, .record = take_values, .context = t};
	double start = gd_seconds(), times[4] = {0};
	gd_status status = gd_table_deliver(table, &count, NULL);
	times[0] = gd_seconds();
	if (!gd_failed(&status))
		status = look_at_columns(table);
	times[1] = gd_seconds();
	if (!gd_failed(&status))
		status = gd_table_deliver(table, &values, NULL);
	times[2] = gd_seconds();
	for (int i = 0; i < 3; i++)
		rates[i] = (double)g->sample / (times[i] - (i ? times[i - 1] : start));
	return status;
}

static gd_status measure_records(gd_communicator *communicator, gd_bench_ingest *g)
{
	const gd_table_options options = {.quiet = communicator->rank > 0};
	const gd_stretch beginning = {0, 0, g->sample};
	gd_table *table = NULL;
	gd_table_place place;
	taken t = {0};
	double rates[3] = {0};
	gd_status status = gd_table_open(&g->path, 1, &options, &table);
	if (!gd_failed(&status))
		status = gd_table_look(table, 0, &place);
	if (!gd_failed(&status) && !place.divisible)
		status = gd_error(GD_BAD_DATA, "'%s' is packed, a pipe or not in UTF-8; bench measures plain files", g->path);
	if (!gd_failed(&status)) {
		gd_table_divide(table, &beginning, 1, 0);
		status = time_records(table, g, rates, &t);
	}
	gd_table_close(table);
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status) && !t.records)
		status = gd_error(GD_BAD_DATA, "'%s' has a header but no records", g->path);
	gd_spread *const spreads[3] = {&g->split, &g->inferred, &g->values};
	for (int i = 0; i < 3 && !gd_failed(&status); i++)
		status = gd_reduce_spread(communicator, rates[i], spreads[i]);
	g->columns = t.columns;
	g->records = t.records;
	return status;
}

gd_status gd_bench_ingest_run(gd_communicator *communicator, const char *path, double seconds, gd_bench_ingest *g)
{
	struct stat info;
	*g = (gd_bench_ingest){.path = path, .ranks = communicator->size, .cores = gd_cores_available(), .local_ranks = gd_launch_local_size() > 0 ? gd_launch_local_size() : 1};
	gd_status status = gd_ok();
	communicator->phase = "reading a table";
	if (stat(path, &info))
		status = gd_file_error(GD_BAD_DATA, "read", path, errno);
	else if (!S_ISREG(info.st_mode))
		status = gd_error(GD_BAD_DATA, "'%s' is no plain file, of which bench reads parts", path);
	else
		g->bytes = (int64_t)info.st_size;
	status = gd_agree(communicator, &status);
	double most = seconds * SAMPLE_MIB * (1 << 20);
	g->sample = (double)g->bytes < most ? g->bytes : (int64_t)most;
	/* A file that is no table is refused before its bytes are timed. */
	if (!gd_failed(&status))
		status = measure_records(communicator, g);
	return gd_failed(&status) ? status : measure_bytes(communicator, g);
}

gd_ingest_line gd_bench_ingest_plan(const gd_bench_ingest *g, int ranks)
{
	double fitted = 1 / g->digest.mean + 1 / g->values.mean, inferred = fitted + 1 / g->inferred.mean, size = (double)g->bytes;
	/* What ranks of one measurement had together of the disk. */
	double disk = size / (g->disk.mean * g->ranks);
	gd_ingest_line line = {ranks, size * fitted / ranks, size * inferred / ranks, false};
	line.by_disk = line.inferred < disk;
	line.fitted = line.fitted < disk ? disk : line.fitted;
	line.inferred = line.by_disk ? disk : line.inferred;
	return line;
}
