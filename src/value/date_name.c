#include "gd/value/date_name.h"

#include <stddef.h>
#include <string.h>

#include "gd/value/spelling.h"

bool gd_date_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

int gd_date_count_letters(const char *text)
{
	int length = 0;
	while (gd_date_is_letter(text[length]))
		length++;
	return length;
}

/* Whether letters [length] are a name, whole or cut after three letters, in Cyrillic with an ending of one letter; small ones and capitals of ASCII are one. */
static bool is_name(const char *letters, int length, const char *name, int whole)
{
	const bool cyrillic = gd_date_is_cyrillic(*letters);
	int same = 0;
	while (same < length && same < whole && ((letters[same] & 0x80) ? letters[same] == name[same] : (letters[same] | 0x20) == name[same]))
		same++;
	return same == length ? length == (cyrillic ? 6 : 3) || length == whole : cyrillic && same == whole && length == whole + 2;
}

/* Names that begin with one letter, each with its number behind it as a byte below 16; those in Cyrillic letters are in one list. */
enum { LISTS = 'z' - 'a' + 2 };
typedef const char *name_list[LISTS];
#define LETTER(letter) [letter - 'a']
#define CYRILLIC [LISTS - 1]

enum { LONGEST = 24 };

/* The number of the name that letters [length] are; 0: none. Most texts are none, and seen to be none by their first letter. */
static int find_name(const name_list *lists, const char *letters, int length)
{
	const char first = *letters | 0x20;
	const bool cyrillic = gd_date_is_cyrillic(*letters);
	char folded[LONGEST];
	if ((!cyrillic && (first < 'a' || first > 'z')) || length < 3)
		return 0;
	if (cyrillic) {
		if (length >= LONGEST)
			return 0;
		memcpy(folded, letters, (size_t)length);
		folded[length] = '\0';
		gd_spelling_fold(folded, folded);
		letters = folded;
	}
	for (const char *name = (*lists)[cyrillic ? LISTS - 1 : first - 'a']; name && *name;) {
		int whole = 0;
		while (name[whole] & 0xF0)
			whole++;
		if (is_name(letters, length, name, whole))
			return name[whole];
		name += whole + 1;
	}
	return 0;
}

