#include "gd/shared_memory.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "gd/communicator.h"
#include "gd/memory.h"
#include "gd/random.h"

/* Its pages are taken at once: a /dev/shm that fills up later must not end a rank by SIGBUS. */
static bool take_pages(int file, size_t bytes)
{
	struct statvfs room;
	if (fstatvfs(file, &room) || (double)room.f_bavail * (double)room.f_frsize < 2.0 * (double)bytes)
		return false;
	return posix_fallocate(file, 0, (off_t)bytes) == 0;
}

/* Local. Maps the file `name`, which the first rank makes. In front is a token that tells it from another host's of that name. */
static bool map(const char *name, uint64_t token, bool makes, gd_shared_memory *memory)
{
	int file = shm_open(name, makes ? O_RDWR | O_CREAT | O_EXCL : O_RDWR, 0600);
	if (file < 0)
		return false;
	void *mapping = makes && !take_pages(file, memory->mapped) ? MAP_FAILED : mmap(NULL, memory->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (mapping == MAP_FAILED)
		return false;
	memory->mapping = mapping;
	memory->start = (char *)mapping + GD_ALIGNMENT;
	uint64_t *front = mapping;
	if (makes)
		*front = token;
	return *front == token;
}

static uint64_t draw_token(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return gd_random_bits(gd_random_bits((uint64_t)now.tv_sec, (uint64_t)now.tv_nsec), (uint64_t)getpid());
}

gd_status gd_shared_memory_create(MPI_Comm mpi, size_t bytes, gd_shared_memory *memory)
{
	char name[64];
	int rank = 0, shared = 0, code = MPI_Comm_rank(mpi, &rank);
	*memory = (gd_shared_memory){.mapped = bytes + GD_ALIGNMENT};
	/* Its first rank makes the file, says so, and takes the name away once all have opened it. */
	uint64_t token[2] = {0};
	if (code == MPI_SUCCESS && rank == 0) {
		token[0] = draw_token();
		snprintf(name, sizeof name, "/genre-dist-%016llx", (unsigned long long)token[0]);
		token[1] = map(name, token[0], true, memory);
	}
	if (code == MPI_SUCCESS)
		code = MPI_Bcast(token, 2, MPI_UINT64_T, 0, mpi);
	if (code == MPI_SUCCESS) {
		snprintf(name, sizeof name, "/genre-dist-%016llx", (unsigned long long)token[0]);
		shared = token[1] && (rank == 0 || map(name, token[0], false, memory));
		code = MPI_Allreduce(MPI_IN_PLACE, &shared, 1, MPI_INT, MPI_LAND, mpi);
	}
	if (rank == 0)
		shm_unlink(name);
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
