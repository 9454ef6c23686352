/* The standard normal distribution from additions, multiplications and divisions alone: the same bits on every host. Local. */
#ifndef GD_NORMAL_H
#define GD_NORMAL_H

/*
 * P(Z <= z), to within 1e-15; for z < 0 also to within 1e-8 of its own size; strictly between 0 and 1 for |z| < 8.
 * Source: G. West, "Better approximations to cumulative normal functions", Wilmott Magazine, May 2005 (Hart's rational function).
 */
double gd_normal_cumulative(double z);

/* z with P(Z <= z) = p, for p in (0, 1): to within 1e-12 for p from 1e-6 to 1 - 1e-6; by bisection, whose outcome it is to the last bit. */
double gd_normal_quantile(double p);

/*
 * The correlation of two normals whose rank correlation (Spearman) is `rank_correlation` in [-1, 1]: 2 sin(pi r / 6).
 * Source: K. Pearson, "On further methods of determining correlation", 1907.
 */
double gd_normal_correlation(double rank_correlation);

#endif
