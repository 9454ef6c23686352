/*
 * The version of the arithmetic between a dataset and its weights: it changes with every definition that changes a bit of any training.
 *
 * 1  Releases up to 0.2.0. Products of layers wider than 256 were whatever BLIS's kernel for the processor gave, logarithms, powers and sines libm's.
 * 2  Products of matrices are chains of 256 fused multiply-adds, added up in order (gd/kernel/gemm.h), so that every processor gives the same bits;
 *    elementary functions in double are ours (gd/kernel/real.h), so that every C library does.
 */
#ifndef GD_ARITHMETIC_H
#define GD_ARITHMETIC_H

enum { GD_ARITHMETIC = 2 };

#endif
