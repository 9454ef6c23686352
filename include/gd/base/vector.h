/*
 * Vector code in one binary: gd_room() in CMakeLists.txt compiles each file <module>_kernels.c once for every set of instructions, with GD_SET naming
 * the set. Such a file exports one table of functions and nothing else; who calls them takes the table of the set that gd_processor_instructions() chose.
 * All tables give the same bits: the build forbids contraction and reassociation, and a fused multiply-add is written as fmaf() where it is meant.
 */
#ifndef GD_VECTOR_H
#define GD_VECTOR_H

#include "gd/base/processor.h"

#define GD_JOIN_(name, set) name##_##set
#define GD_JOIN(name, set) GD_JOIN_(name, set)

/* GD_TABLES(type) declares a type's tables, GD_TABLE(type) names the one that a kernels file defines, GD_CHOSEN(type) points to the one to use. */
#ifdef __x86_64__
#define GD_TABLES(type) extern const type type##_plain, type##_avx2, type##_avx512
#define GD_CHOSEN(type) \
	(gd_processor_instructions() == GD_AVX512 ? &type##_avx512 : gd_processor_instructions() == GD_AVX2 ? &type##_avx2 : &type##_plain)
#else
#define GD_TABLES(type) extern const type type##_plain
#define GD_CHOSEN(type) (&type##_plain)
#endif
#define GD_TABLE(type) GD_JOIN(type, GD_SET)

/*
 * Before a loop: GD_INDEPENDENT where no element depends on an earlier one, which the compiler cannot see where arrays are one or two apart;
 * GD_UNROLL(times) where it is to be unrolled whole, its constant number of turns being at most `times`.
 */
#ifdef __clang__
#define GD_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#define GD_UNROLL(times) _Pragma("unroll")
#else
#define GD_INDEPENDENT _Pragma("GCC ivdep")
#define GD_UNROLL(times) GD_PRAGMA(GCC unroll times)
#define GD_PRAGMA(words) _Pragma(#words)
#endif

#endif
