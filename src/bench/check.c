#include "gd/bench/check.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "gd/base/clock.h"
#include "gd/base/file.h"
#include "gd/bench/bench_machine.h"
#include "gd/kernel/engine.h"
#include "gd/parallel/mpi_error.h"
#include "gd/parallel/shared_memory.h"
#include "gd/run/machine.h"
#include "gd/run/run_directory.h"
#include "gd/store/hdf5_collective.h"

typedef struct page {
	gd_communicator *communicator;
	FILE *out; /* NULL on all ranks but 0 */
	int points, wrong;
} page;

/* One point: `words` where it holds, else what failed, and what to do about it. */
static void put_point(page *p, const char *title, const gd_status *status, const char *words, const char *remedy)
{
	p->points++;
	p->wrong += gd_failed(status);
	if (!p->out)
		return;
	if (gd_failed(status))
		fprintf(p->out, "%-14s WRONG: %s\n%-14s to do: %s\n", title, status->message, "", remedy);
	else
		fprintf(p->out, "%-14s ok: %s\n", title, words);
	fflush(p->out);
}

static void put_note(page *p, const char *title, const char *words)
{
	if (p->out)
		fprintf(p->out, "%-14s %s\n", title, words);
}

/* ---- ranks ---- */

static void check_ranks(page *p, gd_launcher launcher)
{
	char hosts[1024], words[1400];
	gd_status status = gd_machine_survey(p->communicator, hosts, sizeof hosts);
	snprintf(words, sizeof words, "%s; %s", gd_launcher_names[launcher], hosts);
	put_point(p, "ranks", &status, words, "leave out the host whose self-check differs; 'genre-dist info' on it and on another shows both");
}

/* ---- engine ---- */

gd_status gd_check_engine(gd_communicator *communicator, gd_gemm_function *multiply)
{
	gd_status mine = gd_engine_keeps_definition(multiply) ? gd_ok() : gd_error(GD_FAILED, "matrix products are not those of their definition");
	return gd_agree(communicator, &mine);
}

static void check_engine(page *p)
{
	const gd_engine_choice *engine = gd_engine();
	char words[256];
	gd_status status = gd_check_engine(p->communicator, engine->multiply);
	snprintf(words, sizeof words, "%s gives the bits of its definition on every rank", engine->name);
	put_point(p, "engine", &status, words, "unset BLIS_ARCH_TYPE and GENRE_DIST_KERNEL; if it stays, the processor or the build is at fault: build again, try another host");
}

/* ---- memory of a host ---- */

/* Collective over the ranks of a host. */
static gd_status share(MPI_Comm host)
{
	gd_shared_memory memory = {0};
	int ranks = 1;
	MPI_Comm_size(host, &ranks);
	if (ranks == 1)
		return gd_ok();
	gd_status status = gd_shared_memory_create(host, 1 << 20, &memory);
	if (!gd_failed(&status) && !memory.start)
		status = gd_error(GD_FAILED, "ranks of a host cannot share memory: sums and rows go by messages, which is slower");
	gd_shared_memory_free(&memory);
	return status;
}

static void check_memory(page *p)
{
	MPI_Comm host = MPI_COMM_NULL;
	gd_wait_begin(p->communicator);
	gd_status mine = gd_mpi_error(MPI_Comm_split_type(p->communicator->mpi, MPI_COMM_TYPE_SHARED, p->communicator->rank, MPI_INFO_NULL, &host), "find the ranks of a host");
	if (!gd_failed(&mine))
		mine = share(host);
	if (host != MPI_COMM_NULL)
		MPI_Comm_free(&host);
	gd_wait_finish(p->communicator);
	gd_status status = gd_agree(p->communicator, &mine);
	put_point(p, "shared memory", &status, p->communicator->size == 1 ? "one rank has nobody to share with" : "ranks of a host share memory (/dev/shm)",
		"give the ranks' hosts or containers a /dev/shm of 64 MB or more (docker: --shm-size), and let them see each other in /proc (apptainer: --sharens); training works without");
}

/* ---- files ---- */

static const char *file_system(const char *path)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} known[] = {{0x01021994, "tmpfs"}, {0x6969, "NFS"}, {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"}, {0xef53, "ext"}, {0x58465342, "XFS"},
		{0x9123683e, "btrfs"}, {0x794c7630, "overlay"}, {0x00c36400, "Ceph"}};
	struct statfs info;
	if (statfs(path, &info))
		return "unknown file system";
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if ((unsigned long)info.f_type == known[i].magic)
			return known[i].name;
	return "other file system";
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info, (void)kind, (void)place;
	return remove(path);
}

/* Collective. A new directory below `parent`, seen by all ranks. */
static gd_status make_room(gd_communicator *communicator, const char *parent, char path[GD_PATH_ROOM])
{
	gd_status mine = gd_ok();
	memset(path, 0, GD_PATH_ROOM);
	if (communicator->rank == 0) {
		if (snprintf(path, GD_PATH_ROOM, "%s/genre-dist-check-XXXXXX", parent) >= GD_PATH_ROOM)
			mine = gd_error(GD_FAILED, "the path of the directory is too long");
		else if (!mkdtemp(path))
			mine = gd_file_error(GD_FAILED, "make a directory in", parent, errno);
		if (gd_failed(&mine))
			*path = '\0';
	}
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_broadcast(communicator, path, GD_PATH_ROOM);
	if (gd_failed(&status))
		return status;
	mine = gd_file_exists(path) ? gd_ok() : gd_error(GD_FAILED, "'%s', which rank 0 made, is not there", path);
	return gd_agree(communicator, &mine);
}

