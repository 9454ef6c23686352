/* Runs a target on files and directories of inputs, without libFuzzer: the corpus in the tests, a finding in a debugger. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "gd/base/file.h"
#include "gd/base/log.h"

static int replay(const char *path)
{
	struct stat info;
	if (stat(path, &info)) {
		fprintf(stderr, "cannot read '%s'\n", path);
		exit(2);
	}
	if (S_ISDIR(info.st_mode)) {
		struct dirent **entries;
		int count = scandir(path, &entries, NULL, alphasort), done = 0;
		for (int i = 0; i < count; i++) {
			char inner[4096];
			snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
			if (entries[i]->d_name[0] != '.')
				done += replay(inner);
			free(entries[i]);
		}
		free(entries);
		return done;
	}
	void *bytes = NULL;
	size_t size = 0;
	gd_status status = gd_file_read(path, GD_BAD_DATA, &bytes, &size);
	if (gd_failed(&status)) {
		fprintf(stderr, "%s\n", status.message);
		exit(2);
	}
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	return 1;
}

int main(int argc, char **argv)
{
	int done = 0;
	gd_log_mute(true);
	for (int i = 1; i < argc; i++)
		done += replay(argv[i]);
	printf("%d inputs replayed\n", done);
	return done ? 0 : 1;
}
