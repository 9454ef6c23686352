#include "gd/parallel/shared_memory.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/parallel/communicator.h"
#include "gd/parallel/mpi_error.h"

static uint64_t draw_token(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return gd_random_bits(gd_random_bits((uint64_t)now.tv_sec, (uint64_t)now.tv_nsec), (uint64_t)getpid());
}

/* A file that has no name: others find it as one that process `pid` has open as `file`, and by the token in it, should they see other processes than the first rank. */
typedef struct invitation {
	uint64_t token;
	int64_t pid, file; /* file -1: there is none */
} invitation;

static void make_file(invitation *to)
{
	char name[64];
	*to = (invitation){.token = draw_token(), .pid = getpid()};
	snprintf(name, sizeof name, "/genre-dist-%016llx", (unsigned long long)to->token);
	to->file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (to->file < 0)
		return;
	shm_unlink(name);
	if (pwrite((int)to->file, &to->token, sizeof to->token, 0) != sizeof to->token) {
		close((int)to->file);
		to->file = -1;
	}
}

/* -1: it cannot be had. */
static int open_file(const invitation *to)
{
	char path[64];
	uint64_t token;
	snprintf(path, sizeof path, "/proc/%lld/fd/%lld", (long long)to->pid, (long long)to->file);
	int file = to->file < 0 ? -1 : open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file >= 0 && (pread(file, &token, sizeof token, 0) != sizeof token || token != to->token)) {
		close(file);
		file = -1;
	}
	return file;
}

/* All its pages at once: a /dev/shm that fills up later must not end a rank by SIGBUS. */
static bool take_pages(int file, size_t bytes)
{
	struct statvfs room;
	if (fstatvfs(file, &room) || (double)room.f_bavail * (double)room.f_frsize < 2.0 * (double)bytes)
		return false;
	return posix_fallocate(file, 0, (off_t)bytes) == 0;
}

static bool map(int file, gd_shared_memory *memory)
{
	void *mapping = mmap(NULL, memory->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (mapping == MAP_FAILED)
		return false;
	memory->mapping = mapping;
	memory->start = (char *)mapping + GD_ALIGNMENT; /* the token is in front */
	return true;
}

/* Collective. Whether all ranks say yes; an MPI error code. */
static int agree(MPI_Comm mpi, bool *yes)
{
	int vote = *yes, code = MPI_Allreduce(MPI_IN_PLACE, &vote, 1, MPI_INT, MPI_LAND, mpi);
	*yes = code == MPI_SUCCESS && vote;
	return code;
}

gd_status gd_shared_memory_create(MPI_Comm mpi, size_t bytes, gd_shared_memory *memory)
{
	invitation to = {.file = -1};
	int rank = 0, file = -1, code = MPI_Comm_rank(mpi, &rank);
	*memory = (gd_shared_memory){.mapped = bytes + GD_ALIGNMENT};
	if (code == MPI_SUCCESS && rank == 0)
		make_file(&to);
	if (code == MPI_SUCCESS)
		code = MPI_Bcast(&to, sizeof to, MPI_BYTE, 0, mpi);
	if (code == MPI_SUCCESS)
		file = rank == 0 ? (int)to.file : open_file(&to);
	bool shared = file >= 0;
	if (code == MPI_SUCCESS)
		code = agree(mpi, &shared);
	if (shared) {
		shared = rank != 0 || take_pages(file, memory->mapped);
		code = agree(mpi, &shared);
	}
	if (shared) {
		shared = map(file, memory);
		code = agree(mpi, &shared);
	}
	if (file >= 0)
		close(file);
	if (code != MPI_SUCCESS || !shared)
		gd_shared_memory_free(memory);
	return gd_mpi_error(code, "share memory on a host");
}

void gd_shared_memory_free(gd_shared_memory *memory)
{
	if (memory->mapping)
		munmap(memory->mapping, memory->mapped);
	*memory = (gd_shared_memory){0};
}