static void check_files(page *p, const char *room, const gd_status *made)
{
	char path[GD_PATH_ROOM + 16], words[GD_PATH_ROOM + 128];
	snprintf(path, sizeof path, "%s/together.h5", room);
	gd_status status = gd_failed(made) ? *made : gd_hdf5_collective_check(p->communicator, path);
	snprintf(words, sizeof words, "all ranks wrote and read a file together (%s)", file_system(room));
	put_point(p, "HDF5", &status, words,
		"name a directory that you may write to and that every host sees (info --check DIR), with room on it; where the file system has no locks, HDF5_USE_FILE_LOCKING=FALSE");
}

/* ---- bits ---- */

static void check_bits(page *p, const char *room, const gd_status *made)
{
	char found[GD_CHECK_HASHES][65];
	gd_status status = gd_failed(made) ? *made : gd_check_bits(p->communicator, room, found);
	for (int i = 0; !gd_failed(&status) && i < GD_CHECK_HASHES; i++)
		if (strcmp(found[i], gd_check_golden[i].expected))
			status = gd_error(GD_FAILED, "%s '%s' has hash %s, not %s", gd_check_golden[i].kind, gd_check_golden[i].name, found[i], gd_check_golden[i].expected);
	put_point(p, "bits", &status, "a table, a dataset and a training have the bits that they have everywhere",
		gd_failed(made) ? "as for HDF5" : "build again, without options that let the compiler change arithmetic (-ffast-math), and try another host: memory may be faulty");
	for (int i = 0; p->out && !gd_failed(&status) && i < GD_CHECK_HASHES; i++)
		fprintf(p->out, "%-14s %s %s %s\n", "", gd_check_golden[i].kind, gd_check_golden[i].name, found[i]);
}

/* ---- links ---- */

enum { ROUNDS = 64,
	LONG_ROUNDS = 8,
	LONG_BYTES = 4 << 20 };

/* Local, of two ranks at once. Half the least time of there and back, in seconds. */
static gd_status bounce(gd_communicator *communicator, int other, char *bytes, int size, int rounds, double *seconds)
{
	*seconds = INFINITY;
	for (int i = 0; i < rounds; i++) {
		double start = gd_seconds();
		for (int turn = 0; turn < 2; turn++) {
			MPI_Request request;
			bool sends = (communicator->rank == 0) == (turn == 0);
			int code = sends ? MPI_Isend(bytes, size, MPI_BYTE, other, 1, communicator->mpi, &request) : MPI_Irecv(bytes, size, MPI_BYTE, other, 1, communicator->mpi, &request);
			gd_status status = code == MPI_SUCCESS ? gd_wait(communicator, &request) : gd_mpi_error(code, "exchange messages");
			if (gd_failed(&status))
				return status;
		}
		double took = (gd_seconds() - start) / 2;
		*seconds = took < *seconds ? took : *seconds;
	}
	return gd_ok();
}

static void check_links(page *p)
{
	gd_communicator *communicator = p->communicator;
	const int last = communicator->size - 1;
	char words[160], *bytes = NULL;
	double latency = 0, whole = 0, sum = 0;
	if (!last) {
		put_note(p, "links", "one rank has none");
		return;
	}
	communicator->phase = "measuring the network";
	const bool ends = communicator->rank == 0 || communicator->rank == last;
	gd_status mine = ends && !(bytes = calloc(1, LONG_BYTES)) ? gd_out_of_memory("a message") : gd_ok(), status = gd_agree(communicator, &mine);
	if (!gd_failed(&status) && ends) {
		const int other = communicator->rank ? 0 : last;
		mine = bounce(communicator, other, bytes, 8, ROUNDS, &latency);
		if (!gd_failed(&mine))
			mine = bounce(communicator, other, bytes, LONG_BYTES, LONG_ROUNDS, &whole);
	}
	if (!gd_failed(&status))
		status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_bench_allreduce(communicator, sizeof(double), 0.05, &sum);
	free(bytes);
	snprintf(words, sizeof words, "rank 0 and rank %d: %.1f us a message, %.2f GB/s; a sum over all ranks %.1f us", last, 1e6 * latency, LONG_BYTES / (whole > 0 ? whole : INFINITY) * 1e-9, 1e6 * sum);
	put_point(p, "links", &status, words, "the ranks' hosts cannot exchange messages: look at firewalls between them, and at the interfaces MPI uses (btl_tcp_if_include, UCX_NET_DEVICES)");
}

gd_status gd_check_run(gd_communicator *communicator, gd_launcher launcher, const char *directory, FILE *out)
{
	page p = {.communicator = communicator, .out = communicator->rank == 0 ? out : NULL};
	char room[GD_PATH_ROOM];
	if (p.out) {
		fprintf(p.out, "check of %d rank%s in '%s'\n", communicator->size, communicator->size > 1 ? "s" : "", directory);
		gd_machine_print_version(p.out);
	}
	check_ranks(&p, launcher);
	check_engine(&p);
	check_memory(&p);
	gd_status made = make_room(communicator, directory, room);
	check_files(&p, room, &made);
	check_bits(&p, room, &made);
	check_links(&p);
	if (communicator->rank == 0 && *room && nftw(room, remove_one, 16, FTW_DEPTH | FTW_PHYS) && !gd_failed(&made))
		put_note(&p, "left behind", room);
	if (p.out && !p.wrong)
		fprintf(p.out, "all is well: %d points\n", p.points);
	return p.wrong ? gd_error(GD_FAILED, "%d of %d points of the check are wrong", p.wrong, p.points) : gd_ok();
}
