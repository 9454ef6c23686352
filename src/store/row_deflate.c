#include "gd/store/row_deflate.h"

#include <stdint.h>
#include <string.h>

#include "gd/store/chunk_kernels.h"

enum {
	LONGEST = 258, /* bytes that one code repeats */
	SHORTEST = 3,
	WORTH = 4,     /* as long a repetition as takes fewer bits than literals */
	END = 256,
	LENGTHS = 257, /* the first code of a length */
	AT_ONCE = 8,   /* of the longest, in one step */
	SPARE = 64,    /* bytes of room that one step and the end may take */
};

/* Bits as they go into the stream, the first one lowest. */
typedef struct code {
	uint32_t bits;
	int count;
} code;

typedef struct writer {
	uint64_t held;
	int count; /* bits held, below 32 */
	uint8_t *next;
	code literal[LENGTHS], repeat[LONGEST + 1];
} writer;

static void put(writer *w, code c)
{
	w->held |= (uint64_t)c.bits << w->count;
	w->count += c.count;
	if (w->count < 32)
		return;
	for (int i = 0; i < 4; i++)
		*w->next++ = (uint8_t)(w->held >> 8 * i);
	w->held >>= 32;
	w->count -= 32;
}

/* ---- the codes ---- */

/* Of a number whose highest bit comes first. */
static code reversed(uint32_t bits, int count)
{
	code c = {0, count};
	for (int i = 0; i < count; i++)
		c.bits |= (bits >> i & 1) << (count - 1 - i);
	return c;
}

static code fixed(uint32_t symbol)
{
	if (symbol < 144)
		return reversed(0x30 + symbol, 8);
	if (symbol < 256)
		return reversed(0x190 + symbol - 144, 9);
	return symbol < 280 ? reversed(symbol - 256, 7) : reversed(0xc0 + symbol - 280, 8);
}

static code joined(code first, uint32_t bits, int count)
{
	return (code){first.bits | bits << first.count, first.count + count};
}

/* Values above 0 are in ranges, `each` of one size before it doubles: which one, how many bits tell the place in it, and that. */
static uint32_t find_range(uint32_t value, uint32_t each, int *count, uint32_t *place)
{
	*count = 0;
	while (value >> *count >= 2 * each)
		++*count;
	*place = value & ((UINT32_C(1) << *count) - 1);
	return (uint32_t)*count * each + (value >> *count);
}

static void make_codes(writer *w, size_t distance)
{
	int count;
	uint32_t place, range = find_range((uint32_t)distance - 1, 2, &count, &place);
	const code way = joined(reversed(range, 5), place, count);
	for (uint32_t symbol = 0; symbol < LENGTHS; symbol++)
		w->literal[symbol] = fixed(symbol);
	for (uint32_t length = SHORTEST; length <= LONGEST; length++) {
		range = find_range(length - SHORTEST, 4, &count, &place);
		/* The longest has a code of its own. */
		code c = length == LONGEST ? fixed(LENGTHS + 28) : joined(fixed(LENGTHS + range), place, count);
		w->repeat[length] = joined(c, way.bits, way.count);
	}
}

/* ---- the rows ---- */

/* How many of `most` bytes are those of the row before. */
static size_t compare(const uint8_t *bytes, const uint8_t *before, size_t most)
{
	size_t same = 0;
	for (uint64_t a, b; most - same >= sizeof a; same += sizeof a) {
		memcpy(&a, bytes + same, sizeof a);
		memcpy(&b, before + same, sizeof b);
		if (a != b)
			break;
	}
	while (same < most && bytes[same] == before[same])
		same++;
	return same;
}

static void repeat(writer *w, size_t length)
{
	while (length) {
		size_t some = length <= LONGEST ? length : length < LONGEST + SHORTEST ? length - SHORTEST
										       : LONGEST;
		put(w, w->repeat[some]);
		length -= some;
	}
}

size_t gd_row_deflate(const void *from, size_t size, size_t row, void *to, size_t room)
{
	const uint8_t *bytes = from, *end = (uint8_t *)to + room;
	writer w = {.next = to};
	if (row > GD_ROW_DEFLATE_MOST || room < SPARE)
		return 0;
	make_codes(&w, row);
	/* Deflated, the fastest way, in a window of 2^15; then one block, the last one, of the fixed codes. */
	put(&w, (code){0x78 | 0x01 << 8, 16});
	put(&w, (code){1 | 1 << 1, 3});
	for (size_t at = 0, same; at < size; at += same) {
		const size_t most = size - at < AT_ONCE * LONGEST ? size - at : AT_ONCE * LONGEST;
		if (end - w.next < SPARE)
			return 0;
		same = at < row ? 0 : compare(bytes + at, bytes + at - row, most);
		if (same < WORTH) {
			same = 1;
			put(&w, w.literal[bytes[at]]);
		} else {
			repeat(&w, same);
		}
	}
	put(&w, w.literal[END]);
	put(&w, (code){0, (8 - w.count % 8) % 8});
	for (; w.count > 0; w.count -= 8, w.held >>= 8)
		*w.next++ = (uint8_t)w.held;
	const uint32_t sum = GD_CHOSEN(gd_chunk_kernels)->adler(bytes, size);
	for (int i = 3; i >= 0; i--)
		*w.next++ = (uint8_t)(sum >> 8 * i);
	return (size_t)(w.next - (uint8_t *)to);
}
