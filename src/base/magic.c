#include "gd/base/magic.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

gd_packing gd_magic_packing(const void *bytes, size_t size)
{
	if (size >= 3 && !memcmp(bytes, "\x1f\x8b\x08", 3))
		return GD_PACKING_GZIP;
	if (size >= 4 && !memcmp(bytes, "\x28\xb5\x2f\xfd", 4))
		return GD_PACKING_ZSTD;
	return GD_PACKING_NONE;
}

static const struct {
	const char *bytes;
	size_t size, offset;
	gd_magic kind;
} kinds[] = {
#define AT(offset, bytes) bytes, sizeof bytes - 1, offset
	{AT(0, "\x89HDF\r\n\x1a\n"), {"an HDF5 file", "datasets and models go to train, evaluate and info; preprocess takes arrays of other files with --features PATH --labels PATH"}},
	{AT(0, "PAR1"), {"a Parquet file", "write it as CSV first (duckdb: COPY (FROM 'x.parquet') TO 'x.csv')"}},
	{AT(0, "ARROW1"), {"an Arrow or Feather file", "write it as CSV first"}},
	{AT(0, "FEA1"), {"a Feather file", "write it as CSV first"}},
	{AT(0, "ORC"), {"an ORC file", "write it as CSV first"}},
	{AT(0, "Obj\x01"), {"an Avro file", "write it as CSV first"}},
	{AT(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), {"an old Excel workbook or another Office document", "save its sheet as CSV"}},
	{AT(0, "SQLite format 3"), {"an SQLite database", "write a table as CSV first (sqlite3 -header -csv x.db 'select * from t')"}},
	{AT(0, "\x93NUMPY"), {"a NumPy array", "write it as text first (numpy.savetxt)"}},
	{AT(0, "]q\0"), {"a pickle of Python", "write it as CSV first (pandas: to_csv)"}},
	{AT(0, "}q\0"), {"a pickle of Python", "write it as CSV first (pandas: to_csv)"}},
	{AT(0, "\x80\x02"), {"a pickle of Python", "write it as CSV first (pandas: to_csv)"}},
	{AT(0, "\x80\x03"), {"a pickle of Python", "write it as CSV first (pandas: to_csv)"}},
	{AT(0, "\x80\x04\x95"), {"a pickle of Python", "write it as CSV first (pandas: to_csv)"}},
	{AT(0, "\x80\x05\x95"), {"a pickle of Python", "write it as CSV first (pandas: to_csv)"}},
	{AT(0, "MATLAB 5.0 MAT"), {"a MATLAB file", "write it as CSV first (writetable)"}},
	{AT(12, "\xc2\xea\x81\x60"), {"a SAS file", "write it as CSV first (proc export)"}},
	{AT(4, "Standard Jet DB"), {"an Access database", "write a table as CSV first"}},
	{AT(4, "Standard ACE DB"), {"an Access database", "write a table as CSV first"}},
	{AT(0, "RDX2\n"), {"an R data file", "write it as CSV first (write.csv)"}},
	{AT(0, "RDX3\n"), {"an R data file", "write it as CSV first (write.csv)"}},
	{AT(0, "X\n\0\0\0"), {"an R object (.rds)", "write it as CSV first (write.csv)"}},
	{AT(0, "<stata_dta>"), {"a Stata file", "write it as CSV first (export delimited)"}},
	{AT(0, "$FL2"), {"an SPSS file", "write it as CSV first"}},
	{AT(0, "HEADER RECORD*******"), {"a SAS transport file", "write it as CSV first (proc export, or R: haven::read_xpt)"}},
	{AT(0, "ASCII SPSS PORT FILE"), {"an SPSS file", "write it as CSV first"}},
	{AT(0, "CDF\x01"), {"a NetCDF file", "write it as CSV first"}},
	{AT(0, "CDF\x02"), {"a NetCDF file", "write it as CSV first"}},
	{AT(0, "SIMPLE  =  "), {"a FITS file", "write its table as CSV first (astropy: Table.read(...).write)"}},
	{AT(0, "\x5d\0\0"), {"compressed by lzma", "pipe it: lzcat FILE | genre-dist ... -"}},
	{AT(0, "\x78\x9c"), {"compressed by zlib", "unpack it first (zlib-flate -uncompress <FILE, or pigz -dz)"}},
	{AT(0, "\x78\xda"), {"compressed by zlib", "unpack it first (zlib-flate -uncompress <FILE, or pigz -dz)"}},
	{AT(0, "{\\rtf"), {"a document in RTF", "save its table as CSV"}},
	{AT(0, "GIF89a"), {"a picture", "a table of text is expected"}},
	{AT(0, "%!PS"), {"a PostScript document", "a table of text is expected"}},
	{AT(0, "BZh"), {"compressed by bzip2", "unpack it first (bunzip2), or pipe it: bzcat FILE | genre-dist ... -"}},
	{AT(0, "\xfd"
	       "7zXZ\0"),
		{"compressed by xz", "unpack it first (unxz), or pipe it: xzcat FILE | genre-dist ... -"}},
	{AT(0, "\x04\x22\x4d\x18"), {"compressed by lz4", "unpack it first (unlz4)"}},
	{AT(0, "7z\xbc\xaf\x27\x1c"), {"a 7z archive", "unpack it first"}},
	{AT(0, "Rar!\x1a\x07"), {"a RAR archive", "unpack it first"}},
	{AT(0, "\x1f\x9d"), {"compressed by compress", "unpack it first (uncompress)"}},
	{AT(257, "ustar"), {"a tar archive", "unpack it first (tar -xf)"}},
	{AT(0, "%PDF-"), {"a PDF document", "a table of text is expected"}},
	{AT(0, "\x89PNG\r\n"), {"a picture", "a table of text is expected"}},
	{AT(0, "\xff\xd8\xff"), {"a picture", "a table of text is expected"}},
	{AT(0, "\x7f"
	       "ELF"),
		{"a program", "a table of text is expected"}},
	{AT(0, "version https://git-lfs"), {"a pointer of Git LFS, not the file itself", "fetch it (git lfs pull)"}},
#undef AT
};

