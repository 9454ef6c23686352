/* What the options of `train` are where nobody says so: `--preset auto`, a rule on a dataset's shape; `--preset study`, the defaults of the option table. Local. */
#ifndef GD_PRESET_H
#define GD_PRESET_H

#include "gd/run/train_options.h"
#include "gd/store/dataset.h"

enum { GD_PRESET_AUTO, GD_PRESET_STUDY }; /* gd_train_options.preset */

/* All that the rule looks at. */
typedef struct gd_preset_facts {
	int64_t rows;    /* of the training part */
	int numbers;     /* features whose ranks are known */
	int others;
	int classes;
	bool open;       /* the encoding of some of the numbers is left to training */
	bool validation; /* there are rows to validate on */
} gd_preset_facts;

/* Of a training on all of the training part or, of `folds` > 1, on all folds but the one that it is validated by. */
gd_preset_facts gd_preset_look(const gd_dataset_header *header, int64_t folds);

enum { GD_PRESET_ROOM = 1024 };
/*
 * Gives every option that is not `given` [gd_train_option_table.count] the rule's value, and names them in `line` as options, one behind the other (cut to GD_PRESET_ROOM); nothing with another preset.
 * Options that go with one that is given in another way than the rule's are left as they are.
 */
void gd_preset_fill(gd_train_options *options, const bool *given, const gd_preset_facts *facts, char *line);

/* Blocks of a batch of a training by the rule on the dataset at `path`: more ranks than that would only wait. 1 where it cannot be known. */
int gd_preset_blocks(const char *path);

#endif
