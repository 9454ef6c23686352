#include "gd/preprocess/preprocess_audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/preprocess/preprocess_hints.h"
#include "gd/preprocess/preprocess_print.h"
#include "gd/preprocess/preprocess_units.h"

/* Below one in so many of the largest class, a class hardly counts in a loss that all records share. */
enum { RARE_CLASS = 10 };

static void warn_of_parts(const gd_preprocess *run)
{
	for (int part = GD_VALIDATION; part < GD_PARTS; part++) {
		double fraction = part == GD_TEST ? run->options->test_fraction : run->options->validation_fraction;
		if (!run->header.rows[part] && (fraction > 0 || run->options->split == GD_SPLIT_COLUMN))
			gd_log_warning("the %s part has no records", gd_part_names[part]);
	}
}

static void warn_of_names(gd_enumeration *names, const char *one, const char *several)
{
	if (names->count == 1)
		gd_log_warning("class %s %s", gd_enumeration_text(names), one);
	else if (names->count)
		gd_log_warning("classes %s %s", gd_enumeration_text(names), several);
}

/* A class that is a small part of all shows in few scores. */
static void warn_of_balance(const gd_preprocess *run)
{
	const gd_preprocessing *fitted = &run->header.preprocessing;
	const int64_t *counts = run->header.class_counts + GD_TRAIN * fitted->classes;
	char room[GD_EXCERPT_ROOM];
	int least = -1, most = 0;
	for (int i = 0; i < fitted->classes; i++) {
		if (counts[i] && (least < 0 || counts[i] < counts[least]))
			least = i;
		most = counts[i] > counts[most] ? i : most;
	}
	if (least >= 0 && RARE_CLASS * counts[least] < counts[most])
		gd_log_warning("class '%s' is %.2g%% of the training records, so that accuracy says little; train --class-weights balanced makes every class count alike",
			gd_excerpt(fitted->class_names[least], room), 100.0 * (double)counts[least] / (double)run->header.rows[GD_TRAIN]);
}

static gd_status count_classes(const gd_preprocess *run)
{
	const gd_preprocessing *fitted = &run->header.preprocessing;
	gd_enumeration absent = {0}, single = {0}, lacking[GD_PARTS] = {{0}};
	int64_t *counts = run->header.class_counts;
	gd_walk walk = gd_rows_walk(&run->rows);
	for (const gd_row *row; (row = gd_walk_next(&walk));)
		counts[row->part * fitted->classes + row->label]++;
	gd_status status = run->spill.status;
	status = gd_together_sum(run->together, &status, counts, (size_t)(GD_PARTS * fitted->classes));
	if (gd_failed(&status))
		return status;
	for (int i = 0; i < fitted->classes; i++) {
		int64_t all = 0;
		for (int part = 0; part < GD_PARTS; part++)
			all += counts[part * fitted->classes + i];
		if (!all)
			gd_enumeration_add(&absent, fitted->class_names[i]);
		else if (all == 1 && run->options->split == GD_SPLIT_RANDOM)
			gd_enumeration_add(&single, fitted->class_names[i]);
		else
			for (int part = 0; part < GD_PARTS; part++)
				if (run->header.rows[part] && !counts[part * fitted->classes + i])
					gd_enumeration_add(&lacking[part], fitted->class_names[i]);
	}
	warn_of_names(&absent, "has no records", "have no records");
	warn_of_names(&single, "has one record, which goes to the training part", "have one record each, which goes to the training part");
	warn_of_names(&lacking[GD_TRAIN], "has no training records", "have no training records");
	warn_of_names(&lacking[GD_VALIDATION], "has no validation records", "have no validation records");
	warn_of_names(&lacking[GD_TEST], "has no test records", "have no test records");
	warn_of_parts(run);
	warn_of_balance(run);
	return status;
}

/* Parts whose records weigh nothing: without a loss, or without scores. */
static gd_status check_weights(const gd_preprocess *run)
{
	const gd_rows *rows = &run->rows;
	int64_t weighing[GD_PARTS] = {0};
	gd_status status = gd_ok();
	if (!run->header.weight)
		return status;
	gd_walk walk = gd_rows_walk(rows);
	for (gd_row *row; (row = gd_walk_next(&walk));)
		weighing[row->part] += row->weight > 0;
	status = rows->spill->status;
	status = gd_together_sum(run->together, &status, weighing, GD_PARTS);
	for (int part = 0; part < GD_PARTS && !gd_failed(&status); part++) {
		if (!run->header.rows[part] || weighing[part])
			continue;
		char room[GD_EXCERPT_ROOM];
		gd_excerpt(run->header.weight, room);
		if (part == GD_TRAIN)
			return gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "column '%s' gives no training record a weight above 0", room));
		gd_log_warning("no record of the %s part has a weight above 0 in column '%s': it has no scores", gd_part_names[part], room);
	}
	return status;
}

static gd_status audit_units(gd_preprocess *run)
{
	int count = run->recipe.schema.group_count;
	gd_status status = count ? gd_ok() : gd_preprocess_audit_units(run, -1, &run->audits[0]);
	for (int i = 0; i < count && !gd_failed(&status); i++)
		status = gd_preprocess_audit_units(run, i, &run->audits[i]);
	return status;
}

static gd_status audit(gd_preprocess *run)
{
	const gd_schema *schema = &run->recipe.schema;
	run->audits = gd_allocate((size_t)schema->group_count + 1, sizeof *run->audits);
	gd_status status = run->audits ? gd_ok() : gd_out_of_memory("the leak audit");
	status = gd_together_agree(run->together, &status);
	if (!gd_failed(&status))
		status = audit_units(run);
	char *text = NULL;
	size_t size;
	FILE *out = gd_failed(&status) ? NULL : open_memstream(&text, &size);
	if (out) {
		gd_preprocess_print_audit(out, schema, gd_split_names[run->options->split], run->audits);
		if (fclose(out) == 0)
			run->header.audit = gd_arena_string(&run->header.preprocessing.arena, text);
		free(text);
	}
	if (!gd_failed(&status) && !run->header.audit)
		status = gd_out_of_memory("the leak audit");
	return status;
}

gd_status gd_preprocess_audit(gd_preprocess *run)
{
	gd_status status = count_classes(run);
	if (!gd_failed(&status))
		status = check_weights(run);
	gd_preprocess_warn_of_oddities(&run->recipe, run->options->verbose);
	if (!gd_failed(&status))
		status = gd_preprocess_warn_of_hints(run);
	if (!gd_failed(&status))
		status = audit(run);
	return gd_agree(run->communicator, &status);
}
