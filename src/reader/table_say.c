/* What is said of how a table's file is written. */
#include <stdio.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/reader/table_state.h"

enum { EXCERPT_FIELDS = 6 };

void gd_table_describe(gd_table *table)
{
	const gd_table_text *text = table->texts[table->file];
	const gd_charset *charset = gd_table_text_charset(text);
	char dialect[GD_TABLE_DESCRIPTION / 2];
	gd_dialect_describe(&table->splitter.dialect, dialect, sizeof dialect);
	gd_packing packing = gd_table_text_packing(text);
	const bool arff = gd_table_text_arff_lines(text) > 0;
	snprintf(table->description, sizeof table->description, "%s%s%s%s%s", *dialect ? dialect : "commas between fields",
		strcmp(charset->name, "UTF-8") != 0 ? ", " : "", strcmp(charset->name, "UTF-8") != 0 ? charset->name : "",
		packing == GD_PACKING_GZIP ? ", packed by gzip" : packing == GD_PACKING_ZSTD ? ", packed by zstd"
											     : "",
		arff ? ", the columns' names from its ARFF header" : "");
	if (charset->foreign && table->file >= table->files_told && !table->options.quiet)
		gd_log_warning("'%s' is not UTF-8 and is read as Windows-1252, but its bytes are unlike Western text; --charset names what it is (windows-1250, windows-1251, koi8-r, shift_jis, gb18030, ibm850, macintosh ...)",
			gd_table_name(table));
	bool plain = !*dialect && !arff && !strcmp(charset->name, "UTF-8");
	if (!table->options.quiet && table->file >= table->files_told && !plain)
		gd_log_note("'%s' is read with %s", gd_table_name(table), table->description);
}

void gd_table_warn_of_data(const gd_table *table, const gd_record *first)
{
	char line[EXCERPT_FIELDS * (GD_EXCERPT_ROOM + 1) + 1] = "", room[GD_EXCERPT_ROOM];
	size_t used = 0;
	for (int i = 0; i < first->count && i < EXCERPT_FIELDS; i++)
		used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", i ? "," : "", gd_excerpt(first->fields[i], room));
	gd_log_warning("line %lld of '%s' looks like data, not like a header: %s%s; --no-header says that there is none, --header yes that this is it", (long long)first->line,
		gd_table_name(table), line, first->count > EXCERPT_FIELDS ? ",..." : "");
}
