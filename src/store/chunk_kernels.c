#include "gd/store/chunk_kernels.h"

#include <string.h>

enum { TOGETHER = 256 }; /* words whose weighted sum fits 32 bits */

/* The same residue modulo 65535, below 2^48 + 1; 0 only of 0. */
static uint64_t fold(uint64_t sum)
{
	return sum ? (sum - 1) % ((uint64_t)65535 << 32) + 1 : 0;
}

/* Another order of bytes is a factor of 256 modulo 65535. */
static uint32_t finish(uint64_t sum)
{
	uint32_t rest = (uint32_t)(sum % 65535 * 256 % 65535);
	return rest || !sum ? rest : 65535;
}

static uint32_t checksum(const uint16_t *words, size_t count)
{
	uint64_t sum = 0, sum_of_sums = 0;
	while (count) {
		size_t some = count < TOGETHER ? count : TOGETHER;
		uint32_t plain = 0, weighted = 0;
		for (size_t i = 0; i < some; i++) {
			plain += words[i];
			weighted += (uint32_t)(some - i) * words[i];
		}
		sum_of_sums = fold(sum_of_sums + some * sum + weighted);
		sum = fold(sum + plain);
		words += some;
		count -= some;
	}
	return finish(sum_of_sums) << 16 | finish(sum);
}

static uint32_t adler(const uint8_t *bytes, size_t count)
{
	const uint32_t prime = 65521;
	uint64_t sum = 1, sum_of_sums = 0;
	while (count) {
		size_t some = count < TOGETHER ? count : TOGETHER;
		uint32_t plain = 0, weighted = 0;
		for (size_t i = 0; i < some; i++) {
			plain += bytes[i];
			weighted += (uint32_t)(some - i) * bytes[i];
		}
		sum_of_sums = (sum_of_sums + some * sum + weighted) % prime;
		sum = (sum + plain) % prime;
		bytes += some;
		count -= some;
	}
	return (uint32_t)(sum_of_sums << 16 | sum);
}

static bool all_finite(const float *values, size_t count)
{
	uint32_t bad = 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t bits;
		memcpy(&bits, values + i, sizeof bits);
		bad |= (bits & UINT32_C(0x7f800000)) == UINT32_C(0x7f800000);
	}
	return !bad;
}

const gd_chunk_kernels GD_TABLE(gd_chunk_kernels) = {.checksum = checksum, .adler = adler, .all_finite = all_finite};
