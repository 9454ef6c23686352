#include "gd/reader/record_room.h"

#include <stdlib.h>

#include "gd/base/parse.h"
#include "gd/reader/charset.h"

static gd_status reserve(gd_record_room *room, int count)
{
	if (count <= room->count)
		return gd_ok();
	char **fields = realloc(room->fields, (size_t)count * sizeof *fields);
	if (fields)
		room->fields = fields;
	size_t *lengths = realloc(room->lengths, (size_t)count * sizeof *lengths);
	if (lengths)
		room->lengths = lengths;
	if (!fields || !lengths)
		return gd_out_of_memory("a record");
	room->count = count;
	return gd_ok();
}

static bool is_utf8(const gd_record *record, int field)
{
	size_t bad;
	return !record->lengths[field] || gd_utf8_valid(record->fields[field], record->lengths[field], &bad);
}

gd_status gd_record_convert(gd_record_room *room, gd_record *record, bool only_look, int *field)
{
	size_t needed = 0, used = 0;
	*field = -1;
	for (int i = record->count - 1; i >= 0; i--)
		if (!is_utf8(record, i)) {
			needed += 3 * record->lengths[i] + 1;
			*field = i;
		}
	if (!needed || only_look)
		return gd_ok();
	gd_status status = reserve(room, record->count);
	if (gd_failed(&status))
		return status;
	if (needed > room->text_room) {
		free(room->text);
		room->text = malloc(2 * needed);
		room->text_room = room->text ? 2 * needed : 0;
		if (!room->text)
			return gd_out_of_memory("a record");
	}
	for (int i = 0; i < record->count; i++) {
		bool fine = is_utf8(record, i);
		room->fields[i] = fine ? record->fields[i] : room->text + used;
		room->lengths[i] = fine ? record->lengths[i] : gd_charset_western(record->fields[i], record->lengths[i], room->fields[i]);
		used += fine ? 0 : room->lengths[i] + 1;
	}
	record->fields = room->fields;
	record->lengths = room->lengths;
	record->slack = false;
	return gd_ok();
}

gd_status gd_record_fit(gd_record_room *room, gd_record *record, int columns)
{
	static char nothing[1] = "";
	/* The fields may lie in the room already. */
	bool inside = record->fields == room->fields;
	gd_status status = reserve(room, columns > record->count ? columns : record->count);
	if (gd_failed(&status))
		return status;
	for (int i = 0; i < columns; i++) {
		bool there = i < record->count;
		room->fields[i] = !there ? nothing : inside ? room->fields[i]
							    : record->fields[i];
		room->lengths[i] = !there ? 0 : inside ? room->lengths[i]
						       : record->lengths[i];
	}
	record->fields = room->fields;
	record->lengths = room->lengths;
	record->slack = false;
	record->count = columns;
	return gd_ok();
}

void gd_record_room_release(gd_record_room *room)
{
	free(room->fields);
	free(room->lengths);
	free(room->text);
	*room = (gd_record_room){0};
}
