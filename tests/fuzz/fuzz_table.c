/* The reader of tables in all dialects, and what learns from it: column inference, schema, recipe, rows. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "gd/base/log.h"
#include "gd/base/parse.h"
#include "gd/features/recipe.h"
#include "gd/features/rows.h"
#include "gd/reader/scanner.h"
#include "gd/reader/table.h"
#include "gd/schema/inference.h"

typedef struct reading {
	const char *path;
	int columns;
	int64_t records, line;
	char *target;
} reading;

static void check_record(reading *r, const gd_record *record)
{
	size_t bad;
	fuzz_require(record->line > r->line, "lines go up");
	r->line = record->line;
	for (int i = 0; i < record->count; i++) {
		fuzz_require(strlen(record->fields[i]) == record->lengths[i], "a field's length");
		fuzz_require(record->lengths[i] == 0 || gd_utf8_valid(record->fields[i], record->lengths[i], &bad), "fields are UTF-8");
	}
}

static gd_status take_header(void *context, const gd_record *record)
{
	reading *r = context;
	check_record(r, record);
	fuzz_require(record->number == 0 && record->count > 0, "the header comes first");
	r->columns = record->count;
	r->target = strdup(record->fields[record->count - 1]);
	return gd_ok();
}

static gd_status take_record(void *context, const gd_record *record)
{
	reading *r = context;
	check_record(r, record);
	fuzz_require(record->number == ++r->records && record->count == r->columns, "records are whole and in order");
	return gd_ok();
}

static gd_status read_again(void *context, const gd_table_reader *reader, char sha256[65])
{
	return gd_table_read(((reading *)context)->path, reader, sha256);
}

static void learn(reading *r, const char *sha256)
{
	gd_inference inference;
	gd_schema open;
	gd_wishes wishes = {.target = r->target};
	gd_status status = gd_schema_init(&open);
	open.infers = open.spares_unreadable = true;
	open.rare = 0;
	if (!gd_failed(&status))
		status = gd_inference_read(&inference, r->path, read_again, r, &wishes, &open);
	if (gd_failed(&status))
		return;
	fuzz_require(inference.records == r->records, "two readings are alike");
	gd_schema schema = inference.schema;
	inference.schema = (gd_schema){.target = -1};
	gd_inference_release(&inference);
	gd_recipe recipe;
	gd_rows rows;
	gd_spill spill;
	char again[65];
	if (!schema.term_count) {
		gd_schema_release(&schema);
		return;
	}
	status = gd_recipe_init(&recipe, &schema);
	if (gd_failed(&status))
		return;
	gd_spill_init(&spill, NULL, NULL, 0, 1 << 16);
	status = gd_rows_read(&rows, &recipe, &spill, NULL, read_again, r, again);
	if (!gd_failed(&status)) {
		fuzz_require(!strcmp(again, sha256), "all readings are of the same bytes");
		fuzz_require(rows.read == r->records && rows.count + rows.dropped == rows.read, "each record is kept or dropped");
		status = gd_rows_fit_classes(&rows);
	}
	gd_walk walk = gd_rows_walk(&rows);
	for (const gd_row *row; !gd_failed(&status) && (row = gd_walk_next(&walk));)
		fuzz_require(row->label >= 0 && row->label < recipe.schema.classes.count, "labels are classes");
	gd_rows_release(&rows);
	gd_spill_release(&spill);
	gd_recipe_release(&recipe);
}

/* What a user may say of a file; every input is read in two of these besides as it is recognised. */
static const gd_dialect_options dialects[] = {
	{.delimiter = ",", .charset = "utf-8", .quote = "\"", .comment = "none", .decimal = 1, .header = GD_HEADER_YES},
	{.delimiter = ";", .decimal = 2},
	{.delimiter = "tab", .quote = "none"},
	{.delimiter = "blank", .quote = "'"},
	{.comment = "#", .header = GD_HEADER_NO},
	{.charset = "latin1", .header = GD_HEADER_NO},
	{.charset = "utf-16"},
	{.charset = "SHIFT_JIS", .delimiter = "|"},
	{.delimiter = "\\,", .quote = "\\\""},
	{.delimiter = "\\x14", .quote = "\xc3\xbe"},
};
enum { DIALECTS = sizeof dialects / sizeof *dialects };

/* Twice the same records, however ragged. */
static void read_in(const char *path, const gd_dialect_options *dialect)
{
	const gd_table_options options = {.dialect = *dialect, .ragged = GD_RAGGED_KEEP};
	gd_table *table;
	gd_status status = gd_table_open(&path, 1, &options, &table);
	char sha256[2][65];
	int64_t records[2];
	for (int i = 0; i < 2 && !gd_failed(&status); i++) {
		reading r = {.path = path, .line = -1};
		gd_table_reader reader = {.header = take_header, .record = take_record, .context = &r};
		status = gd_table_deliver(table, &reader, sha256[i]);
		records[i] = r.records;
		free(r.target);
		if (i == 1 && !gd_failed(&status))
			fuzz_require(records[0] == records[1] && !strcmp(sha256[0], sha256[1]), "a second reading is like the first");
	}
	fuzz_require(status.code == GD_BAD_DATA || status.code == GD_OK, "a table is good or bad data");
	gd_table_close(table);
}

/* The vector code finds what the plain code finds. */
static void scan(const uint8_t *bytes, size_t size)
{
	static const gd_dialect plain = {.delimiter = ',', .quote = '"'}, blanks = {.delimiter = ' ', .blanks = true, .quote = '\''};
	uint32_t *ends[2];
	for (int i = 0; i < 2; i++)
		fuzz_require((ends[i] = malloc((size + GD_SCANNER_SLACK) * sizeof **ends)) != NULL, "memory");
	for (int i = 0; i < 4; i++) {
		gd_scanner fast, slow;
		size_t count[2];
		gd_scanner_init(&fast, i & 1 ? &blanks : &plain);
		fast.state = i & 2 ? GD_SCAN_QUOTED : GD_SCAN_START;
		slow = fast;
		size_t taken = gd_scanner_find(&fast, (const char *)bytes, size, 0, ends[0], &count[0]);
		fuzz_require(taken == gd_scanner_find_plainly(&slow, (const char *)bytes, size, 0, ends[1], &count[1]) && count[0] == count[1], "as many ends");
		fuzz_require(fast.state == slow.state && fast.found == slow.found, "the same state behind them");
		fuzz_require(!count[0] || !memcmp(ends[0], ends[1], count[0] * sizeof **ends), "the same ends");
	}
	free(ends[0]);
	free(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char sha256[65];
	reading r = {.path = fuzz_file(bytes, size)};
	gd_table_reader reader = {.header = take_header, .record = take_record, .context = &r};
	gd_log_mute(true);
	gd_status status = gd_table_read(r.path, &reader, sha256);
	if (!gd_failed(&status) && r.target)
		learn(&r, sha256);
	else
		fuzz_require(status.code == GD_BAD_DATA || status.code == GD_OK, "a CSV is good or bad data");
	free(r.target);
	unsigned sum = 0;
	for (size_t i = 0; i < size; i++)
		sum = 31 * sum + bytes[i];
	read_in(r.path, &dialects[sum % DIALECTS]);
	read_in(r.path, &dialects[sum / DIALECTS % DIALECTS]);
	scan(bytes, size);
	return 0;
}
