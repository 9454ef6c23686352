/*
 * Preloaded: on rank GD_MEMORY_RANK, the GD_MEMORY_AT-th piece of memory that the program itself asks for (not its libraries) is not to be had. GD_MEMORY_LOG names a file
 * that gets the number of pieces when the process ends, so that a dry run counts them. GD_MEMORY_IN, "FIRST SIZE" in hexadecimal as nm has them of a function, counts those alone that are asked for in it
 * or in what it calls.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <inttypes.h>
#include <link.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

enum { DEPTH = 48 };
static uintptr_t first_byte, last_byte;
static uintptr_t scope, scope_size;
static atomic_int pieces;
static int refused;

static int find_program(struct dl_phdr_info *object, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	for (int i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_LOAD && (object->dlpi_phdr[i].p_flags & PF_X)) {
			first_byte = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
			last_byte = first_byte + object->dlpi_phdr[i].p_memsz;
		}
	scope += object->dlpi_addr;
	return 1; /* the program comes first */
}

static bool concerned(void)
{
	const char *rank = getenv("OMPI_COMM_WORLD_RANK"), *wanted = getenv("GD_MEMORY_RANK");
	return rank && wanted && atoi(rank) == atoi(wanted);
}

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("GD_MEMORY_AT");
	if (!concerned())
		return;
	refused = at ? atoi(at) : 0;
	const char *in = getenv("GD_MEMORY_IN");
	if (in && sscanf(in, "%" SCNxPTR " %" SCNxPTR, &scope, &scope_size) != 2)
		abort();
	/* The first call loads a library. */
	void *frame[1];
	backtrace(frame, 1);
	dl_iterate_phdr(find_program, NULL);
}

static bool within_scope(void)
{
	void *frame[DEPTH];
	const int count = scope_size ? backtrace(frame, DEPTH) : 0;
	for (int i = 0; i < count; i++)
		if ((uintptr_t)frame[i] - scope < scope_size)
			return true;
	return !scope_size;
}

__attribute__((destructor)) static void finish(void)
{
	const char *log = getenv("GD_MEMORY_LOG");
	FILE *out = log && concerned() ? fopen(log, "w") : NULL;
	if (out) {
		fprintf(out, "%d\n", atomic_load(&pieces));
		fclose(out);
	}
}

static bool refuse(const void *caller)
{
	uintptr_t from = (uintptr_t)caller;
	if (from < first_byte || from >= last_byte || !within_scope() || atomic_fetch_add(&pieces, 1) + 1 != refused)
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return refuse(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return refuse(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return refuse(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return refuse(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
}
