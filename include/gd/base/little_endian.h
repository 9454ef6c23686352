/* Integers as files have them: the lowest byte first. Local. */
#ifndef GD_LITTLE_ENDIAN_H
#define GD_LITTLE_ENDIAN_H

#include <stdint.h>

/* The low `count` bytes of `value`. */
static inline void gd_put_little_endian(uint8_t *bytes, int count, uint64_t value)
{
	for (int i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

static inline uint64_t gd_get_little_endian(const uint8_t *bytes, int count)
{
	uint64_t value = 0;
	for (int i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

#endif
