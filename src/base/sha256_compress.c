#include "gd/base/sha256_compress.h"

#include <string.h>

#include "gd/base/processor.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#endif

static const _Alignas(16) uint32_t round_constant[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotate(uint32_t x, int count)
{
	return x >> count | x << (32 - count);
}

void gd_sha256_compress_plain(uint32_t state[8], const uint8_t *bytes, size_t blocks)
{
	for (; blocks > 0; blocks--, bytes += 64) {
		uint32_t w[64];
		for (int t = 0; t < 16; t++)
			w[t] = (uint32_t)bytes[4 * t] << 24 | (uint32_t)bytes[4 * t + 1] << 16 |
			       (uint32_t)bytes[4 * t + 2] << 8 | bytes[4 * t + 3];
		for (int t = 16; t < 64; t++) {
			uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
			uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
			w[t] = w[t - 16] + s0 + w[t - 7] + s1;
		}
		uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
		uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
		for (int t = 0; t < 64; t++) {
			uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
			uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constant[t] + w[t];
			uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
			uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
			h = g;
			g = f;
			f = e;
			e = d + t1;
			d = c;
			c = b;
			b = a;
			a = t1 + t2;
		}
		state[0] += a;
		state[1] += b;
		state[2] += c;
		state[3] += d;
		state[4] += e;
		state[5] += f;
		state[6] += g;
		state[7] += h;
	}
}

#if defined(__x86_64__)

bool gd_sha256_native_available(void)
{
	/* Asked once: in a virtual machine each CPUID leaves to the hypervisor. */
	static atomic_int answer; /* 0: not asked yet, 1: no, 2: yes */
	int known = atomic_load_explicit(&answer, memory_order_relaxed);
	if (known == 0) {
		unsigned a, b, c, d;
		bool sse41 = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1) && (c & bit_SSSE3);
		bool sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
		known = sse41 && sha ? 2 : 1;
		atomic_store_explicit(&answer, known, memory_order_relaxed);
	}
	return known == 2;
}

#define SHA __attribute__((target("sha,sse4.1")))
#define INLINE static inline __attribute__((always_inline))

/* The instructions want the state as the words ABEF and CDGH, highest first. */
typedef struct words {
	__m128i abef, cdgh;
} words;

SHA INLINE words load_state(const uint32_t state[8])
{
	__m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)state);
	__m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)(state + 4));
	__m128i cdab = _mm_shuffle_epi32(dcba, 0xB1);
	__m128i efgh = _mm_shuffle_epi32(hgfe, 0x1B);
	return (words){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}

SHA INLINE void store_state(words now, uint32_t state[8])
{
	__m128i feba = _mm_shuffle_epi32(now.abef, 0x1B);
	__m128i dchg = _mm_shuffle_epi32(now.cdgh, 0xB1);
	_mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(feba, dchg, 0xF0));
	_mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

SHA INLINE void load_block(const uint8_t *bytes, __m128i w[4])
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	for (int i = 0; i < 4; i++)
		w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i)), big_endian);
}

/* Four rounds, the `i`th such. */
SHA INLINE void four_rounds(words *now, __m128i w[4], int i)
{
	__m128i *next = &w[i & 3];
	if (i >= 4) {
		__m128i *last = &w[(i + 3) & 3], *before = &w[(i + 2) & 3];
		__m128i partial = _mm_sha256msg1_epu32(*next, w[(i + 1) & 3]);
		partial = _mm_add_epi32(partial, _mm_alignr_epi8(*last, *before, 4));
		*next = _mm_sha256msg2_epu32(partial, *last);
	}
	__m128i input = _mm_add_epi32(*next, _mm_load_si128((const __m128i *)(const void *)(round_constant + 4 * i)));
	now->cdgh = _mm_sha256rnds2_epu32(now->cdgh, now->abef, input);
	now->abef = _mm_sha256rnds2_epu32(now->abef, now->cdgh, _mm_shuffle_epi32(input, 0x0E));
}

SHA INLINE words add_words(words a, words b)
{
	return (words){_mm_add_epi32(a.abef, b.abef), _mm_add_epi32(a.cdgh, b.cdgh)};
}

