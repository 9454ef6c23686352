#include "gd/reader/column_index.h"

#include <stdlib.h>

enum { SEVERAL = -2 };

static gd_status add(gd_column_names *names, const char *text, int field)
{
	int32_t known = names->texts.count, number;
	gd_status status = gd_dictionary_add(&names->texts, text, &number);
	if (!gd_failed(&status))
		names->field[number] = number < known ? SEVERAL : field;
	return status;
}

static int look_up(const gd_column_names *names, const char *text)
{
	const int32_t number = gd_dictionary_find(&names->texts, text);
	return number < 0 ? -1 : names->field[number];
}

gd_status gd_column_index_init(gd_column_index *index, const gd_record *header)
{
	*index = (gd_column_index){.header = header};
	index->exact.field = gd_allocate((size_t)header->count, sizeof(int));
	index->alike.field = gd_allocate((size_t)header->count, sizeof(int));
	gd_status status = index->exact.field && index->alike.field ? gd_ok() : gd_out_of_memory("the columns");
	for (int i = 0; i < header->count && !gd_failed(&status); i++) {
		char *core = gd_table_core_of(header->fields[i]);
		status = core ? add(&index->exact, header->fields[i], i) : gd_out_of_memory("the columns");
		if (!gd_failed(&status))
			status = add(&index->alike, core, i);
		free(core);
	}
	if (gd_failed(&status))
		gd_column_index_release(index);
	return status;
}

void gd_column_index_release(gd_column_index *index)
{
	gd_dictionary_release(&index->exact.texts);
	gd_dictionary_release(&index->alike.texts);
	free(index->exact.field);
	free(index->alike.field);
	*index = (gd_column_index){0};
}

gd_status gd_column_index_find(const gd_column_index *index, const char *name, int *field)
{
	*field = look_up(&index->exact, name);
	/* For its message. */
	return *field == SEVERAL ? gd_table_find(index->header, name, field) : gd_ok();
}

gd_status gd_column_index_find_alike(const gd_column_index *index, const char *name, int *field)
{
	char *core = gd_table_core_of(name);
	*field = core && *core ? look_up(&index->alike, core) : -1;
	if (*field == SEVERAL)
		*field = -1;
	const bool known = core != NULL;
	free(core);
	return known ? gd_ok() : gd_out_of_memory("a column's name");
}
