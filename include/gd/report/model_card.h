/* What a model is for, what it was made of, how it scores, what its limits are, and how to make it again: for people. Local. */
#ifndef GD_MODEL_CARD_H
#define GD_MODEL_CARD_H

#include <stdio.h>

#include "gd/store/checkpoint.h"

/* `path` is the file's, for the commands that are shown. What an older file does not tell is left out. */
void gd_model_card_print(FILE *out, const char *path, const gd_checkpoint *checkpoint);

#endif
