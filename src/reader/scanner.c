#include "gd/reader/scanner.h"

#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

void gd_scanner_init(gd_scanner *scanner, const gd_dialect *dialect)
{
	*scanner = (gd_scanner){.dialect = dialect, .instructions = gd_processor_instructions(), .state = GD_SCAN_START, .line = true};
}

INLINE bool is_newline(char c)
{
	return c == '\n' || c == '\r';
}

INLINE bool is_end(const gd_dialect *dialect, char c)
{
	return c == dialect->delimiter || is_newline(c) || (dialect->blanks && c == '\t');
}

INLINE bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t gd_scanner_find_plainly(gd_scanner *scanner, const char *bytes, size_t size, uint32_t base, uint32_t *ends, size_t *count)
{
	const gd_dialect *dialect = scanner->dialect;
	gd_scan_state state = scanner->state;
	uint32_t *end = ends;
	size_t i;
	for (i = 0; i < size; i++) {
		char c = bytes[i];
		scanner->found |= c & 0x80 ? GD_SCAN_HIGH : 0;
		switch (state) {
		case GD_SCAN_START:
			if (is_end(dialect, c))
				break;
			if (is_blank(c))
				continue;
			if (scanner->line && dialect->comment && c == dialect->comment)
				state = GD_SCAN_COMMENT;
			else if (dialect->guarded && c == '\\')
				state = GD_SCAN_GUARDED;
			else
				state = dialect->quote && c == dialect->quote ? GD_SCAN_QUOTED : GD_SCAN_PLAIN;
			continue;
		case GD_SCAN_GUARDED:
			if (is_newline(c))
				break;
			state = GD_SCAN_PLAIN;
			continue;
		case GD_SCAN_PLAIN:
			if (is_end(dialect, c))
				break;
			if (dialect->guarded && c == '\\')
				state = GD_SCAN_GUARDED;
			scanner->found |= dialect->quote && c == dialect->quote ? GD_SCAN_LOOSE : 0;
			continue;
		case GD_SCAN_QUOTED:
			if (c == dialect->quote)
				state = GD_SCAN_CLOSED;
			else if (c == '\\' && dialect->escaped)
				state = GD_SCAN_ESCAPED;
			scanner->found |= is_newline(c) ? GD_SCAN_BROKEN : 0;
			continue;
		case GD_SCAN_ESCAPED:
			scanner->found |= is_newline(c) ? GD_SCAN_BROKEN : 0;
			state = GD_SCAN_QUOTED;
			continue;
		case GD_SCAN_CLOSED:
		case GD_SCAN_AFTER:
			if (is_end(dialect, c))
				break;
			if (is_blank(c))
				state = GD_SCAN_AFTER;
			else if (c == dialect->quote && state == GD_SCAN_CLOSED)
				state = GD_SCAN_QUOTED;
			else
				goto done;
			continue;
		case GD_SCAN_COMMENT:
			if (is_newline(c))
				break;
			continue;
		}
		*end++ = base + (uint32_t)i;
		scanner->line = is_newline(c);
		state = GD_SCAN_START;
	}
done:
	scanner->state = state;
	*count = (size_t)(end - ends);
	return i;
}

/* ---- 64 bytes at a time ---- */

/* A bit for each byte: delimiters, newlines, quotes, blanks; and whether one is above 127. */
typedef struct masks {
	uint64_t delimiters, newlines, quotes;
	bool high;
} masks;

typedef struct needles {
	unsigned char delimiter, other_delimiter, quote;
} needles;

/* The top bit of each byte of `word` that is `c`, exactly. */
INLINE uint64_t bytes_equal(uint64_t word, unsigned char c)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t difference = word ^ (UINT64_C(0x0101010101010101) * c);
	return ~(((difference & low) + low) | difference | low);
}

/* The top bits of eight bytes as one byte. */
INLINE uint64_t gather(uint64_t tops)
{
	return ((tops >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

static inline void classify_plain(const char *bytes, const needles *n, masks *m)
{
	uint64_t high = 0;
	*m = (masks){0};
	for (int i = 0; i < 64; i += 8) {
		uint64_t word;
		memcpy(&word, bytes + i, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		word = __builtin_bswap64(word);
#endif
		high |= word;
		m->delimiters |= gather(bytes_equal(word, n->delimiter) | bytes_equal(word, n->other_delimiter)) << i;
		m->newlines |= gather(bytes_equal(word, '\n') | bytes_equal(word, '\r')) << i;
		m->quotes |= gather(bytes_equal(word, n->quote)) << i;
	}
	m->high = (high & UINT64_C(0x8080808080808080)) != 0;
}

#ifdef __x86_64__
#define AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,bmi,bmi2")))

AVX2 INLINE uint32_t equal_32(__m256i bytes, unsigned char a, unsigned char b)
{
	return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)a)), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)b))));
}

AVX2 static inline void classify_avx2(const char *bytes, const needles *n, masks *m)
{
	__m256i low = _mm256_loadu_si256((const __m256i *)bytes), high = _mm256_loadu_si256((const __m256i *)(bytes + 32));
	m->delimiters = equal_32(low, n->delimiter, n->other_delimiter) | (uint64_t)equal_32(high, n->delimiter, n->other_delimiter) << 32;
	m->newlines = equal_32(low, '\n', '\r') | (uint64_t)equal_32(high, '\n', '\r') << 32;
	m->quotes = equal_32(low, n->quote, n->quote) | (uint64_t)equal_32(high, n->quote, n->quote) << 32;
	m->high = _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0;
}

AVX512 INLINE uint64_t equal_64(__m512i bytes, unsigned char a)
{
	return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)a));
}

