/* Room for a record that is not quite as it stands in the file. Local. */
#ifndef GD_RECORD_ROOM_H
#define GD_RECORD_ROOM_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/status.h"
#include "gd/reader/record.h"

/* Zeroed memory is an empty one. */
typedef struct gd_record_room {
	char **fields;   /* [count] */
	size_t *lengths; /* [count] */
	int count;
	char *text;
	size_t text_room;
} gd_record_room;

/* Takes fields that are no UTF-8 for Windows-1252. `*field` gets the first of them, or -1; with `only_look` nothing else is done. */
GD_CHECKED gd_status gd_record_convert(gd_record_room *room, gd_record *record, bool only_look, int *field);
/* Makes the record `columns` fields long: empty ones are added, or those too many left out. */
GD_CHECKED gd_status gd_record_fit(gd_record_room *room, gd_record *record, int columns);
void gd_record_room_release(gd_record_room *room);

#endif
