/* What a classifier found odd about a table, said by rank 0. */
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/parallel/deal.h"
#include "gd/score/classifier.h"

enum { LINES = 4 }; /* a kind: of more columns, the last line counts them */

/* All ranks' entries added up in `mine`, on rank 0; the first record's example is kept. */
static gd_status gather(gd_communicator *communicator, gd_oddity *mine, size_t count)
{
	void *received = NULL;
	size_t received_count = 0;
	int *counts = gd_allocate((size_t)communicator->size, sizeof *counts);
	gd_status here = counts ? gd_ok() : gd_out_of_memory("the warnings");
	gd_status status = gd_agree(communicator, &here);
	if (!gd_failed(&status)) {
		counts[0] = (int)count;
		status = gd_deal(communicator, sizeof *mine, mine, counts, &received, &received_count);
	}
	const gd_oddity *all = received;
	if (!gd_failed(&status) && communicator->rank == 0) {
		memset(mine, 0, count * sizeof *mine);
		for (size_t i = 0; i < received_count; i++) {
			gd_oddity *sum = &mine[i % count];
			int64_t before = sum->count;
			if (all[i].count && (!before || all[i].record < sum->record))
				*sum = all[i];
			sum->count = before + all[i].count;
		}
	}
	free(received);
	free(counts);
	return status;
}

static void warn_of_kind(const gd_recipe *recipe, gd_odd kind, const gd_oddity *entries, int64_t records)
{
	static const char *const kinds[GD_ODDS] = {"no value in column '%s', which is imputed", "no number or date in column '%s', which counts as missing", "a category or year in column '%s' that the training part lacks",
		"a number in column '%s' that is far outside the training part's"};
	int columns = 0, told = 0;
	int64_t values = 0;
	gd_enumeration names = {0};
	for (int i = 0; i < recipe->schema.column_count; i++)
		columns += entries[i * GD_ODDS + kind].count > 0;
	for (int i = 0; i < recipe->schema.column_count; i++) {
		const gd_oddity *oddity = &entries[i * GD_ODDS + kind];
		char room[GD_EXCERPT_ROOM], text[256];
		if (!oddity->count)
			continue;
		if (columns > LINES && told >= LINES - 1) {
			values += oddity->count;
			gd_enumeration_add(&names, recipe->schema.columns[i]);
			continue;
		}
		told++;
		snprintf(text, sizeof text, kinds[kind], gd_excerpt(recipe->schema.columns[i], room));
		if (*oddity->example)
			gd_log_warning("%lld of %lld records %s %s (record %lld: '%s')", (long long)oddity->count, (long long)records, gd_plural(oddity->count, "has", "have"), text, (long long)oddity->record, oddity->example);
		else
			gd_log_warning("%lld of %lld records %s %s (record %lld%s)", (long long)oddity->count, (long long)records, gd_plural(oddity->count, "has", "have"), text, (long long)oddity->record,
				gd_plural(oddity->count, "", " for one"));
	}
	if (values)
		gd_log_warning("the same of %lld %s in %d further %s: %s", (long long)values, gd_plural(values, "value", "values"), columns - told, gd_plural(columns - told, "column", "columns"), gd_enumeration_text(&names));
}

static void warn(const gd_classifier *c, const gd_oddity *entries)
{
	const gd_oddity *tallies = entries + (size_t)c->recipe.schema.column_count * GD_ODDS;
	const gd_oddity *ragged = &tallies[GD_TALLY_RAGGED], *incomplete = &tallies[GD_TALLY_INCOMPLETE], *unlabelled = &tallies[GD_TALLY_UNLABELLED], *unknown = &tallies[GD_TALLY_UNKNOWN], *unweighted = &tallies[GD_TALLY_UNWEIGHTED];
	int64_t records = tallies[GD_TALLY_RECORDS].count;
	if (ragged->count)
		gd_log_warning("%lld of %lld records %s another number of fields than the header, %s line %lld; %s as without values", (long long)ragged->count, (long long)records,
			gd_plural(ragged->count, "has", "have"), gd_plural(ragged->count, "in", "the first in"), (long long)ragged->latest, gd_plural(ragged->count, "it counts", "they count"));
	if (incomplete->count)
		gd_log_warning("%lld %s a value that the model needs (column '%s'%s): no prediction for %s", (long long)incomplete->count, gd_plural(incomplete->count, "record lacks", "records lack"),
			incomplete->example, gd_plural(incomplete->count, "", " for one"), gd_plural(incomplete->count, "it", "them"));
	if (unlabelled->count)
		gd_log_warning("%lld of %lld records %s no label, %s line %lld; %s not scored", (long long)unlabelled->count, (long long)records, gd_plural(unlabelled->count, "has", "have"),
			gd_plural(unlabelled->count, "in", "the first in"), (long long)unlabelled->latest, gd_plural(unlabelled->count, "it is", "they are"));
	if (unknown->count)
		gd_log_warning("%lld of %lld records %s a label that is no class of the model ('%s' in line %lld); %s not scored", (long long)unknown->count, (long long)records,
			gd_plural(unknown->count, "has", "have"), unknown->example, (long long)unknown->latest, gd_plural(unknown->count, "it is", "they are"));
	if (unweighted->count)
		gd_log_warning("%lld of %lld records %s no weight that is a finite number and not negative ('%s' in line %lld); %s not scored", (long long)unweighted->count, (long long)records,
			gd_plural(unweighted->count, "has", "have"), unweighted->example, (long long)unweighted->latest, gd_plural(unweighted->count, "it is", "they are"));
	for (gd_odd kind = 0; kind < GD_ODDS; kind++)
		if (kind != GD_ODD_MISSING || c->recipe.schema.missing == GD_MISSING_IMPUTE)
			warn_of_kind(&c->recipe, kind, entries, records);
}

gd_status gd_classifier_warn(gd_classifier *c, gd_communicator *communicator, int64_t *records)
{
	size_t values = (size_t)c->recipe.schema.column_count * GD_ODDS, count = values + GD_TALLIES;
	gd_oddity *entries = gd_allocate(count, sizeof *entries);
	gd_status mine = entries ? gd_ok() : gd_out_of_memory("the warnings");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		memcpy(entries, c->recipe.oddities, values * sizeof *entries);
		memcpy(entries + values, c->tallies, sizeof c->tallies);
		status = gather(communicator, entries, count);
	}
	if (!gd_failed(&status) && communicator->rank == 0) {
		warn(c, entries);
		*records = entries[values + GD_TALLY_RECORDS].count;
	}
	free(entries);
	return status;
}