AVX512 static inline void classify_avx512(const char *bytes, const needles *n, masks *m)
{
	__m512i all = _mm512_loadu_si512(bytes);
	m->delimiters = equal_64(all, n->delimiter) | equal_64(all, n->other_delimiter);
	m->newlines = equal_64(all, '\n') | equal_64(all, '\r');
	m->quotes = equal_64(all, n->quote);
	m->high = _mm512_movepi8_mask(all) != 0;
}
#endif

/* Bit i: the parity of the bits up to and with i. */
INLINE uint64_t parity_up_to(uint64_t bits)
{
	for (int step = 1; step < 64; step *= 2)
		bits ^= bits << step;
	return bits;
}

/* The state behind a block that ends outside quotes in a byte that is no end and no quote. */
INLINE gd_scan_state state_behind(const char *bytes, uint64_t ends, gd_scan_state before)
{
	int last = 63;
	while (last >= 0 && is_blank(bytes[last]) && !(ends >> last & 1))
		last--;
	if (last < 0)
		return before;
	return ends >> last & 1 ? GD_SCAN_START : GD_SCAN_PLAIN;
}

/* The ends of a block, and the state behind it; or false where its quotes are not those of RFC 4180, and nothing is changed. */
INLINE bool scan_block(gd_scanner *scanner, const char *bytes, const masks *m, uint64_t *ends)
{
	gd_scan_state state = scanner->state;
	uint64_t structural = m->delimiters | m->newlines;
	uint64_t inside = m->quotes ? parity_up_to(m->quotes) : 0;
	if (state == GD_SCAN_QUOTED)
		inside = ~inside;
	uint64_t opening = m->quotes & inside, closing = m->quotes & ~inside;
	uint64_t may_open = (structural | closing) << 1 | (state == GD_SCAN_START || state == GD_SCAN_CLOSED);
	uint64_t must_end = closing << 1 | (state == GD_SCAN_CLOSED);
	if (state >= GD_SCAN_AFTER || (opening & ~may_open) || (must_end & ~(structural | m->quotes)))
		return false;
	*ends = structural & ~inside;
	scanner->found |= m->newlines & inside ? GD_SCAN_BROKEN : 0;
	if (inside >> 63)
		scanner->state = GD_SCAN_QUOTED;
	else if (closing >> 63)
		scanner->state = GD_SCAN_CLOSED;
	else
		scanner->state = state_behind(bytes, *ends, state);
	return true;
}

INLINE uint32_t *write_ends(uint64_t bits, uint32_t base, uint32_t *end)
{
	int count = __builtin_popcountll(bits);
	for (int done = 0; done < count; done += 8)
		for (int i = 0; i < 8; i++) {
			end[done + i] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
			bits &= bits - 1;
		}
	return end + count;
}

typedef void classifier(const char *bytes, const needles *n, masks *m);

/* The loop of all instruction sets, made for one by inlining. */
INLINE size_t scan(gd_scanner *scanner, const char *bytes, size_t size, uint32_t base, uint32_t *ends, size_t *count, classifier *classify)
{
	const gd_dialect *dialect = scanner->dialect;
	const needles n = {(unsigned char)dialect->delimiter, dialect->blanks ? '\t' : (unsigned char)dialect->delimiter, (unsigned char)dialect->quote};
	const uint64_t quoting = n.quote ? UINT64_MAX : 0;
	uint32_t *end = ends;
	bool high = false;
	size_t at = 0, block = 64, taken = 0, found;
	for (; at + block <= size; at += block) {
		masks m;
		uint64_t bits;
		classify(bytes + at, &n, &m);
		m.quotes &= quoting;
		if (scan_block(scanner, bytes + at, &m, &bits)) {
			high = high || m.high;
			end = write_ends(bits, base + (uint32_t)at, end);
			continue;
		}
		taken = gd_scanner_find_plainly(scanner, bytes + at, block, base + (uint32_t)at, end, &found);
		end += found;
		if (taken < block)
			goto done;
	}
	taken = gd_scanner_find_plainly(scanner, bytes + at, size - at, base + (uint32_t)at, end, &found);
	end += found;
done:
	scanner->found |= high ? GD_SCAN_HIGH : 0;
	*count = (size_t)(end - ends);
	return at + taken;
}

static size_t find_plain(gd_scanner *scanner, const char *bytes, size_t size, uint32_t base, uint32_t *ends, size_t *count)
{
	return scan(scanner, bytes, size, base, ends, count, classify_plain);
}

#ifdef __x86_64__
AVX2 static size_t find_avx2(gd_scanner *scanner, const char *bytes, size_t size, uint32_t base, uint32_t *ends, size_t *count)
{
	return scan(scanner, bytes, size, base, ends, count, classify_avx2);
}

AVX512 static size_t find_avx512(gd_scanner *scanner, const char *bytes, size_t size, uint32_t base, uint32_t *ends, size_t *count)
{
	return scan(scanner, bytes, size, base, ends, count, classify_avx512);
}
#endif

size_t gd_scanner_find(gd_scanner *scanner, const char *bytes, size_t size, uint32_t base, uint32_t *ends, size_t *count)
{
	/* A comment may hold quotes that are none, and so may quotes with backslashes; delimiters with such part nothing. */
	if (scanner->dialect->comment || scanner->dialect->escaped || scanner->dialect->guarded)
		return gd_scanner_find_plainly(scanner, bytes, size, base, ends, count);
#ifdef __x86_64__
	if (scanner->instructions == GD_AVX512)
		return find_avx512(scanner, bytes, size, base, ends, count);
	if (scanner->instructions == GD_AVX2)
		return find_avx2(scanner, bytes, size, base, ends, count);
#endif
	return find_plain(scanner, bytes, size, base, ends, count);
}
