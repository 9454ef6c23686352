/* How many ranks a training by the rule can use. */
#include <stdlib.h>

#include "gd/network/network.h"
#include "gd/run/preset.h"

static gd_status make_network(const gd_dataset_header *header, gd_train_options *options, gd_network **network)
{
	char line[GD_PRESET_ROOM];
	gd_preprocessing encoded = {0};
	gd_encoding encoding = {0};
	gd_arena arena = {0};
	const gd_preset_facts facts = gd_preset_look(header, 0);
	bool *given = gd_allocate(gd_train_option_table.count, sizeof *given);
	if (!given)
		return gd_out_of_memory("the options");
	gd_preset_fill(options, given, &facts, line);
	free(given);
	gd_status status = gd_train_options_encode(options, &header->preprocessing, &encoded);
	if (!gd_failed(&status))
		status = gd_preprocessing_encoding(&encoded, &arena, &encoding);
	gd_preprocessing_release(&encoded);
	if (!gd_failed(&status)) {
		gd_network_options shape = gd_train_options_network(options, facts.numbers + facts.others, facts.classes, NULL, &encoding);
		status = gd_network_create(&shape, network);
	}
	gd_arena_release(&arena);
	return status;
}

int gd_preset_blocks(const char *path)
{
	int blocks = 1;
	gd_train_options options;
	gd_dataset *dataset = NULL;
	gd_network *network = NULL;
	gd_options_initialise(&gd_train_option_table, &options);
	gd_status status = gd_dataset_open(NULL, path, &dataset);
	const gd_dataset_header *header = dataset ? gd_dataset_get_header(dataset) : NULL;
	if (!gd_failed(&status) && header->rows[GD_TRAIN])
		status = make_network(header, &options, &network);
	if (network) {
		const int64_t rows = options.batch_size < header->rows[GD_TRAIN] ? options.batch_size : header->rows[GD_TRAIN];
		blocks = gd_network_blocking(network, (int)rows).blocks;
	}
	gd_network_free(network);
	gd_dataset_close(dataset);
	return blocks;
}
