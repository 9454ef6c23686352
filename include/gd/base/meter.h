/* A bar on the terminal for work that goes over many bytes: how many, how fast, how long it takes yet. Nothing where stderr is no terminal, or this process is not to speak. Local. */
#ifndef GD_METER_H
#define GD_METER_H

#include <stdbool.h>

/* A zeroed one shows nothing. */
typedef struct gd_meter {
	const char *doing;
	double total; /* bytes; 0: not known */
	double scale; /* all bytes for each one that is counted here, where others do the rest */
	double done, begun, drawn;
	bool shown, there;
} gd_meter;

/* `doing` stays valid until the end. */
void gd_meter_begin(gd_meter *meter, const char *doing, double total, double scale);
void gd_meter_add(gd_meter *meter, double bytes);
/* Takes the bar away. */
void gd_meter_end(gd_meter *meter);

#endif
