#include "gd/features/rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"

static gd_status take_header(void *context, const gd_record *header)
{
	gd_rows *rows = context;
	char room[GD_EXCERPT_ROOM];
	gd_status status = gd_recipe_bind(rows->recipe, header, GD_BIND_ALL);
	rows->split_field = -1;
	if (gd_failed(&status) || !rows->split_column)
		return status;
	status = gd_table_find(header, rows->split_column, &rows->split_field);
	if (!gd_failed(&status) && rows->split_field < 0)
		status = gd_error(GD_BAD_DATA, "it has no column '%s' to take the split from", gd_excerpt(rows->split_column, room));
	return status;
}

enum { MOST_IN_CHUNKS = 16 << 20, CACHE_LINE = 64 }; /* bytes */

/* Of a row without its codes. */
static size_t head_size(const gd_rows *rows)
{
	return sizeof(gd_row) + (size_t)rows->recipe->schema.group_count * sizeof(gd_content);
}

/* In whole doubles. */
static size_t item_size(const gd_rows *rows, bool wide)
{
	size_t terms = (size_t)rows->recipe->schema.term_count;
	return head_size(rows) + (wide ? terms : (terms + 1) / 2) * sizeof(double);
}

/* The same for all holders, wide or not; each pile has a chunk in memory. */
static int pile_count(const gd_rows *rows)
{
	size_t item = item_size(rows, true), chunk = rows->spill->chunk > item ? rows->spill->chunk : item, count = MOST_IN_CHUNKS / chunk;
	return count < 1 ? 1 : count > GD_ROWS_MOST_PILES ? GD_ROWS_MOST_PILES
							  : (int)count;
}

void gd_rows_pile(const gd_rows *rows, gd_pile *piles, int count)
{
	for (int i = 0; i < count; i++)
		gd_pile_init(&piles[i], rows->spill, item_size(rows, rows->wide));
}

/* Of hundreds of piles, the next item's place is in no cache by the time that it is needed, unless it is asked for now. */
static void ask_for_next(const gd_pile *pile, const char *item)
{
	for (size_t at = 0; at < pile->item && item + 2 * pile->item <= pile->end; at += CACHE_LINE)
		__builtin_prefetch(item + pile->item + at, 1);
}

bool gd_rows_add(gd_pile *pile, const gd_row *row)
{
	char *item = gd_pile_extend(pile);
	if (!item)
		return false;
	memcpy(item, row, pile->item);
	ask_for_next(pile, item);
	return true;
}

static void replace_piles(gd_rows *rows, gd_pile *piles, int count)
{
	for (int i = 0; i < rows->pile_count; i++)
		gd_pile_release(&rows->piles[i]);
	free(rows->piles);
	rows->piles = piles;
	rows->pile_count = count;
}

gd_status gd_rows_deal(gd_rows *rows, uint64_t (*hash)(void *context, const gd_row *row), void *context)
{
	int count = pile_count(rows);
	gd_pile *piles = gd_allocate((size_t)count, sizeof *piles);
	if (!piles)
		return gd_out_of_memory("the records");
	gd_rows_pile(rows, piles, count);
	gd_walk walk = gd_rows_walk(rows);
	walk.consume = true;
	for (gd_row *row; (row = gd_walk_next(&walk));) {
		uint64_t inside = hash(context, row);
		if (!gd_rows_add(&piles[gd_split_range(&inside, (uint64_t)count)], row))
			break;
	}
	replace_piles(rows, piles, count);
	return rows->spill->status;
}

/* Rows stay in their piles and in their order there. */
static gd_status widen(gd_rows *rows)
{
	const size_t head = head_size(rows), terms = (size_t)rows->recipe->schema.term_count;
	gd_pile *piles = gd_allocate((size_t)rows->pile_count, sizeof *piles);
	if (!piles)
		return gd_out_of_memory("the records");
	rows->wide = true;
	gd_rows_pile(rows, piles, rows->pile_count);
	for (int i = 0; i < rows->pile_count; i++) {
		gd_walk walk = gd_walk_over(&rows->piles[i], 1);
		walk.consume = true;
		for (const gd_row *row; (row = gd_walk_next(&walk));) {
			char *item = gd_pile_extend(&piles[i]);
			if (!item)
				break;
			memcpy(item, row, head);
			gd_short_codes_expand(terms, gd_row_tail(rows, row), (double *)(void *)(item + head));
		}
	}
	replace_piles(rows, piles, rows->pile_count);
	return rows->spill->status;
}

gd_status gd_rows_agree(gd_rows *rows)
{
	int64_t wide = rows->wide;
	gd_status status = gd_together_sum(rows->together, NULL, &wide, 1);
	if (gd_failed(&status))
		return status;
	status = wide && !rows->wide ? widen(rows) : gd_ok();
	return gd_together_agree(rows->together, &status);
}

