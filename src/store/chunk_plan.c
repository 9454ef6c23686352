#include "gd/store/chunk_plan.h"

#include <errno.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/store/chunk_kernels.h"

enum { VECTOR_CHUNK_ROWS = 4096 }; /* at least, so that a label's chunk is not a few bytes where rows are wide */

void gd_chunk_plan_init(gd_chunk_plan *plan, const gd_dataset_header *header)
{
	int64_t matrix = gd_dataset_block_rows(header->preprocessing.features), vector = matrix > VECTOR_CHUNK_ROWS ? matrix : VECTOR_CHUNK_ROWS;
	*plan = (gd_chunk_plan){.header = header};
	for (int column = 0; column < GD_COLUMNS; column++) {
		bool wide = gd_column_forms[column].rank == 2;
		plan->rows[column] = wide ? matrix : vector;
		plan->row_bytes[column] = (wide ? (size_t)header->preprocessing.features : 1) * gd_element_size(gd_column_forms[column].element);
	}
	for (int part = 0; part < GD_PARTS; part++)
		for (int column = 0; column < GD_COLUMNS; column++) {
			plan->first[part][column] = plan->count;
			plan->count += gd_chunk_plan_count(plan, (gd_part)part, (gd_column)column);
		}
}

int64_t gd_chunk_plan_rows(const gd_chunk_plan *plan, gd_part part, gd_column column)
{
	int64_t all = plan->header->rows[part];
	return all < plan->rows[column] ? all : plan->rows[column];
}

size_t gd_chunk_plan_count(const gd_chunk_plan *plan, gd_part part, gd_column column)
{
	int64_t rows = gd_chunk_plan_rows(plan, part, column);
	return rows && gd_column_is_there(plan->header, column) ? (size_t)((plan->header->rows[part] + rows - 1) / rows) : 0;
}

bool gd_chunk_plan_deflates(const gd_chunk_plan *plan, gd_column column)
{
	return plan->header->deflated && column == GD_FEATURES;
}

size_t gd_chunk_plan_room(const gd_chunk_plan *plan, gd_part part, gd_column column)
{
	return (size_t)gd_chunk_plan_rows(plan, part, column) * plan->row_bytes[column] + GD_CHECKSUM_BYTES;
}

size_t gd_chunk_plan_stored(const gd_chunk_plan *plan, gd_part part, gd_column column, size_t index)
{
	return gd_chunk_plan_deflates(plan, column) ? plan->stored[plan->first[part][column] + index] : gd_chunk_plan_room(plan, part, column);
}

gd_status gd_chunk_put_bytes(int file, const char *path, const char *bytes, size_t size, uint64_t place)
{
	for (size_t done = 0; done < size;) {
		ssize_t put = pwrite(file, bytes + done, size - done, (off_t)(place + done));
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return gd_file_error(GD_FAILED, "write", path, put < 0 ? errno : EIO);
		done += (size_t)put;
	}
	return gd_ok();
}

gd_status gd_chunk_get_bytes(int file, const char *path, char *bytes, size_t size, uint64_t place)
{
	for (size_t done = 0; done < size;) {
		ssize_t got = pread(file, bytes + done, size - done, (off_t)(place + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return gd_file_error(GD_FAILED, "write", path, got < 0 ? errno : EIO);
		done += (size_t)got;
	}
	return gd_ok();
}
