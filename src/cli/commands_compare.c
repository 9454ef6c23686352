#include "gd/cli/commands_compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/base/output.h"
#include "gd/base/sha256.h"
#include "gd/parallel/deal.h"
#include "gd/parallel/reduce.h"

/* What rank 0 learns of a rank. */
typedef struct card {
	bool alone;
	unsigned char output[32]; /* of --output's value; zeros: stdout */
	char line[160];           /* the command line's beginning */
} card;

static void digest_of(int argc, char *const *argv, unsigned char digest[32])
{
	gd_sha256 hash;
	gd_sha256_init(&hash);
	for (int i = 0; i < argc; i++)
		gd_sha256_update(&hash, argv[i], strlen(argv[i]) + 1);
	gd_sha256_finish(&hash, digest);
}

/* The last --output, in whatever form; NULL: none. */
static const char *find_output(int argc, char *const *argv)
{
	const char *output = NULL;
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (!strncmp(argv[i], "--output=", 9))
			output = argv[i] + 9;
		else if ((!strcmp(argv[i], "--output") || !strcmp(argv[i], "-o")) && i + 1 < argc)
			output = argv[++i];
		else if (!strncmp(argv[i], "-o", 2))
			output = argv[i] + 2;
	}
	return output;
}

static gd_status judge(const card *cards, size_t count)
{
	static const unsigned char none[32];
	for (size_t i = 1; i < count; i++)
		if (!cards[0].alone || !cards[i].alone) {
			size_t other = 1;
			while (other < count - 1 && !strcmp(cards[other].line, cards[0].line))
				other++;
			return gd_error(GD_USAGE, "the ranks of this job were given different commands: rank 0 '%s', rank %zu '%s'; one job takes one command", cards[0].line, other, cards[other].line);
		}
	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (memcmp(cards[i].output, none, sizeof none) != 0 && !memcmp(cards[i].output, cards[j].output, sizeof none))
				return gd_error(GD_USAGE, "ranks %zu and %zu were given different commands but one --output: '%s' and '%s'", j, i, cards[j].line, cards[i].line);
	return gd_ok();
}

gd_status gd_commands_compare(gd_communicator *communicator, const gd_command *command, int argc, char **argv, bool *alone)
{
	unsigned char digest[32];
	bool same = true;
	int odd;
	*alone = false;
	if (communicator->size == 1)
		return gd_ok();
	digest_of(argc, argv, digest);
	gd_status status = gd_reduce_same(communicator, digest, &same, &odd);
	if (gd_failed(&status) || same)
		return status;
	card mine = {.alone = command->alone};
	const char *output = find_output(argc, argv);
	if (output && !gd_output_is_stdout(output))
		digest_of(1, (char *const[]){(char *)output}, mine.output);
	snprintf(mine.line, sizeof mine.line, "%s", gd_command_line());
	void *cards = NULL;
	size_t count = 0;
	int *counts = gd_allocate((size_t)communicator->size, sizeof *counts);
	gd_status here = counts ? gd_ok() : gd_out_of_memory("the ranks' commands");
	status = gd_agree(communicator, &here);
	if (!gd_failed(&status)) {
		counts[0] = 1;
		status = gd_deal(communicator, sizeof mine, &mine, counts, &cards, &count);
	}
	if (!gd_failed(&status) && communicator->rank == 0)
		status = judge(cards, count);
	/* One status for all, without the rank that found it. */
	gd_status sent = gd_broadcast(communicator, &status, sizeof status);
	free(cards);
	free(counts);
	*alone = !gd_failed(&status) && !gd_failed(&sent);
	return gd_failed(&sent) ? sent : status;
}
