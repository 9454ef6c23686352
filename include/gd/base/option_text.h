/* Options as people read them: what an option takes, its value, the page of --help. Local. */
#ifndef GD_OPTION_TEXT_H
#define GD_OPTION_TEXT_H

#include "gd/base/options.h"

/* Of one hidden layer; keeps every product of two widths within an int64_t and a float's matrix in memory. */
#define GD_LARGEST_WIDTH (1 << 20)

/* Whether a number lies in the option's range. */
bool gd_option_allows(const gd_option *option, double number);

/* What may stand there, as it follows "expected": "a whole number from 0 to 1000000". */
void gd_option_expectation(const gd_option *option, char *text, size_t room);

/* The sentence, then range or choices and default: "how it is (relu or tanh; default relu)". */
void gd_option_sentence(const gd_option *option, char *text, size_t room);

/* The word for its value, "FILE.ini"; NULL for a flag. */
const char *gd_option_argument(const gd_option *option);
/* Whether it is a choice that has "no" among its words, which --no-name says too. */
bool gd_option_takes_no(const gd_option *option);
/* Whether it is one of these, or a flag that is on by itself: --no-name is worth showing. */
bool gd_option_shows_no(const gd_option *option);

#endif
