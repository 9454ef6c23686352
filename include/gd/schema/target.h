/* Whether a column can be what a classifier predicts. Local. */
#ifndef GD_TARGET_H
#define GD_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/value/dictionary.h"

typedef struct gd_target {
	const char *column;
	int64_t values;   /* records that have one */
	int64_t distinct;
	int64_t without;  /* records that have none */
	bool numbers;     /* all are numbers */
	bool fractional;  /* and some are not whole */
} gd_target;

/* GD_BAD_DATA for a target of one class, of numbers that look continuous, or of texts that look like names. */
GD_CHECKED gd_status gd_target_check(const gd_target *target);

/* Whether all classes say true or false, some of them in words. */
bool gd_target_truths(const gd_dictionary *classes);
/* What classes that look like one have in common, into key [strlen(text) + 2]. */
void gd_target_key(const char *text, bool truths, char *key);
/* Whether two labels have that in common. */
bool gd_target_same(const char *a, const char *b, bool truths);

enum { GD_ALIKE_ROOM = 320 /* one group always fits */ };
/* Names the classes that look like one: that differ in case or blanks alone, or say true (or false) in several ways; "" for none, of many the first. Fails when memory runs out. */
GD_CHECKED gd_status gd_target_alike(const gd_dictionary *classes, char text[GD_ALIKE_ROOM]);

#endif
