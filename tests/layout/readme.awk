# Reads, by paths from the repository's top: a list of all files and folders (a line each), CMakeLists.txt,
# src/schema/treatment.c, and the READMEs. Prints what tests/layout/readme.sh is against and exits with 1; else with 0.
# To be run with LC_ALL=C, where a byte is a character.

function fault(text) {
	print text
	faults++
}

# In characters of UTF-8.
function width(line) {
	gsub(/[\200-\277]/, "", line)
	return length(line)
}

# The name that links to a heading have.
function anchor(heading) {
	sub(/^#+ */, "", heading)
	gsub(/[^A-Za-z0-9_ \200-\377-]/, "", heading)
	gsub(/ /, "-", heading)
	return tolower(heading)
}

# `a/b/../c` as `a/c`.
function resolve(path) {
	gsub(/\/\.\//, "/", path)
	sub(/^\.\//, "", path)
	while (sub(/[^\/]+\/\.\.\//, "", path))
		continue
	sub(/\/$/, "", path)
	return path
}

function is_there(path,    pattern, name) {
	if (path !~ /[<*]/)
		return path in there
	pattern = path
	gsub(/<[^>]*>/, "*", pattern)
	gsub(/\./, "\\.", pattern)
	gsub(/\*/, "[^/]*", pattern)
	for (name in there)
		if (name ~ "^" pattern "$")
			return 1
	return 0
}

function check_link(file, line, target,    path, heading, folder) {
	if (target ~ /:\/\// || target ~ /^mailto:/)
		return
	path = heading = target
	sub(/#.*/, "", path)
	if (!sub(/^[^#]*#/, "", heading))
		heading = ""
	folder = file
	if (!sub(/[^\/]*$/, "", folder))
		folder = ""
	path = path == "" ? file : resolve(folder path)
	if (!(path in there))
		fault(file ":" line ": the link to '" target "' leads nowhere")
	else if (heading != "" && !((path, heading) in headings))
		fault(file ":" line ": there is no heading '" heading "' in '" path "'")
}

# The links and spans of a paragraph that begins at that line.
function check_text(file, line, text,    rest, found) {
	for (rest = text; match(rest, /`[^`]+`/); rest = substr(rest, RSTART + RLENGTH)) {
		found = substr(rest, RSTART + 1, RLENGTH - 2)
		sub(/ .*/, "", found)
		found = resolve(found)
		if (found ~ /^(src|include|tests|jobs)(\/|$)/ && !is_there(found))
			fault(file ":" line ": there is no '" found "'")
	}
	for (rest = text; match(rest, /\]\([^) ]+\)/); rest = substr(rest, RSTART + RLENGTH))
		check_link(file, line, substr(rest, RSTART + 2, RLENGTH - 3))
	for (rest = text; match(rest, /\]\[[^]]+\]/); rest = substr(rest, RSTART + RLENGTH))
		if (!((file, substr(rest, RSTART + 2, RLENGTH - 3)) in explained))
			fault(file ":" line ": the link's name '" substr(rest, RSTART + 2, RLENGTH - 3) "' is not explained")
	if (match(text, /^\[[^]]+\]: [^ ]+/)) {
		found = substr(text, RSTART, RLENGTH)
		sub(/^\[[^]]+\]: /, "", found)
		check_link(file, line, found)
	}
}

# Keeps a paragraph, a row of a table or an explained name, for when all headings and names are known.
function keep() {
	if (paragraph != "") {
		texts++
		text_file[texts] = in_file
		text_line[texts] = from
		text[texts] = paragraph
	}
	paragraph = ""
}

FNR == 1 {
	keep()
	in_file = FILENAME
	files++
	code = 0
}

files == 1 {
	sub(/^\.\//, "")
	there[$0] = 1
	next
}

FILENAME == "CMakeLists.txt" {
	if (match($0, /^gd_room\([a-z]+/))
		rooms[substr($0, 9, RLENGTH - 8)] = 1
	next
}

FILENAME == "src/schema/treatment.c" {
	if (/^static const gd_treatment treatments\[\]/)
		in_table = 1
	else if (/^}/)
		in_table = 0
	else if (in_table && match($0, /^\t\{"[a-z_]+"/)) {
		treatments[substr($0, 4, RLENGTH - 4)] = 1
		treatment_count++
	}
	next
}

{
	if (FILENAME == "README.md") {
		lines++
		bytes += length($0) + 1
	}
	if (/^```/) {
		keep()
		code = !code
		next
	}
	if (code || (/^    / && paragraph == ""))
		next
	if (!/^\|/ && width($0) > 120)
		fault(FILENAME ":" FNR ": " width($0) " characters; 120 are the most outside tables and code")
	if (/^#/)
		headings[FILENAME, anchor($0)] = 1
	if (match($0, /^\[[^]]+\]: /))
		explained[FILENAME, substr($0, 2, RLENGTH - 4)] = 1
	# Links and spans may go on in the next line.
	if (/^$/ || /^\|/ || /^\[[^]]+\]: /)
		keep()
	if (/^\|/) {
		cell = $0
		sub(/^\| */, "", cell)
		while (match(cell, /^`[^`]+`(, )?/)) {
			name = substr(cell, 2, RLENGTH - 1)
			cell = substr(cell, RLENGTH + 1)
			sub(/[` ].*/, "", name)
			rows[FILENAME, name] = 1
		}
	}
	if (paragraph == "")
		from = FNR
	if (!/^$/)
		paragraph = paragraph $0 " "
	if (/^\|/ || /^\[[^]]+\]: /)
		keep()
}

END {
	keep()
	if (lines > 150 || bytes > 9216)
		fault("README.md: " lines " lines, " bytes " bytes; 150 and 9216 are the most")
	for (i = 1; i <= texts; i++)
		check_text(text_file[i], text_line[i], text[i])
	rooms["cli"] = 1
	for (word in rooms)
		if (!(("src/README.md", word) in rows))
			fault("src/README.md: no row of a table is about room '" word "'")
	if (!treatment_count)
		fault("src/schema/treatment.c: no table of treatments was found")
	for (word in treatments)
		if (!(("data/README.md", word) in rows))
			fault("data/README.md: no row of a table is about treatment '" word "'")
	exit faults > 0
}
