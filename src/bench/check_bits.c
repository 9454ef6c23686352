#include "gd/bench/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/base/sha256.h"
#include "gd/preprocess/preprocess.h"
#include "gd/run/run_directory.h"
#include "gd/schema/shipped.h"
#include "gd/songs/synth.h"
#include "gd/store/checkpoint.h"
#include "gd/train/trainer.h"

/* A wide layer: its products have more than 256 terms, which is where other definitions differ. */
const gd_check_hash gd_check_golden[GD_CHECK_HASHES] = {
	[GD_CHECK_TABLE] = {"songs.csv", "table", "fa363b96728925f0bcd473758e11e908dcd7a4ced445f9d3d004e487760e6ed6"},
	[GD_CHECK_DATASET] = {"songs", "dataset", "bd2195c1d5665973c7ed11a73633e08c4da7eca6fa4963db6ec24761a627f50c"},
	[GD_CHECK_TRAINING] = {"wide", "training", "34853b478dd419608e89188911f73ca9f5ae6f33c8a158769a7847a0d4c427a1"},
};
enum { ROWS = 1400, SEED = 3 };
/* What tests/golden/bits.sh says by itself, and its line `wide`. */
static const char *const training[][2] = {{"preset", "study"}, {"hidden", "300,520"}, {"activation", "relu"}, {"dropout", "0"}, {"optimizer", "adam"}, {"learning-rate", "0.01"},
	{"batch-size", "128"}, {"epochs", "2"}, {"seed", "1"}, {"checkpoint-every", "0"}, {"progress", "off"}, {"quiet", "on"}};

static gd_status hash_file(const char *path, char text[65])
{
	void *bytes = NULL;
	size_t size = 0;
	gd_sha256 hash;
	uint8_t digest[32];
	gd_status status = gd_file_read(path, GD_FAILED, &bytes, &size);
	if (gd_failed(&status))
		return status;
	gd_sha256_init(&hash);
	gd_sha256_update(&hash, bytes, size);
	gd_sha256_finish(&hash, digest);
	gd_sha256_hex(digest, text);
	free(bytes);
	return gd_ok();
}

/* Local. */
static gd_status draw_table(const char *path, char found[65])
{
	gd_profile *profile = gd_allocate(1, sizeof *profile);
	gd_synth songs = {.profile = profile, .seed = SEED, .rows = ROWS};
	gd_status status = profile ? gd_profile_read("built in", gd_shipped_profile, profile) : gd_out_of_memory("a profile");
	if (!gd_failed(&status))
		status = gd_synth_write(&songs, path);
	if (profile)
		gd_profile_release(profile);
	free(profile);
	return gd_failed(&status) ? status : hash_file(path, found);
}

/* Local. */
static gd_status make_dataset(const char *table, const char *path, char found[65])
{
	const gd_preprocess_options options = {.input = table, .inputs = &table, .input_count = 1, .output = path, .split = GD_SPLIT_RANDOM, .test_fraction = 0.3, .validation_fraction = 0.1, .history = "info --check"};
	gd_dataset *dataset = NULL;
	gd_status status = gd_preprocess_run(&options, NULL);
	if (!gd_failed(&status))
		status = gd_dataset_open(NULL, path, &dataset);
	if (gd_failed(&status))
		return status;
	memcpy(found, gd_dataset_get_header(dataset)->content_sha256, 65);
	gd_dataset_close(dataset);
	return gd_ok();
}

/* Collective. */
static gd_status train(gd_communicator *communicator, const char *data, const char *run)
{
	gd_train_options options;
	bool *given = gd_allocate(gd_train_option_table.count, sizeof *given);
	gd_status mine = given ? gd_ok() : gd_out_of_memory("the options");
	gd_options_initialise(&gd_train_option_table, &options);
	options.data = data;
	options.run = run;
	for (size_t i = 0; !gd_failed(&mine) && i < sizeof training / sizeof *training; i++)
		mine = gd_options_set(&gd_train_option_table, &options, training[i][0], training[i][1], NULL);
	if (given)
		memset(given, true, gd_train_option_table.count * sizeof *given);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_train(communicator, &options, given, "info --check");
	free(given);
	return status;
}

/* Local. */
static gd_status hash_model(const char *run, char found[65])
{
	char path[GD_PATH_ROOM];
	gd_checkpoint model = {0};
	gd_status status = gd_checkpoint_read(gd_run_path(run, GD_RUN_MODEL, path), &model);
	if (gd_failed(&status))
		return status;
	memcpy(found, model.weights_sha256, 65);
	gd_checkpoint_release(&model);
	return gd_ok();
}

gd_status gd_check_bits(gd_communicator *communicator, const char *directory, char found[GD_CHECK_HASHES][65])
{
	char table[GD_PATH_ROOM + 16], data[GD_PATH_ROOM + 16], run[GD_PATH_ROOM + 16];
	const bool first = communicator->rank == 0;
	snprintf(table, sizeof table, "%s/songs.csv", directory);
	snprintf(data, sizeof data, "%s/songs.h5", directory);
	snprintf(run, sizeof run, "%s/run", directory);
	memset(found, 0, GD_CHECK_HASHES * sizeof *found);
	communicator->phase = "comparing bits";
	gd_status mine = first ? draw_table(table, found[GD_CHECK_TABLE]) : gd_ok();
	if (first && !gd_failed(&mine))
		mine = make_dataset(table, data, found[GD_CHECK_DATASET]);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = train(communicator, data, run);
	if (!gd_failed(&status)) {
		mine = first ? hash_model(run, found[GD_CHECK_TRAINING]) : gd_ok();
		status = gd_agree(communicator, &mine);
	}
	gd_status sent = gd_broadcast(communicator, found, GD_CHECK_HASHES * sizeof *found);
	return gd_failed(&status) ? status : sent;
}
