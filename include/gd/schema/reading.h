/* How a column's numbers are best read: in which unit, and with which decimal mark. Local. */
#ifndef GD_READING_H
#define GD_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/schema/summary.h"

typedef struct gd_reading {
	char unit[GD_UNIT_ROOM]; /* "": none */
	bool comma;              /* of decimal commas; else of points */
	int64_t readable;        /* values that are numbers then */
	int64_t plain;           /* of them, without a unit */
	int64_t converted;       /* of them, in other units of the same measure */
	char others[48];         /* the first ones of these: "'g', 'mg'" */
} gd_reading;

void gd_reading_find(const gd_summary *summary, gd_reading *reading);
/* How many values are numbers with a decimal comma, which those without cannot tell. */
int64_t gd_reading_commas(const gd_summary *summary);

#endif