const gd_magic gd_magic_binary = {"no text (it is full of NUL bytes)", "a table of text is expected, written as CSV by the program that made the file"};
const gd_magic gd_magic_arff = {"an ARFF file", "it is read where its header is within 64 KB and its records are not sparse; else write it as CSV: (grep -i '^@attribute' FILE | awk '{print $2}' | paste -sd,; sed '1,/^@data/Id' FILE) | genre-dist ... -"};
static const gd_magic pickle = {"a pickle of Python", "write it as CSV first (pandas: to_csv)"}, workbook = {"an Excel workbook", "save its sheet as CSV"}, sheets = {"an OpenDocument file", "save its sheet as CSV"},
		      zip = {"a zip archive", "unpack it first (unzip), or pipe it: unzip -p FILE | genre-dist ... -"},
		      gzip = {"compressed by gzip twice over", "unpack it once (gunzip)"}, zstd = {"compressed twice over", "unpack it once (unzstd)"},
		      json = {"JSON", "write it as CSV first (duckdb: COPY (FROM 'x.json') TO 'x.csv')"}, html = {"a web page", "download the file itself, or save its table as CSV"}, xml = {"XML", "write it as CSV first"},
		      libsvm = {"data in libsvm's format (a label, then index:value)", "write it as CSV first, with a column for each index and a header"},
		      yaml = {"YAML", "write it as CSV first (yq -o csv, for one)"}, toml = {"settings in sections (TOML, INI)", "write a CSV of them, with a column for each name"},
		      ltsv = {"records of name:value between tabs (LTSV)", "take the names off: sed '1{h;s/:[^\\t]*//g;p;g};s/\\(^\\|\\t\\)[^:\\t]*:/\\1/g' FILE | genre-dist ... -"},
		      fasta = {"sequences in FASTA", "write a table of them first, a record in each line"},
		      sql = {"a dump of a database in SQL", "load it there, and write the table as CSV"},
		      upright = {"a record in many lines, a column in each", "let the program that wrote it write CSV: sqlite3 -csv -header, psql --csv, mysql --batch"},
		      controls = {"fields between separators of ASCII", "make tabs and lines of them: tr '\\037\\036' '\\t\\n' <FILE | genre-dist ... -"},
		      latex = {"a table of LaTeX", "make commas of its marks: grep '&' FILE | sed 's/ *\\\\\\\\.*//; s/ *& */,/g' | genre-dist ... -"},
		      wiki = {"a table in a wiki's marks", "copy it from its page into a spreadsheet, and save that as CSV"},
		      paired = {"records of name=value", "take the names off: sed '1{h;s/=[^ ]*//g;p;g};s/[^ ]*=//g' FILE | genre-dist ... -"},
		      boxed = {"a table in boxes of lines", "make bars of them: sed -E '/\xe2\x94\x80|\xe2\x95\x90/d; s/\xe2\x94\x82|\xe2\x94\x86|\xe2\x95\x91/|/g' FILE | genre-dist ... -"};

