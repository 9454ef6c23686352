/* A sweep's file as its sections and lines. Private to the plan. Local. */
#ifndef GD_SWEEP_TEXT_H
#define GD_SWEEP_TEXT_H

#include "gd/base/memory.h"
#include "gd/base/status.h"

typedef struct gd_sweep_line {
	int number;
	char *name, *value;
} gd_sweep_line;

typedef struct gd_sweep_section {
	int number;  /* of its line */
	char *kind;  /* "sweep", "base", "vary", "trial" */
	char *title; /* a trial's name; NULL */
	int count;
	gd_sweep_line *lines;
} gd_sweep_section;

/* Cuts `text` (changed in place) into sections in the arena. `path` is for messages. */
GD_CHECKED gd_status gd_sweep_text_read(const char *path, char *text, gd_arena *arena, gd_sweep_section **sections, int *count);

#endif
