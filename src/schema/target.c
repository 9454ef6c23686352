#include "gd/schema/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/reader/table.h"
#include "gd/value/spelling.h"

/* Rules of thumb: whole numbers may well code classes, fractions hardly; and classes come back, again and again. A confusion matrix of the most classes takes 800 MB. */
enum { MOST_FRACTIONS = 10, MOST_WHOLE = 100, MOST_TEXTS = 10000, FEW = 10, AND_MORE = 36 };

gd_status gd_target_check(const gd_target *target)
{
	char room[GD_EXCERPT_ROOM];
	gd_excerpt(target->column, room);
	bool rare = target->distinct > FEW && 2 * target->distinct > target->values;
	if (target->distinct == 1 && target->without)
		return gd_error(GD_BAD_DATA, "column '%s' holds one class only in %lld %s; a classifier needs two or more; if the %lld that %s empty are a class, too, give it a name", room, (long long)target->values,
			gd_plural(target->values, "record", "records"), (long long)target->without, gd_plural(target->without, "is", "are"));
	if (target->distinct == 1)
		return gd_error(GD_BAD_DATA, "column '%s' holds one class only in %lld %s; a classifier needs two or more", room, (long long)target->values, gd_plural(target->values, "record", "records"));
	if (target->numbers && (target->distinct > (target->fractional ? MOST_FRACTIONS : MOST_WHOLE) || rare ||
			(target->fractional && target->distinct == target->values)))
		return gd_error(GD_BAD_DATA, "column '%s' looks continuous (%lld different numbers in %lld records); this program learns classes: cut the numbers into a few ranges first",
			room, (long long)target->distinct, (long long)target->values);
	if (rare)
		return gd_error(GD_BAD_DATA, "column '%s' holds %lld different texts in %lld records: names rather than classes, of which each has to come several times; --target names the column to be learned",
			room, (long long)target->distinct, (long long)target->values);
	if (target->distinct > MOST_TEXTS)
		return gd_error(GD_BAD_DATA, "column '%s' holds %lld different texts, and classes are %d at most, since counts are kept of every pair of them; make one class of the rare ones first",
			room, (long long)target->distinct, MOST_TEXTS);
	return gd_ok();
}

void gd_target_key(const char *text, bool truths, char *key)
{
	int truth = truths ? gd_spelling_truth(text, NULL) : -1;
	if (truth < 0)
		gd_spelling_fold(text, key);
	else
		strcpy(key, truth ? "1" : "0");
}

bool gd_target_same(const char *a, const char *b, bool truths)
{
	int truth = truths ? gd_spelling_truth(a, NULL) : -1;
	return truth < 0 ? gd_spelling_alike(a, b) : truth == gd_spelling_truth(b, NULL);
}

bool gd_target_truths(const gd_dictionary *classes)
{
	bool words = false;
	for (int32_t i = 0; i < classes->count; i++) {
		bool word = false;
		if (gd_spelling_truth(classes->texts[i], &word) < 0)
			return false;
		words = words || word;
	}
	return words;
}

gd_status gd_target_alike(const gd_dictionary *classes, char text[GD_ALIKE_ROOM])
{
	gd_dictionary kinds = {0};
	gd_status status = gd_ok();
	size_t longest = 0, length = 0;
	int more = 0;
	bool truths = gd_target_truths(classes);
	int32_t *kind = gd_allocate((size_t)classes->count, sizeof *kind);
	for (int32_t i = 0; i < classes->count; i++)
		longest = strlen(classes->texts[i]) > longest ? strlen(classes->texts[i]) : longest;
	char *key = malloc(longest + 2);
	text[0] = '\0';
	if (!kind || !key) {
		status = gd_out_of_memory("the classes");
		goto done;
	}
	for (int32_t i = 0; i < classes->count && !gd_failed(&status); i++) {
		gd_target_key(classes->texts[i], truths, key);
		status = gd_dictionary_add(&kinds, key, &kind[i]);
	}
	for (int32_t k = 0; k < kinds.count && kinds.count < classes->count && !gd_failed(&status); k++) {
		gd_enumeration alike = {0};
		for (int32_t i = 0; i < classes->count; i++)
			if (kind[i] == k)
				gd_enumeration_add(&alike, classes->texts[i]);
		if (alike.count < 2)
			continue;
		const char *names = gd_enumeration_text(&alike);
		if (length + strlen(names) + AND_MORE < GD_ALIKE_ROOM && !more)
			length += (size_t)snprintf(text + length, GD_ALIKE_ROOM - length, "%s%s", length ? "; " : "", names);
		else
			more++;
	}
	if (more)
		snprintf(text + length, GD_ALIKE_ROOM - length, "; and %d more such %s", more, gd_plural(more, "group", "groups"));
done:
	gd_dictionary_release(&kinds);
	free(kind);
	free(key);
	return status;
}