static bool holds(const char *bytes, size_t size, const char *word)
{
	return memmem(bytes, size, word, strlen(word)) != NULL;
}

static bool begins(const char *bytes, size_t size, const char *word)
{
	return size >= strlen(word) && !strncasecmp(bytes, word, strlen(word));
}

static const char *end_of_line(const char *text, const char *end)
{
	while (text < end && *text != '\n' && *text != '\r')
		text++;
	return text;
}

static const char *next_line(const char *text, const char *end)
{
	text = end_of_line(text, end);
	while (text < end && (*text == '\n' || *text == '\r'))
		text++;
	return text;
}

/* Reads the digits of a number that has no zero in front, behind which `*text` is then; -1 where there is none. */
static long read_index(const char **text, const char *end)
{
	long index = 0;
	const char *first = *text;
	for (; *text < end && **text >= '0' && **text <= '9' && *text - first < 9; (*text)++)
		index = 10 * index + (**text - '0');
	return *text == first || (*first == '0' && *text - first > 1) ? -1 : index;
}

static const char *behind(const char *text, const char *end, const char *characters)
{
	while (text < end && *text && strchr(characters, *text))
		text++;
	return text;
}

/* A number, then index:value, the indices rising; `*pairs` counts these. What the end cuts off is not looked at. */
static bool is_libsvm(const char *text, const char *end, int *pairs)
{
	static const char number[] = "0123456789+-.eE";
	const char *line = end_of_line(text, end), *at = behind(text, line, number);
	long last = -1;
	if (at == text)
		return false;
	for (at = behind(at, line, " \t"); at < line && *at != '#'; at = behind(at, line, " \t")) {
		long index = read_index(&at, line);
		if (at == line && line == end)
			return true;
		if (index <= last || *at != ':')
			return false;
		const char *value = at + 1;
		at = behind(value, line, number);
		if (at == value || (at < line && *at != ' ' && *at != '\t'))
			return false;
		last = index;
		++*pairs;
	}
	return true;
}

/* "  name = value" in both of the first two lines, as sqlite3 -line writes them. */
static bool is_upright(const char *text, const char *end)
{
	for (int line = 0; line < 2; line++, text = next_line(text, end)) {
		const char *last = end_of_line(text, end), *name = behind(text, last, " "), *at = name;
		while (at < last && !strchr(" =,;\t|", *at))
			at++;
		if (at == name || last - at < 3 || strncmp(at, " = ", 3))
			return false;
	}
	return true;
}

/* name=value, two at least, with the same names in each of the first lines. */
static bool is_paired(const char *text, const char *end)
{
	enum { LINES = 3, FEWEST = 2 };
	const char *first = text, *first_end = end_of_line(text, end);
	int line = 0;
	for (; line < LINES && text < end; line++, text = next_line(text, end)) {
		const char *last = end_of_line(text, end), *at = text, *other = first;
		int fields = 0;
		for (; at < last; fields++, at = behind(at, last, " "), other = behind(other, first_end, " ")) {
			const char *name = at;
			while (at < last && other < first_end && *at == *other && !strchr(" =,;\t|\"", *at))
				at++, other++;
			if (at == name || at == last || other == first_end || *at != '=' || *other != '=')
				return false;
			while (at < last && *at != ' ')
				at++;
			while (other < first_end && *other != ' ')
				other++;
		}
		if (fields < FEWEST)
			return false;
	}
	return line == LINES;
}

