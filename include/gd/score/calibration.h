/* A model's temperature, fitted to rows that it was not trained on. */
#ifndef GD_CALIBRATION_H
#define GD_CALIBRATION_H

#include "gd/network/scores.h"
#include "gd/parallel/communicator.h"
#include "gd/store/checkpoint.h"

/*
 * Collective. From scored rows that were kept (gd_score_sums_keep_rows), each rank its own: the sharpness 1 / T between 1/8 and 8 with the least sum of the rows' losses and of a normal prior of
 * deviation 1/2 about 1, which weighs as much as a few rows; the same on every rank, whatever their number. Then the scores before and after.
 */
GD_CHECKED gd_status gd_calibration_fit(gd_communicator *communicator, const gd_score_sums *sums, gd_calibration *calibration);

/* Local. Of a temperature that is known from elsewhere: the scores are NaN. */
gd_calibration gd_calibration_given(double temperature);

enum { GD_CALIBRATION_ROOM = 256 };
/* Local. Where the temperature is from, and what it changed, as a clause. */
void gd_calibration_say(const gd_calibration *calibration, char text[GD_CALIBRATION_ROOM]);

#endif
