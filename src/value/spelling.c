#include "gd/value/spelling.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* U+00A0, U+00AD; U+2000 to U+200F, U+202F, U+205F, U+2060; U+3000; U+FEFF. */
size_t gd_spelling_blank(const char *text, bool *nothing)
{
	const unsigned char *at = (const unsigned char *)text;
	*nothing = false;
	if (*at == 0xC2) {
		*nothing = at[1] == 0xAD;
		return at[1] == 0xA0 || at[1] == 0xAD ? 2 : 0;
	}
	if (*at == 0xE2 && at[1] == 0x80) {
		*nothing = at[2] >= 0x8B && at[2] <= 0x8F;
		return (at[2] >= 0x80 && at[2] <= 0x8F) || at[2] == 0xAF ? 3 : 0;
	}
	if (*at == 0xE2 && at[1] == 0x81) {
		*nothing = at[2] == 0xA0;
		return at[2] == 0x9F || at[2] == 0xA0 ? 3 : 0;
	}
	*nothing = *at == 0xEF;
	return (*at == 0xE3 && at[1] == 0x80 && at[2] == 0x80) || (*at == 0xEF && at[1] == 0xBB && at[2] == 0xBF) ? 3 : 0;
}

const char *gd_spelling_trim(const char *text, char room[GD_SPELLING_ROOM])
{
	const char *end = text + strlen(text);
	bool nothing;
	size_t bytes;
	if (end == text || !((*text | end[-1]) & 0x80))
		return text;
	const char *start = text, *last = end;
	while ((bytes = *start == ' ' ? 1 : gd_spelling_blank(start, &nothing)))
		start += bytes;
	for (ptrdiff_t back = 1; back <= 3 && last - start >= back; back++)
		if (back == 1 ? last[-1] == ' ' : gd_spelling_blank(last - back, &nothing) == (size_t)back) {
			last -= back;
			back = 0;
		}
	if (last - start == end - text || last - start >= GD_SPELLING_ROOM)
		return text;
	memcpy(room, start, (size_t)(last - start));
	room[last - start] = '\0';
	return room;
}

const char *gd_spelling_normal(const char *text, char room[GD_SPELLING_ROOM])
{
	const char *at = text;
	bool negative = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	const char *whole = at;
	while (is_digit(*at))
		at++;
	size_t digits = (size_t)(at - whole), decimals = 0, kept = 0;
	if (*at == '.') {
		for (at++; is_digit(at[decimals]); decimals++)
			if (at[decimals] != '0')
				kept = decimals + 1;
		if (at[decimals] || (!digits && !decimals))
			return gd_spelling_trim(text, room);
	} else if (*at || !digits) {
		return gd_spelling_trim(text, room);
	}
	if ((digits > 1 && *whole == '0') || digits + kept + 3 >= GD_SPELLING_ROOM)
		return text;
	bool zero = !kept && (!digits || *whole == '0');
	bool point = whole[digits] == '.';
	if (*text != '+' && !(negative && zero) && digits && kept == decimals && (kept || !point))
		return text;
	size_t length = 0;
	if (negative && !zero)
		room[length++] = '-';
	if (digits)
		memcpy(room + length, whole, digits);
	else
		room[length] = '0';
	length += digits ? digits : 1;
	if (kept) {
		room[length++] = '.';
		memcpy(room + length, at, kept);
		length += kept;
	}
	room[length] = '\0';
	return room;
}

int gd_spelling_truth(const char *text, bool *word)
{
	static const char *const words[][2] = {{"false", "true"}, {"no", "yes"}, {"off", "on"}, {"f", "t"}, {"n", "y"}, {"0", "1"}};
	char normal[GD_SPELLING_ROOM];
	text = gd_spelling_normal(text, normal);
	/* A column of numbers asks this of every one. */
	if (*text == '-' || (is_digit(*text) && (*text > '1' || text[1])))
		return -1;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		for (int truth = 0; truth < 2; truth++) {
			const char *expected = words[i][truth];
			size_t same = 0;
			while (expected[same] && (text[same] | 0x20) == (expected[same] | 0x20))
				same++;
			if (expected[same] || text[same])
				continue;
			if (word)
				*word = !is_digit(*text);
			return truth;
		}
	}
	return -1;
}

static char small_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Whether what is here shows nothing, so that the text goes on behind it. */
static bool hides(const char *text)
{
	bool nothing;
	return is_blank(*text) || ((*text & 0x80) && gd_spelling_blank(text, &nothing));
}