/* name:value between tabs, two at least, with the same names in both of the first lines. */
static bool is_labelled(const char *text, const char *end)
{
	const char *first = text, *first_end = end_of_line(text, end), *next = next_line(text, end), *next_end = end_of_line(next, end);
	int fields = 0;
	for (; first < first_end && next < next_end; fields++) {
		const char *name = first;
		while (first < first_end && next < next_end && *first == *next && !strchr(":\t \"", *first))
			first++, next++;
		if (first == name || (*name >= '0' && *name <= '9') || first == first_end || next == next_end || *first != ':' || *next != ':')
			return false;
		const char *tab = memchr(first, '\t', (size_t)(first_end - first)), *other = memchr(next, '\t', (size_t)(next_end - next));
		first = tab ? tab + 1 : first_end;
		next = other ? other + 1 : next_end;
	}
	return fields > 1;
}

/* Lines of "  - name: value", a dash in the first of them, or a document's mark and such lines. */
static bool is_yaml(const char *text, const char *end)
{
	enum { LINES = 3 };
	bool dashed = false;
	int lines = 0;
	if (begins(text, (size_t)(end - text), "---\n") || begins(text, (size_t)(end - text), "---\r"))
		text = next_line(text, end);
	for (; lines < LINES && text < end; lines++, text = next_line(text, end)) {
		const char *last = end_of_line(text, end), *at = behind(text, last, " ");
		if (last - at > 2 && !strncmp(at, "- ", 2)) {
			dashed = true;
			at += 2;
		}
		if (at < last && *at == '{' && dashed)
			continue;
		const char *name = at;
		while (at < last && !strchr(":,;\t|\"{", *at))
			at++;
		if (at == name || at == last || *at != ':' || (at + 1 < last && at[1] != ' '))
			return false;
	}
	return dashed && lines == LINES;
}

/* [section], and name = value behind it. */
static bool is_sectioned(const char *text, const char *end)
{
	const char *last = end_of_line(text, end), *next = next_line(text, end), *next_end = end_of_line(next, end);
	if (text == end || *text != '[' || last - text < 3 || last[-1] != ']' || memchr(text, ',', (size_t)(last - text)) || memchr(text, '\t', (size_t)(last - text)))
		return false;
	const char *equals = memchr(next, '=', (size_t)(next_end - next));
	return equals && equals > next && !memchr(next, ',', (size_t)(equals - next));
}

/* <rows><row>, or in the next line; not the names of columns that some have in such brackets. */
static bool is_markup(const char *text, const char *end)
{
	const char *close = *text == '<' && end - text > 2 && ((text[1] | 0x20) >= 'a') && ((text[1] | 0x20) <= 'z') ? memchr(text, '>', (size_t)(end_of_line(text, end) - text)) : NULL;
	if (!close)
		return false;
	if (++close < end && (*close == '\r' || *close == '\n'))
		close = behind(close, end, " \t\r\n");
	return close < end && *close == '<';
}

/* A name in the first line, and nothing but letters in the second. */
static bool is_fasta(const char *text, const char *end)
{
	const char *next = next_line(text, end), *last = end_of_line(next, end);
	size_t letters = 0;
	while (next + letters < last && next[letters] >= 'A' && next[letters] <= 'Z')
		letters++;
	return letters >= 10 && next + letters == last;
}

/* [1, "a"] in each of the first two lines. */
static bool are_arrays(const char *text, const char *end)
{
	for (int line = 0; line < 2; line++, text = next_line(text, end)) {
		const char *last = end_of_line(text, end);
		if (last - text < 3 || *text != '[' || last[-1] != ']' || !memchr(text, ',', (size_t)(last - text)))
			return false;
	}
	return true;
}

/* Tables of lines that are none of ours; NULL for those that may be. */
static const gd_magic *find_lines(const char *text, const char *end)
{
	enum { LINES = 5 };
	int pairs = 0;
	for (int line = 0; line < LINES && text < end; line++, text = next_line(text, end))
		if (!is_libsvm(text, end, &pairs))
			return NULL;
	return pairs ? &libsvm : NULL;
}

