/* Fused multiply-adds in registers alone: the most that a core can do, for its clock to be held against. Local. */
#ifndef GD_PEAK_H
#define GD_PEAK_H

/* Floating-point operations of a round with the widest instructions of this processor; a fused multiply-add counts two. */
double gd_peak_round(void);
/* Computes `rounds` of them; what comes out means nothing. */
float gd_peak_compute(int rounds);

#endif
