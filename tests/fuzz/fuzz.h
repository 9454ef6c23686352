/* What the fuzz targets share. A target is one function of bytes; it aborts when a promise is broken. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The target; libFuzzer or replay.c calls it with one input after another. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A path under which the bytes can be opened as a file, valid until the next call. */
const char *fuzz_file(const uint8_t *bytes, size_t size);
/* The bytes with a zero behind them; released with free(). */
char *fuzz_text(const uint8_t *bytes, size_t size);
/* Ends the process where something that must hold does not. */
void fuzz_require(int holds, const char *what);

#endif