/* English, German, French, Spanish, Italian, Portuguese, Dutch, Danish, Norwegian, Swedish, Polish (in both cases) and Russian (without endings); where three letters are two names', the first. */
static const name_list months = {
	LETTER('a') = "april\4" "august\10" "avril\4" "ao\xc3\xbbt\10" "abril\4" "agosto\10" "aprile\4" "augustus\10" "augusti\10",
	LETTER('c') = "czerwiec\6" "czerwca\6",
	LETTER('d') = "december\14" "dezember\14" "d\xc3\xa9" "cembre\14" "d\xc3\xa9" "c\14" "diciembre\14" "dicembre\14" "dezembro\14" "desember\14",
	LETTER('e') = "enero\1",
	LETTER('f') = "february\2" "februar\2" "f\xc3\xa9vrier\2" "f\xc3\xa9vr\2" "febrero\2" "febbraio\2" "fevereiro\2" "februari\2",
	LETTER('g') = "gennaio\1" "giugno\6" "grudzie\xc5\x84\14" "grudnia\14",
	LETTER('j') = "january\1" "june\6" "july\7" "januar\1" "j\xc3\xa4nner\1" "juni\6" "juli\7" "janvier\1" "janv\1" "juin\6" "juillet\7" "juil\7" "junio\6" "julio\7" "janeiro\1" "junho\6" "julho\7" "januari\1",
	LETTER('k') = "kwiecie\xc5\x84\4" "kwietnia\4",
	LETTER('l') = "luglio\7" "luty\2" "lutego\2" "lipiec\7" "lipca\7" "listopad\13" "listopada\13",
	LETTER('m') = "march\3" "may\5" "m\xc3\xa4rz\3" "m\xc3\xa4r\3" "mai\5" "mars\3" "marzo\3" "mayo\5" "maggio\5" "mar\xc3\xa7o\3" "maio\5" "maart\3" "mrt\3" "mei\5" "marts\3" "maj\5" "marzec\3" "marca\3" "maja\5",
	LETTER('n') = "november\13" "novembre\13" "noviembre\13" "novembro\13",
	LETTER('o') = "october\12" "oktober\12" "octobre\12" "octubre\12" "ottobre\12" "outubro\12",
	LETTER('p') = "pa\xc5\xba" "dziernik\12" "pa\xc5\xba" "dziernika\12" "pa\xc5\xba\12",
	LETTER('s') = "september\11" "sept\11" "septembre\11" "septiembre\11" "settembre\11" "setembro\11" "stycze\xc5\x84\1" "stycznia\1" "sierpie\xc5\x84\10" "sierpnia\10",
	LETTER('w') = "wrzesie\xc5\x84\11" "wrze\xc5\x9bnia\11",
	CYRILLIC = "\xd1\x8f\xd0\xbd\xd0\xb2\xd0\xb0\xd1\x80\1" "\xd1\x84\xd0\xb5\xd0\xb2\xd1\x80\xd0\xb0\xd0\xbb\2" "\xd0\xbc\xd0\xb0\xd1\x80\xd1\x82\3" "\xd0\xb0\xd0\xbf\xd1\x80\xd0\xb5\xd0\xbb\4" "\xd0\xbc\xd0\xb0\xd0\xb9\5" "\xd0\xbc\xd0\xb0\xd1\x8f\5" "\xd0\xb8\xd1\x8e\xd0\xbd\6" "\xd0\xb8\xd1\x8e\xd0\xbb\7" "\xd0\xb0\xd0\xb2\xd0\xb3\xd1\x83\xd1\x81\xd1\x82\10" "\xd1\x81\xd0\xb5\xd0\xbd\xd1\x82\xd1\x8f\xd0\xb1\xd1\x80\11" "\xd1\x81\xd0\xb5\xd0\xbd\xd1\x82\11" "\xd0\xbe\xd0\xba\xd1\x82\xd1\x8f\xd0\xb1\xd1\x80\12" "\xd0\xbd\xd0\xbe\xd1\x8f\xd0\xb1\xd1\x80\13" "\xd0\xbd\xd0\xbe\xd1\x8f\xd0\xb1\13" "\xd0\xb4\xd0\xb5\xd0\xba\xd0\xb0\xd0\xb1\xd1\x80\14",
};

int gd_date_find_month(const char **text)
{
	if (!gd_date_may_be_name(*text))
		return 0;
	const int length = gd_date_count_letters(*text), month = find_name(&months, *text, length);
	if (month)
		*text += length + ((*text)[length] == '.');
	return month;
}

const char *gd_date_skip_year_word(const char *text)
{
	const char *at = text + strspn(text, " ");
	if (strncmp(at, "\xd0\xb3", 2) || gd_date_is_letter(at[2]))
		return text;
	return at + 2 + (at[2] == '.');
}

static const name_list weekdays = {
	LETTER('d') = "dienstag\2" "donnerstag\4",
	LETTER('f') = "friday\5" "freitag\5",
	LETTER('m') = "monday\1" "montag\1" "mittwoch\3",
	LETTER('s') = "saturday\6" "sunday\7" "samstag\6" "sonnabend\6" "sonntag\7",
	LETTER('t') = "tuesday\2" "tues\2" "thursday\4" "thurs\4",
	LETTER('w') = "wednesday\3",
};

const char *gd_date_skip_weekday(const char *text)
{
	const int length = gd_date_count_letters(text);
	const bool marked = length > 1 && (text[length] == ',' || text[length] == '.');
	/* Mo., Di, */
	const bool two = marked && length == 2 && strchr("MDFS", *text) && strchr("oira", text[1]);
	if (!two && !find_name(&weekdays, text, length))
		return text;
	text += length + marked;
	text += marked && *text == ',';
	return text + strspn(text, " ");
}
