#include "gd/songs/song_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/random.h"

/* What an identifier is for; above any number of rows, so that its key is no record's. */
enum { OF_TRACK = 1, OF_ALBUM = 2, OF_ARTIST = 3, OF_PLAYLIST = 4 };
enum { ARTISTS = 2048, PLAYLISTS = 20 };

static uint64_t key_of(uint64_t seed, int kind, uint64_t number)
{
	return gd_random_key(seed, GD_PURPOSE_SYNTH, (uint64_t)kind << 50 | number);
}

static void write_identifier(uint64_t key, char text[23])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	for (int half = 0; half < 2; half++) {
		uint64_t bits = gd_random_bits(key, (uint64_t)half);
		for (int i = 0; i < 11; i++, bits /= 62)
			text[half * 11 + i] = digits[bits % 62];
	}
	text[22] = '\0';
}

/* Takes a number below `count` off the draw. */
static unsigned take(uint64_t *draw, unsigned count)
{
	unsigned number = (unsigned)(*draw % count);
	*draw /= count;
	return number;
}

/* Two or three syllables, with a capital. */
static void write_name(uint64_t *draw, char *text)
{
	static const char *const starts[] = {"Ba", "Ce", "Do", "Fi", "Gu", "Ha", "Jo", "Ke", "Li", "Mu", "Na", "Pe", "Ri", "So", "Tu", "Va"};
	static const char *const middles[] = {"", "", "la", "ri", "no", "ve", "da", "mi"};
	static const char *const ends[] = {"rell", "sk", "ndo", "th", "vik", "mar", "lyn", "ster", "quin", "dra", "zell", "fen", "bry", "nova", "tis", "wen"};
	strcpy(text, starts[take(draw, 16)]);
	strcat(text, middles[take(draw, 8)]);
	strcat(text, ends[take(draw, 16)]);
}

static void write_title(uint64_t draw, char text[64])
{
	static const char *const adjectives[] = {
		"Silver", "Hollow", "Golden", "Paper", "Electric", "Quiet", "Broken", "Velvet", "Distant", "Burning", "Second", "Lonely",
		"Crystal", "Faded", "Northern", "Sudden", "Borrowed", "Wild", "Neon", "Gentle", "Bitter", "Hidden", "Endless", "Sleepless",
	};
	static const char *const nouns[] = {
		"River", "Signal", "Summer", "Mirror", "Garden", "Engine", "Letter", "Shadow", "Harbour", "Window", "Thunder", "Avenue",
		"Morning", "Circle", "Anchor", "Lantern", "Station", "Ocean", "Feather", "Machine", "Promise", "Winter", "Horizon", "Echo",
	};
	static const char *const heads[] = {"", "", "", "", "The ", "My "}, *const tails[] = {"", "", "", "", "", " - Remix", " (Live)", ", Again"};
	const char *head = heads[take(&draw, 6)], *adjective = adjectives[take(&draw, 24)], *noun = nouns[take(&draw, 24)], *tail = tails[take(&draw, 8)];
	bool place = take(&draw, 3) == 0;
	char name[32];
	write_name(&draw, name);
	snprintf(text, 64, "%s%s %s%s%s%s", head, adjective, noun, place ? " of " : "", place ? name : "", tail);
}

void gd_song_text_track(uint64_t seed, int64_t track, int class, uint64_t first, uint64_t second, gd_song *song)
{
	write_identifier(key_of(seed, OF_TRACK, (uint64_t)track), song->track_id);
	write_identifier(key_of(seed, OF_ALBUM, (uint64_t)track), song->album_id);
	write_title(first, song->title);
	/* The product of two uniform numbers: small ones are frequent. */
	uint64_t artist = (second & 0xFFFF) * (second >> 16 & 0xFFFF) * ARTISTS >> 32;
	uint64_t draw = gd_random_bits(key_of(seed, OF_ARTIST, (uint64_t)class << 32 | artist), 0);
	char given[32], family[32];
	write_name(&draw, given);
	write_name(&draw, family);
	snprintf(song->artist, sizeof song->artist, "%s %s", given, family);
}

/* FNV-1a: names a playlist's key by its subgenre, whatever the profile's order. */
static uint32_t hash_of(const char *text)
{
	uint32_t hash = 2166136261u;
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

void gd_song_text_playlist(uint64_t seed, const char *subgenre, uint64_t draw, gd_song *song)
{
	static const char *const kinds[] = {"Mix", "Hits", "Essentials", "Radio"};
	unsigned number = take(&draw, PLAYLISTS);
	write_identifier(key_of(seed, OF_PLAYLIST, (uint64_t)hash_of(subgenre) << 8 | number), song->playlist_id);
	snprintf(song->playlist_name, sizeof song->playlist_name, "%s %s %u", subgenre, kinds[number % 4], number / 4 + 1);
	for (char *letter = song->playlist_name; *letter; letter++)
		if (letter == song->playlist_name || letter[-1] == ' ')
			*letter = (char)toupper((unsigned char)*letter);
}

/* The first column that is a number; the others come last, in the profile's order. */
enum { POPULARITY = 3, NUMBERS = 11 };
const char *const gd_song_columns[GD_SONG_FIELDS] = {
	"track_id", "track_name", "track_artist", "track_popularity", "track_album_id", "track_album_name", "track_album_release_date",
	"playlist_name", "playlist_id", "playlist_genre", "playlist_subgenre", "danceability", "energy", "key", "loudness", "mode",
	"speechiness", "acousticness", "instrumentalness", "liveness", "valence", "tempo", "duration_ms",
};

void gd_song_text_fields(const gd_profile *profile, const gd_song *song, gd_song_fields *fields)
{
	const gd_profile_class *class = &profile->class[song->class];
	const char *const texts[NUMBERS] = {song->track_id, song->title, song->artist, NULL, song->album_id, song->title, song->release_date,
		song->playlist_name, song->playlist_id, class->name, class->subgenre[song->subgenre].name};
	memcpy(fields->field, texts, sizeof texts);
	for (int column = 0; column < GD_PROFILE_NUMBERS; column++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(fields->number[column], sizeof fields->number[column], gd_profile_columns[column].format, song->value[column]);
#pragma GCC diagnostic pop
		fields->field[column ? NUMBERS + column - 1 : POPULARITY] = fields->number[column];
	}
}

size_t gd_song_text_line(const char *const field[GD_SONG_FIELDS], char line[GD_SONG_LINE])
{
	size_t used = 0;
	for (int i = 0; i < GD_SONG_FIELDS; i++) {
		bool quoted = strpbrk(field[i], ",\"\r\n");
		if (quoted)
			line[used++] = '"';
		for (const char *at = field[i]; *at; at++) {
			if (*at == '"')
				line[used++] = '"';
			line[used++] = *at;
		}
		if (quoted)
			line[used++] = '"';
		line[used++] = i + 1 < GD_SONG_FIELDS ? ',' : '\n';
	}
	return used;
}