/* The kind of a text. */
static const gd_magic *find_text(const char *text, size_t size)
{
	const char *end = text + size;
	if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	while (text < end && (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n'))
		text++;
	size_t left = (size_t)(end - text);
	if (begins(text, left, "<!doctype html") || begins(text, left, "<html") || begins(text, left, "<table") || begins(text, left, "<head") || begins(text, left, "<body") || begins(text, left, "<!--"))
		return &html;
	if (begins(text, left, "(dp0\n") || begins(text, left, "(lp0\n") || begins(text, left, "ccopy_reg\n") || begins(text, left, "ccollections\n") || begins(text, left, "cpandas."))
		return &pickle;
	if (begins(text, left, "create table ") || begins(text, left, "drop table ") || begins(text, left, "insert into ") || begins(text, left, "-- mysql dump") || begins(text, left, "--\n-- postgresql"))
		return &sql;
	/* In front of it, polars has a line of its size. */
	const char *box = begins(text, left, "shape: (") ? next_line(text, end) : text;
	if (begins(box, (size_t)(end - box), "\xe2\x94\x8c\xe2\x94\x80") || begins(text, left, "\xe2\x95\x94\xe2\x95\x90"))
		return &boxed;
	if (begins(text, left, "*************************** 1. row") || begins(text, left, "-[ RECORD 1 ]") || is_upright(text, end))
		return &upright;
	if (begins(text, left, "\\begin{tab") || begins(text, left, "\\begin{longtab"))
		return &latex;
	if (begins(text, left, "{|"))
		return &wiki;
	if (is_paired(text, end))
		return &paired;
	if (memchr(text, '\x1f', left) && memchr(text, '\x1e', left) && !memchr(text, '\0', left))
		return &controls;
	if (is_labelled(text, end))
		return &ltsv;
	if (is_yaml(text, end))
		return &yaml;
	if (is_sectioned(text, end))
		return &toml;
	if (*text == '>' && left > 1 && is_fasta(text, end))
		return &fasta;
	if (begins(text, left, "<?xml"))
		return holds(text, left, "<html") ? &html : &xml;
	if (left && is_markup(text, end))
		return &xml;
	if (are_arrays(text, end))
		return &json;
	if (left > 1 && (*text == '{' || *text == '[')) {
		const char *next = text + 1;
		while (next < end && (*next == ' ' || *next == '\t' || *next == '\r' || *next == '\n'))
			next++;
		if (next < end && (*next == '{' || (*text == '{' && *next == '"') || (*text == '[' && *next == '[')))
			return &json;
	}
	/* An ARFF file's comments begin with %. */
	while (text < end) {
		const char *line = memchr(text, '\n', (size_t)(end - text));
		if (*text != '%' && *text != '\r' && *text != '\n')
			return begins(text, (size_t)(end - text), "@relation") ? &gd_magic_arff : find_lines(text, end);
		text = line ? line + 1 : end;
	}
	return NULL;
}

/* NUL bytes, one in twenty and more, with others behind them: what a file was padded with is behind all. */
bool gd_magic_is_binary(const char *bytes, size_t size)
{
	enum { SHARE = 20, BEGINNING = 512, FEWEST = 3 };
	size_t looked = size < BEGINNING ? size : BEGINNING, zeros = 0;
	while (looked && !bytes[looked - 1])
		looked--;
	for (size_t i = 0; i < looked; i++)
		zeros += !bytes[i];
	return zeros >= FEWEST && SHARE * zeros >= looked;
}

const gd_magic *gd_magic_find(const void *bytes, size_t size)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (size >= kinds[i].offset + kinds[i].size && !memcmp((const char *)bytes + kinds[i].offset, kinds[i].bytes, kinds[i].size))
			return &kinds[i].kind;
	if (size >= 4 && !memcmp(bytes, "PK\x03\x04", 4))
		return holds(bytes, size, "[Content_Types].xml") || holds(bytes, size, "xl/") ? &workbook : holds(bytes, size, "mimetypeapplication/vnd.oasis") ? &sheets
																				: &zip;
	gd_packing packing = gd_magic_packing(bytes, size);
	if (packing != GD_PACKING_NONE)
		return packing == GD_PACKING_GZIP ? &gzip : &zstd;
	return find_text(bytes, size);
}
