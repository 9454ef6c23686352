#include "gd/train/training.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/build.h"
#include "gd/base/log.h"
#include "gd/base/sha256.h"
#include "gd/kernel/engine.h"
#include "gd/run/machine.h"
#include "gd/run/reproduce.h"

const char gd_training_dataset_setting[] = "dataset_sha256";

gd_status gd_training_take_configuration(gd_training *t, const gd_checkpoint *checkpoint, const bool *given)
{
	for (size_t i = 0; i < gd_train_option_table.count; i++) {
		const gd_option *option = &gd_train_option_table.options[i];
		const char *was = gd_setting_find(checkpoint->config, checkpoint->config_count, option->name);
		/* What a run of an earlier version does not say it did not know. */
		if (!was && option->offset == offsetof(gd_train_options, window))
			was = option->initial;
		if (option->flags & GD_NOT_KEPT || !was)
			continue;
		char now[1024];
		gd_options_format(option, &t->options, now, sizeof now);
		if (given[i] && option->flags & GD_CHANGES_BITS && option->offset != offsetof(gd_train_options, epochs) && strcmp(was, now))
			return gd_error(GD_USAGE, "'--%s %s' would change the run in '%s', which has '%s'; leave it out, or start another --run",
				option->name, now, t->directory, *was ? was : "none");
		/* The schedule stands in front of the epochs and is the checkpoint's already. */
		if (given[i] && option->offset == offsetof(gd_train_options, epochs) && strcmp(was, now) && (t->options.schedule == GD_COSINE || t->options.schedule == GD_ONE_CYCLE))
			gd_log_warning("--epochs %s instead of %s: a schedule that ends with the last epoch follows another curve from here on; trained from its start the run would have other weights", now, was);
		if (given[i] || !*was)
			continue;
		char *kept = gd_arena_string(&t->arena, was);
		if (!kept)
			return gd_out_of_memory("the configuration");
		gd_status status = gd_options_set(&gd_train_option_table, &t->options, option->name, kept, "the checkpoint's configuration");
		if (gd_failed(&status))
			return status;
	}
	return gd_train_options_check(&t->options);
}

/* What identifies a dataset: its rows' source and split, and how they were made into features. */
void gd_training_hash_dataset(const gd_dataset_header *header, char text[65])
{
	const gd_preprocessing *p = &header->preprocessing;
	gd_sha256 hash;
	uint8_t digest[32];
	gd_sha256_init(&hash);
	gd_sha256_update(&hash, header->source_sha256, strlen(header->source_sha256));
	gd_sha256_update(&hash, header->rows, sizeof header->rows);
	gd_sha256_update(&hash, &header->seed, sizeof header->seed);
	gd_sha256_update(&hash, header->split, strlen(header->split));
	gd_sha256_update(&hash, p->recipe, strlen(p->recipe));
	gd_sha256_update(&hash, p->mean, (size_t)p->features * sizeof *p->mean);
	gd_sha256_update(&hash, p->standard_deviation, (size_t)p->features * sizeof *p->standard_deviation);
	gd_sha256_finish(&hash, digest);
	gd_sha256_hex(digest, text);
}

gd_status gd_training_make_settings(gd_training *t, const char *dataset_hash)
{
	const size_t count = gd_train_option_table.count;
	t->config = gd_arena_take(&t->arena, count + 1, sizeof *t->config);
	if (!t->config)
		return gd_out_of_memory("the configuration");
	for (size_t i = 0; i <= count; i++) {
		char value[1024];
		const gd_option *option = i < count ? &gd_train_option_table.options[i] : NULL;
		if (option && option->flags & GD_NOT_KEPT)
			continue;
		if (option)
			gd_options_format(option, &t->options, value, sizeof value);
		char *kept = gd_arena_string(&t->arena, option ? value : dataset_hash);
		if (!kept)
			return gd_out_of_memory("the configuration");
		t->config[t->config_count++] = (gd_setting){option ? option->name : gd_training_dataset_setting, kept};
	}
	return gd_ok();
}

/* "train,validation,test" rows of each class, with ';' between, in the arena. */
static const char *list_class_rows(gd_training *t, const gd_dataset_header *header)
{
	int classes = header->preprocessing.classes;
	size_t room = (size_t)classes * 64, used = 0;
	char *text = gd_arena_take(&t->arena, room, 1);
	for (int c = 0; text && c < classes; c++)
		used += (size_t)snprintf(text + used, room - used, "%s%" PRId64 ",%" PRId64 ",%" PRId64, c ? ";" : "", header->class_counts[c], header->class_counts[classes + c],
			header->class_counts[2 * classes + c]);
	return text;
}

gd_status gd_training_make_provenance(gd_training *t, const char *hosts)
{
	char ranks[32], cores[32];
	snprintf(ranks, sizeof ranks, "%d", t->communicator->size);
	snprintf(cores, sizeof cores, "%d", gd_machine_cores());
	char program[192], records[64], seed[32];
	const gd_dataset_header *header = gd_dataset_get_header(t->dataset);
	const char *class_rows = list_class_rows(t, header);
	if (!class_rows)
		return gd_out_of_memory("the provenance");
	snprintf(program, sizeof program, "%s, commit %s, %s build by %s", gd_version, gd_commit, gd_build_type, gd_compiler);
	snprintf(records, sizeof records, "%" PRId64 " read, %" PRId64 " dropped", header->rows_read, header->rows_dropped);
	snprintf(seed, sizeof seed, "%" PRId64, header->seed);
	const gd_setting settings[] = {
		{"ranks", ranks}, {"hosts", hosts}, {"cpu", gd_machine_cpu()}, {"cores", cores},
		{"mpi", gd_machine_mpi()}, {"hdf5", gd_machine_hdf5()}, {"blis", gd_machine_blis()}, {"engine", gd_engine()->name}, {"genre_dist", program},
		{GD_DATASET_SOURCE, header->source}, {GD_DATASET_SOURCE_SHA256, header->source_sha256}, {GD_DATASET_COMMAND, header->history}, {GD_DATASET_RECORDS, records},
		{GD_DATASET_SPLIT, header->split}, {GD_DATASET_SEED, seed}, {GD_DATASET_CLASS_ROWS, class_rows}, {GD_DATASET_AUDIT, header->audit},
	};
	t->provenance_count = sizeof settings / sizeof settings[0];
	t->provenance = gd_arena_take(&t->arena, t->provenance_count, sizeof *t->provenance);
	for (size_t i = 0; t->provenance && i < t->provenance_count; i++) {
		t->provenance[i] = (gd_setting){settings[i].name, gd_arena_string(&t->arena, settings[i].value ? settings[i].value : "")};
		if (!t->provenance[i].value)
			return gd_out_of_memory("the provenance");
	}
	return t->provenance ? gd_ok() : gd_out_of_memory("the provenance");
}
