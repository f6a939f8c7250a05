/* elementary.h: log, exp, pow and the normal quantile, with the same bits everywhere.
 *
 * The C library's functions differ in the last digits between its versions and between processors
 * with and without fused multiply-add, so nothing that samples may call them. These use only
 * + - * / of IEEE doubles, rounded to nearest, and must be built with -ffp-contract=off. A change
 * of any bit here moves every sample and needs a new STREAM_VERSION (sim/engine/stream.h). */
#ifndef SIM_ENGINE_ELEMENTARY_H
#define SIM_ENGINE_ELEMENTARY_H

/* The natural logarithm, within one unit in the last place. log(0) is minus infinity; below that,
 * NaN. */
double elementary_log(double x);

/* e to the x, within one unit in the last place; infinity above 709.78, 0 below -745.13. */
double elementary_exp(double x);

/* x to the y for finite x > 0 (else NaN); relative error below 4e-15 wherever the result is a
 * normal number, below 1e-15 where it lies within e^-100 ... e^100. */
double elementary_pow(double x, double y);

/* The z below which a standard normal variable stays with probability u, 0 < u < 1 (else NaN);
 * relative error below 2e-15. */
double elementary_normal_quantile(double u);

#endif