SHA void gd_sha256_compress_native(uint32_t state[8], const uint8_t *bytes, size_t blocks)
{
	words now = load_state(state);
	for (; blocks > 0; blocks--, bytes += 64) {
		words start = now;
		__m128i w[4];
		load_block(bytes, w);
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++)
			four_rounds(&now, w, i);
		now = add_words(now, start);
	}
	store_state(now, state);
}

SHA void gd_sha256_compress_two(uint32_t first[8], const uint8_t *bytes, uint32_t second[8], const uint8_t *other, size_t blocks)
{
	words a = load_state(first), b = load_state(second);
	for (; blocks > 0; blocks--, bytes += 64, other += 64) {
		words start_a = a, start_b = b;
		__m128i w[4], v[4];
		load_block(bytes, w);
		load_block(other, v);
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			four_rounds(&a, w, i);
			four_rounds(&b, v, i);
		}
		a = add_words(a, start_a);
		b = add_words(b, start_b);
	}
	store_state(a, first);
	store_state(b, second);
}

/* ---- sixteen messages ---- */

bool gd_sha256_lanes_available(void)
{
	return gd_processor_instructions() == GD_AVX512;
}

#define AVX512 __attribute__((target("avx512f,avx512bw")))

/* Any function of three bits, by its table. */
enum { XOR = 0x96, CHOICE = 0xCA, MAJORITY = 0xE8 };
#define OF_THREE(a, b, c, table) _mm512_ternarylogic_epi32(a, b, c, table)
#define SUM_OF(x, i, j, k) OF_THREE(_mm512_ror_epi32(x, i), _mm512_ror_epi32(x, j), _mm512_ror_epi32(x, k), XOR)
#define STEP_OF(x, i, j, k) OF_THREE(_mm512_ror_epi32(x, i), _mm512_ror_epi32(x, j), _mm512_srli_epi32(x, k), XOR)

/* w[t]: word t of all messages. */
AVX512 INLINE void load_lanes(const uint8_t *const bytes[GD_SHA256_LANES], __m512i w[16])
{
	const __m512i big_endian = _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203);
	__m512i pair[16], four[16];
	for (int i = 0; i < 16; i++)
		w[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(bytes[i]), big_endian);
	for (int i = 0; i < 16; i += 2) {
		pair[i] = _mm512_unpacklo_epi32(w[i], w[i + 1]);
		pair[i + 1] = _mm512_unpackhi_epi32(w[i], w[i + 1]);
	}
	/* four[4 r + c]: words c, c + 4, c + 8, c + 12 of messages 4 r to 4 r + 3. */
	for (int i = 0; i < 16; i += 4)
		for (int half = 0; half < 2; half++) {
			four[i + 2 * half] = _mm512_unpacklo_epi64(pair[i + half], pair[i + 2 + half]);
			four[i + 2 * half + 1] = _mm512_unpackhi_epi64(pair[i + half], pair[i + 2 + half]);
		}
	for (int c = 0; c < 4; c++) {
		__m512i even = _mm512_shuffle_i32x4(four[c], four[4 + c], 0x88), odd = _mm512_shuffle_i32x4(four[c], four[4 + c], 0xDD);
		__m512i other_even = _mm512_shuffle_i32x4(four[8 + c], four[12 + c], 0x88), other_odd = _mm512_shuffle_i32x4(four[8 + c], four[12 + c], 0xDD);
		w[c] = _mm512_shuffle_i32x4(even, other_even, 0x88);
		w[c + 8] = _mm512_shuffle_i32x4(even, other_even, 0xDD);
		w[c + 4] = _mm512_shuffle_i32x4(odd, other_odd, 0x88);
		w[c + 12] = _mm512_shuffle_i32x4(odd, other_odd, 0xDD);
	}
}

/* A message's words of sixteen rounds become those of the next. */
#define NEXT_WORD(w, i) _mm512_add_epi32(_mm512_add_epi32(w[i], w[(i + 9) & 15]), _mm512_add_epi32(STEP_OF(w[(i + 1) & 15], 7, 18, 3), STEP_OF(w[(i + 14) & 15], 17, 19, 10)))

