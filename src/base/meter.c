#include "gd/base/meter.h"

#include <stdio.h>

#include "gd/base/clock.h"
#include "gd/base/log.h"

/* What is done before that needs no bar. */
static const double first_seconds = 0.5, refresh_seconds = 0.1;

void gd_meter_begin(gd_meter *meter, const char *doing, double total, double scale)
{
	*meter = (gd_meter){.doing = doing, .total = total, .scale = scale, .begun = gd_seconds()};
	meter->shown = gd_log_terminal() && !gd_log_muted() && gd_log_get_level() != GD_LOG_QUIET;
}

static void draw(const gd_meter *meter, double seconds)
{
	enum { CELLS = 30 };
	char bar[CELLS + 1] = "";
	double done = meter->done * meter->scale, total = meter->total * meter->scale, rate = done / seconds;
	int filled = done < total ? (int)(CELLS * done / total) : CELLS;
	for (int i = 0; i < CELLS; i++)
		bar[i] = i < filled ? '#' : '.';
	if (total > 0)
		fprintf(stderr, "\r\033[K[%s] %s  %.1f of %.1f MB  %.0f MB/s  %.0f s left", bar, meter->doing, done / 1e6, total / 1e6, rate / 1e6,
			done < total ? (total - done) / rate : 0);
	else
		fprintf(stderr, "\r\033[K%s  %.1f MB  %.0f MB/s", meter->doing, done / 1e6, rate / 1e6);
	fflush(stderr);
}

void gd_meter_add(gd_meter *meter, double bytes)
{
	if (!meter->shown || bytes <= 0)
		return;
	meter->done += bytes;
	double now = gd_seconds();
	if (now - meter->begun < first_seconds || now - meter->drawn < refresh_seconds)
		return;
	meter->drawn = now;
	meter->there = true;
	draw(meter, now - meter->begun);
}

void gd_meter_end(gd_meter *meter)
{
	if (meter->there) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	*meter = (gd_meter){0};
}