static gd_status read_part(const gd_rows *rows, const gd_record *record, gd_row *row)
{
	enum { WORDS = 4 };
	static const char *const names[GD_SPLIT_PARTS][WORDS] = {{"train", "training"}, {"validation", "valid", "val", "dev"}, {"test", "testing"}};
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	const char *text = record->fields[rows->split_field];
	for (unsigned i = 0; i < GD_SPLIT_PARTS; i++)
		for (int word = 0; word < WORDS && names[i][word]; word++)
			if (!strcasecmp(text, names[i][word])) {
				row->part = i;
				return gd_ok();
			}
	return gd_error(GD_BAD_DATA, "expected train, validation or test in column '%s', found '%s'", gd_excerpt(rows->split_column, room), gd_excerpt(text, other));
}

/* How often each label comes. */
static gd_status count_label(gd_rows *rows, int32_t label)
{
	if (label >= rows->frequency_room) {
		int32_t room = label < 16 ? 32 : 2 * label;
		int64_t *frequency = realloc(rows->frequency, (size_t)room * sizeof *frequency);
		if (!frequency)
			return gd_out_of_memory("the classes");
		memset(frequency + rows->frequency_room, 0, (size_t)(room - rows->frequency_room) * sizeof *frequency);
		rows->frequency = frequency;
		rows->frequency_room = room;
	}
	rows->frequency[label]++;
	return gd_ok();
}

enum {
	TEXT_BYTES = 64, /* of a text, besides its own: in an arena, and twice its place in a list and a table of hashes */
	RECORDS_UNCHECKED = 256,
	WAITING = 16, /* rows whose contents are computed together */
};

gd_status gd_rows_check_learned(gd_rows *rows)
{
	const gd_schema *schema = &rows->recipe->schema;
	char room[GD_EXCERPT_ROOM];
	for (int i = 0; i <= schema->term_count; i++) {
		bool classes = i == schema->term_count;
		const gd_dictionary *dictionary = classes ? &schema->classes : &schema->terms[i].categories;
		if (classes ? !schema->learns_classes : !schema->terms[i].learns)
			continue;
		const char *column = gd_excerpt(schema->columns[classes ? schema->target : schema->terms[i].column], room);
		for (; rows->known[i] < dictionary->count; rows->known[i]++)
			rows->learned += strlen(dictionary->texts[rows->known[i]]) + TEXT_BYTES;
		if (dictionary->count > GD_MOST_CATEGORIES && classes)
			return gd_error(GD_BAD_DATA, "column '%s' holds more than %d different texts, which look like names; this program learns classes, of which there are few", column, GD_MOST_CATEGORIES);
		if (dictionary->count > GD_MOST_CATEGORIES)
			return gd_error(GD_BAD_DATA, "column '%s' holds more than %d different texts, too many to be categories; --drop it, or a schema without it", column, GD_MOST_CATEGORIES);
		if (rows->spill->directory && rows->learned > rows->spill->learned)
			return gd_error(GD_FAILED, "the different texts of columns up to '%s' take more than the %zu MB that --memory leaves for them; --drop it, or give more memory", column,
				rows->spill->learned >> 20);
	}
	return gd_ok();
}

static void take_contents(gd_rows *rows, const gd_record *record, gd_row *row)
{
	const gd_schema *schema = &rows->recipe->schema;
	gd_content_batch_record(rows->batch, record, &row->content);
	for (int i = 0; i < schema->group_count; i++) {
		int field = rows->recipe->field[schema->groups[i]];
		gd_content *group = &row->groups[i];
		if (gd_schema_is_missing(schema, record->fields[field])) {
			*group = (gd_content){0};
			rows->unnamed++;
		} else {
			gd_content_batch_text(rows->batch, record->fields[field], record->lengths[field], group);
		}
	}
}

static gd_pile *pile_of(const gd_rows *rows, const gd_row *row)
{
	uint64_t inside = row->content.high;
	return &rows->piles[gd_split_range(&inside, (uint64_t)rows->pile_count)];
}

/* False on failure, and where a number has too many digits. */
static bool add_packed(gd_rows *rows, const gd_row *row)
{
	gd_pile *pile = pile_of(rows, row);
	gd_row *item = gd_pile_extend(pile);
	if (!item)
		return false;
	memcpy(item, row, head_size(rows));
	if (!gd_short_codes_pack(&rows->form, gd_row_tail(rows, row), gd_row_tail(rows, item))) {
		gd_pile_take_back(pile);
		return false;
	}
	ask_for_next(pile, (const char *)item);
	return true;
}

static gd_status pile_waiting(gd_rows *rows)
{
	const size_t item = item_size(rows, true);
	const char *row = rows->waiting;
	gd_content_batch_finish(rows->batch);
	for (; rows->waiting_count; rows->waiting_count--, row += item) {
		const gd_row *wide = (const gd_row *)(const void *)row;
		if (!rows->wide && add_packed(rows, wide))
			continue;
		if (gd_failed(&rows->spill->status))
			return rows->spill->status;
		gd_status status = rows->wide ? gd_ok() : widen(rows);
		if (gd_failed(&status))
			return status;
		if (!gd_rows_add(pile_of(rows, wide), wide))
			return rows->spill->status;
	}
	return gd_ok();
}

