/* One binary, vector code picked at run time: the same source compiled for several instruction sets. */
#ifndef GD_VECTOR_H
#define GD_VECTOR_H

/*
 * Marks a kernel of elementwise loops. All variants give the same bits: the build forbids contraction
 * and reassociation, and a fused multiply-add is written as fmaf() where it is meant.
 * Sanitizers do not go with the run-time choice (it runs before they are set up).
 */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(GD_NO_CLONES)
#define GD_VECTOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GD_VECTOR
#endif

#endif
