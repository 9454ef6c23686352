/* One record of a table. */
#ifndef GD_RECORD_H
#define GD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GD_RECORD_SLACK = 32 };

/*
 * fields [count] are zero-terminated, valid UTF-8, and the reader's until the next record. Where the file has a decimal comma, numbers have a point here, and commas between
 * thousands (gd/value/decimal.h).
 */
typedef struct gd_record {
	int64_t number; /* the first record after the header is 1; the header is 0 */
	int64_t line;   /* line of the file on which it begins; the first is 1 */
	int count;
	char *const *fields;
	const size_t *lengths;
	bool ragged;         /* it had another number of fields, and all of them are empty now (GD_RAGGED_KEEP alone) */
	bool slack;          /* from the beginning of each field on GD_RECORD_SLACK bytes may be read, whatever its length */
	unsigned found; /* GD_SCAN_*: what may be in it; the reader's own */
} gd_record;

#endif
