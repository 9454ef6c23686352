/*
 * Where a table's fields end: vector code that looks at 64 bytes at a time. Local.
 *
 * The state between two bytes is all that the bytes before can say, so a scan may begin anywhere if the state there is known: right behind a newline it is
 * GD_SCAN_START or GD_SCAN_QUOTED, by the parity of the quotes before (where each quote opens, closes or doubles, as in RFC 4180).
 * Source of the masks: G. Langdale, D. Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 28 (2019), section 3.1.
 */
#ifndef GD_SCANNER_H
#define GD_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/processor.h"
#include "gd/reader/dialect.h"

typedef enum gd_scan_state {
	GD_SCAN_START,   /* a field begins, or blanks before it */
	GD_SCAN_PLAIN,   /* inside a field without quotes around it */
	GD_SCAN_QUOTED,  /* inside quotes */
	GD_SCAN_CLOSED,  /* behind a quote that closes, or is the first of two */
	GD_SCAN_AFTER,   /* behind a closed field, after blanks */
	GD_SCAN_COMMENT, /* inside a line that is a comment */
	GD_SCAN_ESCAPED, /* inside quotes, behind a backslash; where the dialect has those */
	GD_SCAN_GUARDED, /* the same outside of quotes */
} gd_scan_state;

enum {
	GD_SCAN_HIGH = 1,   /* a byte above 127 */
	GD_SCAN_LOOSE = 2,  /* a quote inside a field that has none around it */
	GD_SCAN_BROKEN = 4, /* a newline inside quotes */
};

typedef struct gd_scanner {
	const gd_dialect *dialect;
	gd_instructions instructions;
	gd_scan_state state;
	bool line;      /* nothing but blanks since the last newline; kept where the dialect has comments */
	unsigned found; /* since the caller last cleared it */
} gd_scanner;

/* Room that gd_scanner_find needs in `ends` beyond one for each byte. */
enum { GD_SCANNER_SLACK = 64 };

void gd_scanner_init(gd_scanner *scanner, const gd_dialect *dialect);
/*
 * Goes over bytes [size]; ends [count] get the offsets, plus `base`, of the delimiters and newlines (CR, LF, each by itself) outside quotes. Returns how many bytes
 * were taken: `size`, or the offset of a quote that stands where none may (behind a closed field, before other text).
 */
size_t gd_scanner_find(gd_scanner *scanner, const char *bytes, size_t size, uint32_t base, uint32_t *ends, size_t *count);
/* The same, byte by byte: what the vector code is checked against. */
size_t gd_scanner_find_plainly(gd_scanner *scanner, const char *bytes, size_t size, uint32_t base, uint32_t *ends, size_t *count);

#endif