/* Whether one of the words, each ended by a zero, the last one by two, goes on with this byte. */
static bool some_goes_on(const char *words, char second)
{
	for (; *words; words += strlen(words) + 1)
		if (words[1] == second)
			return true;
	return false;
}

bool gd_spelling_gap(const char *text)
{
	/* Those of one first byte together. */
	static const char *const words[] = {"na\0n/a\0n.a.\0n.a\0nan\0nat\0none\0null\0nil\0not available\0not applicable\0not known\0not specified\0not reported\0not recorded\0no data\0nicht bekannt\0n.d.\0nd\0n/d\0no reading\0not detected\0",
		"#n/a\0#div/0!\0#value!\0#ref!\0#name?\0#num!\0#null!\0", "<na>\0<null>\0<lod\0<loq\0<lld\0", "(none)\0(null)\0(missing)\0(blank)\0", "unknown\0unk\0undefined\0unspecified\0unbekannt\0", "missing\0", "blank\0bdl\0b.d.l.\0", ":\0", "tbd\0tba\0trace\0traces\0",
		"-\0--\0---\0", "\xe2\x80\x93\0\xe2\x80\x94\0", "?\0??\0???\0", ".\0..\0...\0", "\\n\0", "0000-00-00\0" "0000-00-00 00:00:00\0" "00/00/0000\0" "00.00.0000\0", "k.a.\0k. a.\0keine angabe\0", "sin datos\0sin dato\0", "inconnu\0", "desconocido\0"};
	enum { LONGEST = 24, COUNT = sizeof words / sizeof *words };
	char folded[LONGEST];
	/* Most texts are none of them by how they begin. */
	const char first = small_ascii(*text);
	bool possible = first == '.' || hides(text);
	for (int i = 0; i < COUNT && !possible; i++)
		possible = *words[i] == first && (hides(text + 1) || some_goes_on(words[i], small_ascii(text[1])));
	if (!possible || strlen(text) >= LONGEST)
		return false;
	gd_spelling_fold(text, folded);
	if (folded[0] == '.' && folded[1] && !folded[2])
		return folded[1] == '.' || folded[1] == '_' || (folded[1] >= 'a' && folded[1] <= 'z');
	for (int i = 0; i < COUNT; i++)
		for (const char *word = words[i]; *word && *folded == *words[i]; word += strlen(word) + 1)
			if (!strcmp(folded, word))
				return true;
	return false;
}

/* The small letter of a letter of two bytes in UTF-8 (Latin-1, Latin Extended-A, Greek, Cyrillic). Source: Unicode 15, UnicodeData.txt. */
static uint32_t small(uint32_t letter)
{
	if ((letter >= 0xC0 && letter <= 0xDE && letter != 0xD7) || (letter >= 0x391 && letter <= 0x3A9) || (letter >= 0x410 && letter <= 0x42F))
		return letter + 0x20;
	if (letter >= 0x400 && letter <= 0x40F)
		return letter + 0x50;
	bool odd_first = (letter >= 0x139 && letter <= 0x148) || (letter >= 0x179 && letter <= 0x17E);
	if (letter == 0x178)
		return 0xFF;
	if (letter >= 0x100 && letter <= 0x17E && letter != 0x130 && letter != 0x131 && letter != 0x138 && letter != 0x149)
		return odd_first ? letter + (letter & 1) : letter | 1;
	return letter;
}

void gd_spelling_fold(const char *text, char *folded)
{
	char *to = folded;
	bool blank = false;
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text, next = (unsigned char)text[1];
		bool nothing;
		const size_t bytes = byte & 0x80 ? gd_spelling_blank(text, &nothing) : is_blank(text[0]);
		if (bytes) {
			blank = ((byte & 0x80) && nothing) ? blank : to > folded;
			text += bytes - 1;
			continue;
		}
		if (blank)
			*to++ = ' ';
		blank = false;
		if (byte >= 0xC3 && byte <= 0xD3 && (next & 0xC0) == 0x80) {
			uint32_t letter = small((uint32_t)(byte & 0x1F) << 6 | (next & 0x3F));
			*to++ = (char)(0xC0 | letter >> 6);
			*to++ = (char)(0x80 | (letter & 0x3F));
			text++;
		} else {
			*to++ = small_ascii(*text);
		}
	}
	*to = '\0';
}

bool gd_spelling_alike(const char *a, const char *b)
{
	size_t length = strlen(a) + 1;
	char *folded = malloc(length + strlen(b) + 1);
	if (!folded)
		return false;
	gd_spelling_fold(a, folded);
	gd_spelling_fold(b, folded + length);
	bool alike = !strcmp(folded, folded + length);
	free(folded);
	return alike;
}
