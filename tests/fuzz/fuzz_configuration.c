/* Configuration files of train. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/run/train_options.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	gd_train_options options, again;
	gd_arena arena = {0};
	bool *given = calloc(gd_train_option_table.count, sizeof *given);
	gd_log_mute(true);
	gd_options_initialise(&gd_train_option_table, &options);
	gd_options_initialise(&gd_train_option_table, &again);
	gd_status status = gd_options_read(&gd_train_option_table, &options, fuzz_file(bytes, size), given, &arena);
	fuzz_require(status.code == GD_OK || status.code == GD_USAGE, "a bad configuration is wrong usage");
	if (!gd_failed(&status))
		status = gd_train_options_check(&options);
	for (size_t i = 0; i < gd_train_option_table.count && !gd_failed(&status); i++) {
		const gd_option *option = &gd_train_option_table.options[i];
		char text[1024], second[1024];
		gd_options_format(option, &options, text, sizeof text);
		if (!given[i] || !*text || strlen(text) == sizeof text - 1)
			continue;
		gd_status set = gd_options_set(&gd_train_option_table, &again, option->name, text, NULL);
		fuzz_require(!gd_failed(&set), "an option takes what it formats");
		gd_options_format(option, &again, second, sizeof second);
		fuzz_require(!strcmp(text, second), "and formats the same again");
	}
	gd_arena_release(&arena);
	free(given);
	return 0;
}
