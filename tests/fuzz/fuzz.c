#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_require(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

const char *fuzz_file(const uint8_t *bytes, size_t size)
{
	static int file = -1;
	static char path[64];
	if (file < 0)
		file = memfd_create("fuzz", MFD_CLOEXEC);
	fuzz_require(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, bytes, size, 0) == (ssize_t)size, "a file in memory");
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	return path;
}

char *fuzz_text(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);
	fuzz_require(text != NULL, "memory");
	memcpy(text, bytes, size);
	text[size] = '\0';
	return text;
}

/* libhdf5 forgets some memory when it gives up on a damaged file; Open MPI is not started here. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libhdf5_openmpi\n";
}