/* Round `i` of those whose constants are given; letters move on by a place each. What waits for the last e and a alone comes in last. */
AVX512 INLINE void round_of_lanes(__m512i s[8], __m512i word, const uint32_t *constants, int i)
{
#define LETTER(k) s[((k) - i) & 7]
	__m512i early = _mm512_add_epi32(LETTER(7), _mm512_add_epi32(word, _mm512_set1_epi32((int)constants[i])));
	__m512i late = _mm512_add_epi32(SUM_OF(LETTER(4), 6, 11, 25), OF_THREE(LETTER(4), LETTER(5), LETTER(6), CHOICE));
	__m512i other = _mm512_add_epi32(SUM_OF(LETTER(0), 2, 13, 22), OF_THREE(LETTER(0), LETTER(1), LETTER(2), MAJORITY));
	LETTER(3) = _mm512_add_epi32(_mm512_add_epi32(LETTER(3), early), late);
	LETTER(7) = _mm512_add_epi32(_mm512_add_epi32(early, other), late);
#undef LETTER
}

AVX512 INLINE void load_states(const uint32_t state[8][GD_SHA256_LANES], __m512i s[8])
{
	for (int i = 0; i < 8; i++)
		s[i] = _mm512_loadu_si512(state[i]);
}

AVX512 INLINE void add_states(const __m512i s[8], uint32_t state[8][GD_SHA256_LANES])
{
	for (int i = 0; i < 8; i++)
		_mm512_storeu_si512(state[i], _mm512_add_epi32(_mm512_loadu_si512(state[i]), s[i]));
}

AVX512 void gd_sha256_compress_lanes(uint32_t state[8][GD_SHA256_LANES], const uint8_t *const bytes[GD_SHA256_LANES])
{
	__m512i w[16], s[8];
	load_lanes(bytes, w);
	load_states(state, s);
	for (int first = 0; first < 64; first += 16) {
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++)
			round_of_lanes(s, w[i], round_constant + first, i);
#pragma GCC unroll 16
		for (int i = 0; i < 16 && first < 48; i++)
			w[i] = NEXT_WORD(w, i);
	}
	add_states(s, state);
}

/* The two kinds of instructions hardly wait for one another: a block of the one message goes with sixteen rounds, and one with sixteen words. */
__attribute__((target("avx512f,avx512bw,sha,sse4.1"))) void gd_sha256_compress_beside(uint32_t state[8][GD_SHA256_LANES], const uint8_t *const bytes[GD_SHA256_LANES], uint32_t one[8],
	const uint8_t *from)
{
	__m512i w[16], s[8];
	__m128i v[4];
	load_lanes(bytes, w);
	load_states(state, s);
	words now = load_state(one);
	for (int first = 0; first < 64; first += 16) {
		words start = now;
		load_block(from, v);
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			round_of_lanes(s, w[i], round_constant + first, i);
			four_rounds(&now, v, i);
		}
		now = add_words(now, start);
		from += 64;
		if (first == 48)
			break;
		start = now;
		load_block(from, v);
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			w[i] = NEXT_WORD(w, i);
			four_rounds(&now, v, i);
		}
		now = add_words(now, start);
		from += 64;
	}
	store_state(now, one);
	add_states(s, state);
}

#else

bool gd_sha256_lanes_available(void)
{
	return false;
}

void gd_sha256_compress_lanes(uint32_t state[8][GD_SHA256_LANES], const uint8_t *const bytes[GD_SHA256_LANES])
{
	for (int lane = 0; lane < GD_SHA256_LANES; lane++) {
		uint32_t one[8];
		for (int i = 0; i < 8; i++)
			one[i] = state[i][lane];
		gd_sha256_compress_plain(one, bytes[lane], 1);
		for (int i = 0; i < 8; i++)
			state[i][lane] = one[i];
	}
}

void gd_sha256_compress_beside(uint32_t state[8][GD_SHA256_LANES], const uint8_t *const bytes[GD_SHA256_LANES], uint32_t one[8], const uint8_t *from)
{
	gd_sha256_compress_lanes(state, bytes);
	gd_sha256_compress_plain(one, from, GD_SHA256_BESIDE);
}

bool gd_sha256_native_available(void)
{
	return false;
}

void gd_sha256_compress_native(uint32_t state[8], const uint8_t *bytes, size_t blocks)
{
	gd_sha256_compress_plain(state, bytes, blocks);
}

void gd_sha256_compress_two(uint32_t first[8], const uint8_t *bytes, uint32_t second[8], const uint8_t *other, size_t blocks)
{
	gd_sha256_compress_plain(first, bytes, blocks);
	gd_sha256_compress_plain(second, other, blocks);
}

#endif