static gd_status take_record(void *context, const gd_record *record)
{
	gd_rows *rows = context;
	gd_recipe *recipe = rows->recipe;
	const gd_schema *schema = &recipe->schema;
	char room[GD_EXCERPT_ROOM];
	rows->read++;
	if (rows->read % RECORDS_UNCHECKED == 0) {
		gd_status within = gd_rows_check_learned(rows);
		if (gd_failed(&within))
			return within;
	}
	const char *missing;
	bool unlabelled = gd_recipe_is_unlabelled(recipe, record);
	if (schema->missing == GD_MISSING_IMPUTE && (unlabelled || gd_recipe_is_unweighted(recipe, record))) {
		rows->unlabelled += unlabelled;
		rows->dropped++;
		return gd_ok();
	}
	gd_row *row = (gd_row *)(void *)(rows->waiting + (size_t)rows->waiting_count * item_size(rows, true));
	gd_status status = gd_recipe_measure(recipe, record, gd_row_tail(rows, row), &missing);
	if (gd_failed(&status))
		return status;
	if (missing && schema->missing == GD_MISSING_ERROR)
		return gd_error(GD_BAD_DATA, "no value in column '%s'", gd_excerpt(missing, room));
	if (missing && schema->missing == GD_MISSING_DROP) {
		rows->dropped++;
		return gd_ok();
	}
	row->source_row = record->number;
	row->weight = 1;
	row->test = rows->tests;
	row->part = rows->tests ? GD_SPLIT_TEST : GD_SPLIT_TRAIN;
	int32_t label = 0;
	status = gd_recipe_label(recipe, record, &label);
	row->label = label;
	if (status.code == GD_BAD_DATA && rows->tests && rows->spares_labels) {
		rows->strangers++;
		rows->dropped++;
		return gd_ok();
	}
	if (!gd_failed(&status) && schema->weighs)
		status = gd_recipe_weight(recipe, record, &row->weight);
	if (!gd_failed(&status) && rows->split_field >= 0)
		status = read_part(rows, record, row);
	if (!gd_failed(&status) && !rows->tests)
		status = count_label(rows, row->label);
	if (gd_failed(&status))
		return status;
	take_contents(rows, record, row);
	rows->count++;
	return ++rows->waiting_count < WAITING ? gd_ok() : pile_waiting(rows);
}

gd_status gd_rows_read(gd_rows *rows, gd_recipe *recipe, gd_spill *spill, const char *split_column, gd_table_source *source, void *context, char sha256[65])
{
	*rows = (gd_rows){.recipe = recipe, .spill = spill, .split_column = split_column, .split_field = -1};
	rows->pile_count = pile_count(rows);
	rows->piles = gd_allocate((size_t)rows->pile_count, sizeof *rows->piles);
	rows->waiting = gd_allocate(WAITING, item_size(rows, true));
	rows->batch = gd_allocate(1, sizeof *rows->batch);
	rows->known = gd_allocate((size_t)recipe->schema.term_count + 1, sizeof *rows->known);
	rows->frequency_room = recipe->schema.classes.count;
	rows->frequency = gd_allocate((size_t)rows->frequency_room, sizeof *rows->frequency);
	rows->codes = gd_allocate((size_t)recipe->schema.term_count, sizeof *rows->codes);
	gd_status status = rows->piles && rows->waiting && rows->batch && rows->known && rows->frequency && rows->codes ? gd_short_codes_init(&rows->form, (size_t)recipe->schema.term_count) : gd_out_of_memory("the records");
	gd_table_reader reader = {.header = take_header, .record = take_record, .context = rows, .digest = rows->batch ? &rows->batch->beside : NULL};
	if (!gd_failed(&status)) {
		gd_rows_pile(rows, rows->piles, rows->pile_count);
		status = source(context, &reader, sha256);
	}
	if (!gd_failed(&status))
		status = pile_waiting(rows);
	if (!gd_failed(&status))
		status = gd_rows_check_learned(rows);
	if (gd_failed(&status))
		gd_rows_release(rows);
	return status;
}

static gd_status pass_header(void *context, const gd_record *header)
{
	(void)context;
	(void)header;
	return gd_ok();
}

gd_status gd_rows_read_tests(gd_rows *rows, gd_table_source *source, void *context, char sha256[65])
{
	rows->tests = true;
	rows->inputs = rows->count;
	rows->recipe->frozen = true;
	gd_table_reader reader = {.header = pass_header, .record = take_record, .context = rows, .digest = &rows->batch->beside};
	gd_status status = source(context, &reader, sha256);
	return gd_failed(&status) ? status : pile_waiting(rows);
}

void gd_rows_release(gd_rows *rows)
{
	for (int i = 0; rows->piles && i < rows->pile_count; i++)
		gd_pile_release(&rows->piles[i]);
	for (int i = 0; rows->code_place && i < rows->recipe->schema.term_count; i++)
		free(rows->code_place[i]);
	free(rows->code_place);
	free(rows->label_place);
	free(rows->piles);
	free(rows->waiting);
	free(rows->batch);
	free(rows->known);
	free(rows->codes);
	gd_short_codes_release(&rows->form);
	free(rows->frequency);
	*rows = (gd_rows){0};
}
