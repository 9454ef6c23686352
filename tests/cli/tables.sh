#!/usr/bin/env bash
# Tables as people write them: delimiters, decimal marks, quotes, character sets, packing, pipes, headers; and files that are no tables.
. "$(dirname "$0")/checks.bash"

# ---- one table of leaves, and the same in other hands -----------------------------------------------------------
awk 'BEGIN {
	srand(11); split("oak elm ash", kinds, " "); split("hill lake wood", places, " ")
	print "length,width,place,kind"
	for (i = 0; i < 240; i++) {
		k = i % 3
		printf "%.1f,%.1f,%s,%s\n", 4 + 2 * k + rand() * 2, 2 + k * .8 + rand(), places[int(rand() * 3) + 1], kinds[k + 1]
	}
}' >plain.csv
expect 0 '' "$GENRE_DIST" preprocess plain.csv --target kind
grep -q 'is read with' err.txt && fail "a plain file's form was remarked on"
expect 0 '' "$GENRE_DIST" train --preset study --data plain.h5 --run run --epochs 5 --hidden 8 --seed 1 -q
expect 0 '' "$GENRE_DIST" predict run/model.h5 plain.csv -o plain.out

objects="train/features train/labels train/source_row validation/features test/features test/source_row preprocessing/mean preprocessing/standard_deviation statistics/correlation"
# same NAME: the dataset NAME.h5 is that of plain.csv.
same() {
	local object
	for object in $objects; do
		expect 0 '' h5diff plain.h5 "$1.h5" "$object"
	done
}
# Not the attributes, which tell the columns' names too.
values_of() {
	h5dump -d "$2" "$1" | awk '/ATTRIBUTE/ { exit } /^ *\([0-9,]*\): /' | cksum
}
rows_of() {
	h5dump -a /rows_read "$1" 2>/dev/null | sed -n 's/^ *(0): //p'
}
# works FILE PATTERN [OPTION...]: preprocess keeps all 240 records and says PATTERN, and the model of the plain file predicts FILE. `same_split`: the split too is the plain one's.
works() {
	local file=$1 pattern=$2
	shift 2
	expect 0 "$pattern" "$GENRE_DIST" preprocess "$file" --target kind -o made.h5 --force "$@"
	equal "records of $file" "$(rows_of made.h5)" 240
	grep -q ' of 5 features and 3 classes' err.txt || fail "$file: other columns: $(cat err.txt)"
	expect 0 '' "$GENRE_DIST" predict run/model.h5 "$file" -o made.out "$@"
	equal "predictions of $file" "$(cksum <made.out)" "$(cksum <plain.out)"
}
tr , ';' <plain.csv | sed '2,$s/\./,/g' >comma.csv
works comma.csv "'comma.csv' is read with semicolons between fields, decimal comma"
works comma.csv 'semicolons' --delimiter ';' --decimal ,
tr , '\t' <plain.csv >tabs.tsv
works tabs.tsv 'tabs between fields'
works tabs.tsv 'tabs between fields' --delimiter tab
tr , '|' <plain.csv >bars.csv
works bars.csv 'bars between fields'
sed 's/,/  /; s/,/ /g; s/^/ /' plain.csv >blanks.txt
works blanks.txt 'blanks between fields'
works blanks.txt 'blanks between fields' --delimiter blank
tr , '~' <plain.csv >waves.csv
works waves.csv "'~' between fields" --delimiter '~'
sed "1s/\([a-z]*\),\([a-z]*\),\([a-z]*\),\([a-z]*\)/'\1' '\2' '\3' '\4'/; 2,\$s/\(.*\),\(.*\),\(.*\),\(.*\)/\1 \2 '\3' '\4'/" plain.csv >single.txt
works single.txt 'single quotes'
works single.txt 'single quotes' --quote "'"
sed 's/[a-z][a-z]*/"&"/g; s/$/\r/' plain.csv >quoted.csv
works quoted.csv ''
{ printf '# leaves of one autumn\n# in cm, "roughly\n'; cat plain.csv; } >comment.csv
works comment.csv '2 lines before the header left out'
sed '1i % leaves' plain.csv | sed '20i % a remark, here' >percent.csv
works percent.csv 'lines that begin with % left out' --comment %
{ printf 'sep=,\r\n'; cat plain.csv; } >separator.csv
works separator.csv '\(sep=\)'
{ printf 'sep=;\n'; tr , ';' <plain.csv; } >separator.txt
works separator.txt 'semicolons between fields.*\(sep=\)'
sed '1s/$/,/' plain.csv >header-trailing.csv
works header-trailing.csv "header's last delimiter left out"
sed '2,$s/$/,/' plain.csv >rows-trailing.csv
works rows-trailing.csv ''
sed 's/$/,/' plain.csv >both-trailing.csv
works both-trailing.csv ''
{ printf '\xef\xbb\xbf'; tr '\n' '\r' <plain.csv; } >old-mac.csv
works old-mac.csv ''
awk -F , 'NR == 1 { print "length width place kind"; next } { print "r" NR, $1, $2, $3, $4 }' plain.csv >row-names.txt
works row-names.txt 'the first column has no name in the header'

# ---- drawn tables, as Markdown, psql, mysql and others print them ------------------------------------------------
for rule in '' '(240 rows)'; do
	{ sed 's/,/ | /g; s/^/| /; s/$/ |/; 1a |---|--:|:-:|----|' plain.csv; [[ -z $rule ]] || echo "$rule"; } >leaves.md
	works leaves.md 'bars between fields, lines that are drawn left out'
done
drawn=+--------+-------+-------+------+
{ echo "$drawn"; sed "s/,/ | /g; s/^/| /; s/\$/ |/; 1a $drawn" plain.csv; printf '%s\n240 rows in set (0.00 sec)\n' "$drawn"; } >mysql.txt
works mysql.txt 'bars between fields, lines that are drawn left out'
{ sed 's/,/ | /g; s/^/ /; 1a --------+-------+-------+------' plain.csv; printf '(240 rows)\n\n'; } >psql.txt
works psql.txt 'bars between fields, lines that are drawn left out'
sed 's/,/   /g; 1a ------  -----  -----  ----' plain.csv >columns.txt
works columns.txt 'blanks between fields, lines that are drawn left out'

# ---- quotes behind backslashes; what DOS and padding leave at a file's end --------------------------------------
sed '1s/.*/"length","width","place","kind"/; 2,$s/\(.*\),\(.*\),\(.*\),\(.*\)/"\1","\2","\3","\4"/; s/"hill"/"the \\"hill\\", there"/' plain.csv >escaped.csv
expect 0 'backslashes before quotes inside quotes' "$GENRE_DIST" preprocess escaped.csv --target kind -o made.h5 --force
h5dump -d /preprocessing/feature_names made.h5 | grep -Fq 'place=the "hill", there' || fail "no feature of a place in quotes"
expect 0 '' "$GENRE_DIST" info made.h5
grep -Fq -- "--quote '\\\"'" out.txt || fail "info does not say that quotes are escaped: $(grep 'written with' out.txt)"
expect 0 '' "$GENRE_DIST" preprocess escaped.csv --target kind -o asked.h5 --quote '\"'
equal "the same as by the option" "$(values_of made.h5 train/features)" "$(values_of asked.h5 train/features)"
# Those that come late are an error that names the option, which reads them.
{ sed 's/[a-z][a-z]*/"&"/g' plain.csv; for ((i = 0; i < 20; i++)); do tail -n +2 plain.csv | sed 's/[a-z][a-z]*/"&"/g'; done; printf '5.0,2.5,"hill \\"5","oak"\n'; } >late-escape.csv
refuse 3 "line 5042: a quote behind a backslash.*--quote '.\"'" "$GENRE_DIST" preprocess late-escape.csv --target kind -o x.h5
sed '$s/hill .*/hill\\"","oak"/' late-escape.csv >late-end.csv
refuse 3 "a quote behind a backslash.*--quote '.\"'" "$GENRE_DIST" preprocess late-end.csv --target kind -o x.h5
expect 0 '' "$GENRE_DIST" preprocess late-escape.csv --target kind -o made.h5 --force --quote '\"'
{ sed 's/$/\r/' plain.csv; printf '\x1a'; } >dos.csv
works dos.csv ''
{ cat plain.csv; head -c 200000 /dev/zero; } >padded.csv
works padded.csv ''

# ---- delimiters behind backslashes; fields between thorns, as Concordance has them; logs; what a logger and an instrument put in front ------
sed 's/,\(hill\|lake\|wood\),/,\1\\, there,/' plain.csv >guarded.csv
sed 's/,\(hill\|lake\|wood\),/,"\1, there",/' plain.csv >enclosed.csv
expect 0 '' "$GENRE_DIST" preprocess enclosed.csv --target kind
for count in 1 3; do
	expect 0 'backslashes before commas that part nothing' ranks $count preprocess guarded.csv --target kind -o made.h5 --force
	equal "delimiters behind backslashes on $count ranks" "$(values_of made.h5 train/features)" "$(values_of enclosed.h5 train/features)"
	h5dump -d /preprocessing/feature_names made.h5 | grep -Fq '"place=hill, there"' || fail "no feature of a place with a comma"
done
expect 0 '' "$GENRE_DIST" info made.h5
grep -Fq -- "--delimiter '\,'" out.txt || fail "info does not say that delimiters are behind backslashes: $(grep 'written with' out.txt)"
sed 's/[^,]*/\xc3\xbe&\xc3\xbe/g; s/,/\x14/g; s/$/\r/' plain.csv >thorns.dat
works thorns.dat '.x14 between fields, quotes þ'
iconv -f UTF-8 -t WINDOWS-1252 thorns.dat >thorns-western.dat
works thorns-western.dat '.x14 between fields, quotes þ, WINDOWS-1252'
{ printf '#Version: 1.0\n#Fields: '; sed 's/,/ /g' plain.csv; } >fields.log
works fields.log "1 line before the header left out, the header's # left out"
{ printf '"TOA5","CR1000","CR1000","1234","x"\n'; sed '1a cm,cm,,\nSmp,Smp,,' plain.csv; } >logger.dat
works logger.dat '1 line before the header left out, 2 records behind the header left out'
{ printf '##BLOCKS= 1\nPlate:\tPlate1\t1.3\tx\ty\tz\n'; sed 's/,/\t/g' plain.csv; } >plate.txt
works plate.txt 'tabs between fields, 2 lines before the header left out'
awk -F , 'NR == 1 { print "      length width place kind"; next } { print NR, $1, $2, $3, $4 } END { print "\n[240 rows x 4 columns]" }' plain.csv >printed.txt
works printed.txt 'blanks between fields, the first column has no name in the header'
sed '1s/.*/\xe2\x80\x8b&\xe2\x80\x8b/' plain.csv >unseen.csv
works unseen.csv ''

# ---- how a table was written is kept, and shown as options that read it ------------------------------------------
written() { # FILE OPTIONS: what info says
	expect 0 '' "$GENRE_DIST" preprocess "$1" --target kind -o made.h5 --force
	expect 0 '' "$GENRE_DIST" info made.h5
	equal "how $1 was written" "$(sed -n 's/^written with //p' out.txt)" "$2"
}
written plain.csv "--delimiter , --decimal . --quote '\"' --header yes --charset UTF-8"
written tabs.tsv "--delimiter tab --decimal . --quote '\"' --header yes --charset UTF-8"
written comma.csv "--delimiter ';' --decimal , --quote '\"' --header yes --charset UTF-8"
equal "the attribute of the decimal mark" "$(h5dump -a /preprocessing/decimal made.h5 | sed -n 's/.*(0): "\(.*\)"/\1/p')" ,
eval "expect 0 '' '$GENRE_DIST' preprocess comma.csv --target kind -o again.h5 $(sed -n 's/^written with //p' out.txt)"
same again
expect 0 '' "$GENRE_DIST" train --preset study --data made.h5 --run written --epochs 1 --hidden 8 -q
expect 0 '' "$GENRE_DIST" info written/model.h5
grep -q "written with --delimiter ';' --decimal ," out.txt || fail "the model's card does not say how the table was written"

# ---- character sets: a place with an umlaut ---------------------------------------------------------------------
sed 's/lake/s\xc3\xbcd/' plain.csv >utf8.csv
expect 0 '' "$GENRE_DIST" preprocess utf8.csv --target kind
for set in UTF-16 UTF-16LE UTF-16BE ISO-8859-1; do
	iconv -f UTF-8 -t "$set" utf8.csv >"$set.csv"
	expect 0 "(UTF-16|WINDOWS-1252)" "$GENRE_DIST" preprocess "$set.csv" --target kind -o made.h5 --force
	for object in train/features test/source_row preprocessing/feature_names; do
		expect 0 '' h5diff utf8.h5 made.h5 "$object"
	done
done
iconv -f UTF-8 -t IBM850 utf8.csv >ibm.csv
expect 0 'IBM850' "$GENRE_DIST" preprocess ibm.csv --target kind -o made.h5 --force --charset IBM850
expect 0 '' h5diff utf8.h5 made.h5 preprocessing/feature_names
refuse 2 "'latin-none' is no character set" "$GENRE_DIST" preprocess plain.csv --target kind -o x.h5 --charset latin-none
grep -q unlike err.txt && fail "an umlaut is called unlike Western text"
sed 's/lake/\xd0\xbe\xd0\xb7\xd0\xb5\xd1\x80\xd0\xbe/' plain.csv | iconv -f UTF-8 -t WINDOWS-1251 >cyrillic.csv
expect 0 'warning: .* its bytes are unlike Western text; --charset names what it is .*windows-1251' "$GENRE_DIST" preprocess cyrillic.csv --target kind -o made.h5 --force
expect 0 '' "$GENRE_DIST" preprocess cyrillic.csv --target kind -o made.h5 --force --charset windows-1251
grep -q unlike err.txt && fail "a character set that was named is doubted"
# A byte that is no UTF-8 far behind the beginning is no error either.
{ cat plain.csv; for ((i = 0; i < 20; i++)); do tail -n +2 plain.csv; done; printf '5.0,2.5,s\xfcd,oak\n'; } >late.csv
expect 0 "warning: 1 record is not UTF-8, unlike the rest, in line 5042" "$GENRE_DIST" preprocess late.csv --target kind -o made.h5 --force

# ---- packed, and from pipes: the same dataset, and the hash of the plain bytes -----------------------------------
gzip -kn plain.csv
(head -c 1000 plain.csv | gzip -n; tail -c +1001 plain.csv | gzip -n) >pieces.csv.gz
packed="plain.csv.gz pieces.csv.gz"
if command -v zstd >/dev/null; then
	zstd -q plain.csv
	packed+=" plain.csv.zst"
else
	echo "no zstd here: its packing is left to the unit tests"
fi
hash_of() {
	h5dump -a /source_sha256 "$1" 2>/dev/null | grep -Eo '[0-9a-f]{64}'
}
for file in $packed; do
	works "$file" ''
	same made
	equal "hash of $file" "$(hash_of made.h5)" "$(hash_of plain.h5)"
done
cp plain.csv.gz named.csv.gz
expect 0 "wrote 'named.h5'" "$GENRE_DIST" preprocess named.csv.gz --target kind
from_stdin() {
	"$GENRE_DIST" preprocess "$1" --target kind -o made.h5 --force <"$2"
}
from_pipe() {
	cat "$2" | "$GENRE_DIST" preprocess "$1" --target kind -o made.h5 --force
}
for path in - /dev/stdin; do
	for file in plain.csv plain.csv.gz; do
		for way in from_stdin from_pipe; do
			expect 0 '' "$way" "$path" "$file"
			same made
			equal "hash of $file, $way $path" "$(hash_of made.h5)" "$(hash_of plain.h5)"
		done
	done
done
expect 0 '' "$GENRE_DIST" preprocess <(cat plain.csv) --target kind -o made.h5 --force
same made
refuse 2 "needs --output" "$GENRE_DIST" preprocess - --target kind
equal "files left behind" "$(find . -name '*.tmp' -o -name 'genre-dist-*')" ''
predict_pipe() {
	cat plain.csv | "$GENRE_DIST" predict run/model.h5 - "$@"
}
for output in '-' '/dev/stdout' ''; do
	expect 0 '' predict_pipe ${output:+-o "$output"}
	equal "predictions on stdout, '$output'" "$(cksum <out.txt)" "$(cksum <plain.out)"
	[[ ! -e ./- ]] || fail "a file named -"
done
# Devices and pipes are written to and stay what they are.
mkfifo fifo
through_fifo() {
	local status=0
	timeout 60 cat fifo >from-fifo &
	timeout 60 "$GENRE_DIST" predict run/model.h5 plain.csv -o fifo || status=$?
	wait
	return "$status"
}
expect 0 '' through_fifo
equal "predictions through a named pipe" "$(cksum <from-fifo)" "$(cksum <plain.out)"
[[ -p fifo ]] || fail "the pipe was replaced"
expect 0 '' "$GENRE_DIST" predict run/model.h5 plain.csv -o /dev/null
[[ -c /dev/null ]] || fail "/dev/null was replaced"

# ---- several files are one table --------------------------------------------------------------------------------
head -n 101 plain.csv >one.csv
{ head -n 1 plain.csv; tail -n +102 plain.csv; } | gzip -n >two.csv.gz
expect 0 '' "$GENRE_DIST" preprocess one.csv two.csv.gz --target kind -o made.h5 --force
same made
equal "the source of several files" "$(h5dump -a /source made.h5 | sed -n 's/.*(0): "\(.*\)"/\1/p')" 'one.csv, two.csv.gz'
head -n 1 plain.csv | sed s/width/breadth/ >other.csv
refuse 3 "'other.csv': it has no column 'width', which 'one.csv' has; several files are one table" "$GENRE_DIST" preprocess one.csv other.csv --target kind -o x.h5
refuse 3 "it has a column 'breadth', which 'one.csv' has not" "$GENRE_DIST" preprocess one.csv <(sed '1s/$/,breadth/; 2,$s/$/,1/' one.csv) -o x.h5 --target kind
# In another order they are taken by their names.
gzip -dc two.csv.gz | awk -F , -v OFS=, '{ print $4, $2, $1, $3 }' >turned.csv
for count in 1 3 8; do
	expect 0 "'turned.csv' has its columns in another order than 'one.csv'; they are taken by their names" ranks $count preprocess one.csv turned.csv --target kind -o made.h5 --force
	same made
done
sed '3s/,[^,]*$//' turned.csv >short.csv
refuse 3 "line 3: expected 4 fields, found 3" "$GENRE_DIST" preprocess one.csv short.csv --target kind -o x.h5 -q
sed '50s/,/;/g' plain.csv >bad.csv
refuse 3 "'bad.csv': line 50: expected 4 fields, found 1" "$GENRE_DIST" preprocess one.csv bad.csv --target kind -o x.h5

# ---- headers ----------------------------------------------------------------------------------------------------
{ printf 'Leaves of one autumn\nexported 2024-05-01 by A. B.\n\n'; cat plain.csv; } >titles.csv
works titles.csv '3 lines before the header left out'
{ printf 'Leaves, of one autumn\r\n'; tr , ';' <plain.csv | sed '2,$s/\./,/g; s/$/\r/'; } >title.csv
works title.csv 'semicolons between fields, decimal comma, 1 line before the header left out'
# Records that have a field more than the header are no reason to take the first of them for one.
refuse 3 'line 2: expected 4 fields, found 5' "$GENRE_DIST" preprocess <(sed '2,$s/^/1,/' plain.csv) --target kind -o x.h5
tr , = <plain.csv >equals.csv
refuse 3 "it has no column 'kind': its header is one field, 'length.width.place.kind'; --delimiter says" "$GENRE_DIST" preprocess equals.csv --target kind -o x.h5
works equals.csv "'=' between fields" --delimiter =
for mark in ^ : '~' '#' / '!'; do
	tr , "$mark" <plain.csv >marks.csv
	works marks.csv "'\\$mark' between fields"
done
for mark in :: '||' '~|~' '|#|' ';;' § ¦; do
	sed "s/,/ $mark/g" plain.csv >joint.csv
	works joint.csv "is read with '${mark//|/\\|}' between fields"
	works joint.csv "is read with '${mark//|/\\|}' between fields" --delimiter "$mark"
done
written joint.csv "--delimiter '¦' --decimal . --quote '\"' --header yes --charset UTF-8"
expect 0 '' ranks 3 preprocess joint.csv --target kind -o joint.h5
same joint
expect 0 '' "$GENRE_DIST" preprocess joint.csv --target kind -o one.h5
equal "the digest of the bytes as they are" "$(h5dump -a /source_sha256 joint.h5 | grep '(0)')" "$(h5dump -a /source_sha256 one.h5 | grep '(0)')"
equal "which are the file's" "$(h5dump -a /source_sha256 joint.h5 | grep -o '[0-9a-f]\{64\}')" "$(sha256sum <joint.csv | cut -c 1-64)"
refuse 3 "it has no column '4'; column 4 is called 'kind'" "$GENRE_DIST" preprocess plain.csv --target 4 -o x.h5
refuse 3 "it has no column '-1'; column 4 is called 'kind'" "$GENRE_DIST" preprocess plain.csv --target -1 -o x.h5
refuse 3 "it has no column '3'; column 3 has no name: give it one in the header" "$GENRE_DIST" preprocess <(sed '1s/place//' plain.csv) --target 3 -o x.h5
refuse 3 "it has no column 'tree'; its columns are 'length', 'width', 'place'" "$GENRE_DIST" preprocess plain.csv --target tree -o x.h5
tail -n +2 plain.csv >headerless.csv
refuse 3 "warning: line 1 of 'headerless.csv' looks like data, not like a header: $(head -n 1 headerless.csv); --no-header" "$GENRE_DIST" preprocess headerless.csv --target kind -o x.h5
expect 0 '' "$GENRE_DIST" preprocess headerless.csv --target 4 --no-header
for option in --no-header '--header no'; do
	expect 0 'no header: the columns are 1, 2' "$GENRE_DIST" preprocess headerless.csv --target 4 -o made.h5 --force $option
	for object in train/features test/source_row preprocessing/mean; do
		equal "$object without header" "$(values_of made.h5 $object)" "$(values_of plain.h5 $object)"
	done
done
expect 0 '' "$GENRE_DIST" train --preset study --data headerless.h5 --run headless --epochs 1 --hidden 8 -q
expect 0 'no header: the columns are 1, 2' "$GENRE_DIST" predict headless/model.h5 headerless.csv --strict -o made.out
equal "predictions without a header, as the model's table had none" "$(wc -l <made.out)" 241
expect 0 'no header: the columns are 1, 2' "$GENRE_DIST" evaluate headless/model.h5 headerless.csv --json
equal "scores without a header" "$(json_number out.txt rows)" 240
expect 0 '' "$GENRE_DIST" preprocess plain.csv --target kind -o made.h5 --force --header yes
grep -q warning err.txt && fail "a plain header was warned of"

{ printf 'Leaves of one autumn,,,\n,,,\n'; cat plain.csv; } >sheet.csv
works sheet.csv '2 lines before the header left out'
{ cat plain.csv; printf '\xef\xbb\xbf5.1,2.5,hill,oak\n'; } >joined.csv
expect 0 '' "$GENRE_DIST" preprocess joined.csv --target kind -o made.h5 --force
grep -q 'no number' err.txt && fail "a mark between two files is part of a number"
tr , '\001' <plain.csv >hive.txt
works hive.txt 'x01 between fields'
expect 0 '' "$GENRE_DIST" info made.h5
grep -Fq -- '--delimiter' out.txt && eval "works hive.txt 'x01 between fields' $(sed -n 's/^written with //p' out.txt)"

# ---- ARFF: names, quotes, remarks and lines ----------------------------------------------------------------------
{ printf "%%%% leaves\n%%%% of one autumn\n@RELATION leaves\n\n@attribute length real\n@ATTRIBUTE 'width' NUMERIC %% in cm\n@attribute\tplace\t{hill, lake, wood}\n@attribute kind {oak, elm, ash}\n\n@DATA\n%%%% remark\n"; tail -n +2 plain.csv; } >whole.arff
works whole.arff 'single quotes, backslashes before quotes inside quotes, lines that begin with % left out, the columns. names from its ARFF header'
sed 's/,hill,/,"hill",/; s/$/\r/' whole.arff | gzip >whole.arff.gz
works whole.arff.gz 'packed by gzip, the columns. names from its ARFF header'
iconv -f UTF-8 -t UTF-16 whole.arff >wide.arff
works wide.arff 'UTF-16.*ARFF header'
sed "s/,hill,/,'hill, \\\\'the\\\\' one',/" whole.arff >quoted.arff
expect 0 'ARFF header' "$GENRE_DIST" preprocess quoted.arff --target kind -o made.h5 --force
h5dump -d /preprocessing/feature_names made.h5 | grep -Fq "place=hill, 'the' one" || fail "no feature of a place in quotes: $(h5dump -d /preprocessing/feature_names made.h5)"
sed '20s/.*/1,2/' whole.arff >ragged.arff
for count in 1 3; do
	refuse 3 "line 20: expected 4 fields, found 2" ranks $count preprocess ragged.arff --target kind -o x.h5 -q
	[[ $count == 3 ]] || continue
	expect 0 '' ranks 3 preprocess whole.arff --target kind -o made.h5 --force
	same made
done

# ---- quotes inside fields, records of another length ------------------------------------------------------------
sed '1s/place/place,note/; 2,$s/,\([a-z]*\),\([a-z]*\)$/,\1,5" or so,\2/' plain.csv >inches.csv
expect 0 "warning: 240 values of column 'note' hold a quote that encloses nothing, the first in line 2" "$GENRE_DIST" preprocess inches.csv --target kind -o made.h5 --force --categorical note
# Behind the last record a few short lines of text are left out, and said; what looks like a record that was cut off is not, but what the message says makes the table again.
{ cat plain.csv; printf '\nTotal,240\nSource: leaves, by A and B\n\n'; } >footer.csv
for count in 1 3 8; do
	expect 0 "warning: 2 lines behind the last record, the first in line 243, are left out" ranks $count preprocess footer.csv --target kind -o made.h5 --force
	same made
done
expect 0 "warning: 3 lines behind the last record, the first in line 242, are left out" "$GENRE_DIST" preprocess <(cat plain.csv; echo 'Source: leaves') footer.csv --target kind -o made.h5 --force
equal "records of two files with footers" "$(rows_of made.h5)" 480
for cut in 6 11; do
	head -c -$cut plain.csv >cut.csv
	refuse 3 "'cut.csv': line 241: expected 4 fields, found [23], and no record follows: a footer, or a record that was cut off; the table without it: head -n 240 FILE" "$GENRE_DIST" preprocess cut.csv --target kind -o x.h5
done
refuse 3 "line 100: expected 4 fields, found 2; the table without it: sed 100d FILE" "$GENRE_DIST" preprocess <(sed '100s/.*/Total,240/' plain.csv) --target kind -o x.h5
refuse 3 "line 241: expected 4 fields, found 6 .is a field with a delimiter in it not in quotes.*; the table without it: sed 241d FILE" "$GENRE_DIST" preprocess <(sed '241s/$/,1,2/' plain.csv) --target kind -o x.h5
{ cat plain.csv; for ((i = 0; i < 20; i++)); do tail -n +2 plain.csv; done; printf '5.0,2.5,hill\\, there,oak\n'; } >late-comma.csv
refuse 3 "line 5042: expected 4 fields, found 5; --delimiter '.,' takes commas behind backslashes for characters" "$GENRE_DIST" preprocess late-comma.csv --target kind -o x.h5
expect 0 'backslashes before commas that part nothing' "$GENRE_DIST" preprocess late-comma.csv --target kind -o made.h5 --force --delimiter '\,'
refuse 3 "line 3: expected 4 fields, found 3; columns of a fixed width, some empty\\? cut -c 1-10,11-20 --output-delimiter=';'" "$GENRE_DIST" preprocess <(sed 's/,/ /g; 3s/^[^ ]* //' plain.csv) --target kind -o x.h5 -q
sed '9a ,,,,,,,' plain.csv | sed '$a ,\n,,,,,,,' >blank-rows.csv
expect 0 '' "$GENRE_DIST" preprocess blank-rows.csv --target kind -o made.h5 --force
same made
refuse 3 "line 7: expected 4 fields, found 6 .is a field with a delimiter in it not in quotes\?.$" "$GENRE_DIST" preprocess <(sed '7,20s/$/,1,2/' plain.csv) --target kind -o x.h5
sed '7s/$/,1,2/' plain.csv >ragged.csv
expect 0 "warning: 1 of 240 records has another number of fields than the header, in line 7" "$GENRE_DIST" predict run/model.h5 ragged.csv -o made.out
equal "a prediction for each record" "$(wc -l <made.out)" 241

# ---- what is no table, and where results cannot go --------------------------------------------------------------
no_table() { # FILE PATTERN
	refuse 3 "cannot read '$1': $2" "$GENRE_DIST" preprocess "$1" --target kind -o x.h5
	refuse 3 "cannot read '$1': $2" "$GENRE_DIST" predict run/model.h5 "$1"
}
printf '\200\004\225\037\036 x\n' >frame.pkl
no_table frame.pkl 'it is a pickle of Python, not a table of text; write it as CSV first'
no_table plain.h5 'it is an HDF5 file'
printf '%% leaves\n@RELATION leaves\n@ATTRIBUTE a REAL\n@DATA\n{0 1, 3 2}\n' >leaves.arff
no_table leaves.arff 'it is an ARFF file.*not sparse.*write it as CSV'
printf '1 3:0.5 7:1\n2 1:0.25\n' >leaves.svm
no_table leaves.svm "it is data in libsvm's format .*write it as CSV"
# What the message says makes a table of it.
made_by_advice() { # FILE PATTERN: what is said of FILE has PATTERN, and a command that makes made.csv of it
	no_table "$1" "$2"
	eval "$(sed "s/[^;]*; [^:]*: //; s/FILE/$1/g; s/ | genre-dist .*/ >made.csv/" err.txt)"
	works made.csv ''
}
{ echo '┌────────┬───────┬───────┬──────┐'; sed 's/,/ │ /g; s/^/│ /; s/$/ │/; 1a ├────────┼───────┼───────┼──────┤' plain.csv; echo '└────────┴───────┴───────┴──────┘'; } >boxes.txt
made_by_advice boxes.txt 'it is a table in boxes of lines'
sed 's/,/\x1f/g' plain.csv | tr '\n' '\036' >ascii.txt
made_by_advice ascii.txt 'it is fields between separators of ASCII'
awk -F, 'NR == 1 { split($0, name, ","); next } { for (i = 1; i <= NF; i++) printf "%8s = %s\n", name[i], $i; print "" }' plain.csv >upright.txt
no_table upright.txt 'it is a record in many lines.*sqlite3 -csv -header'
sed 's/\([^,]*\)/“\1”/g' plain.csv >typographic.csv
works typographic.csv 'is read with typographic quotes'
works typographic.csv 'is read with typographic quotes' --quote “
for marks in '„ “' '« »' '“ ”'; do
	sed "2,\$s/\([a-z]*\),\([a-z]*\)$/${marks% *}\1, there${marks#* },${marks% *}\2${marks#* }/" plain.csv >typographic.csv
	expect 0 'is read with typographic quotes' "$GENRE_DIST" preprocess typographic.csv --target kind -o made.h5 --force
	h5dump -d /preprocessing/feature_names made.h5 | grep -Fq 'place=hill, there' || fail "no feature of a place in quotes: $(h5dump -d /preprocessing/feature_names made.h5)"
done
# What shows nothing around a value is none of it.
sed '2,$s/\(.*\),\(.*\),\(.*\),\(.*\)/\xc2\xa0\1,\2\xe2\x80\x8b ,\xef\xbb\xbf\3, \xe3\x80\x80\4\xc2\xa0/' plain.csv >unseen.csv
works unseen.csv ''
sed '2~5s/^[^,]*/\xc2\xa0/' plain.csv >nothing.csv
expect 0 '' "$GENRE_DIST" preprocess nothing.csv --target kind -o made.h5 --force
grep -Eq '^ +length +numeric +100% numbers, .*, 48 missing' out.txt || fail "blanks alone are no missing value: $(cat out.txt)"
# Where they stand inside texts, they are characters.
sed '2,$s/hill/a “hill” there/' plain.csv >inside.csv
expect 0 '' "$GENRE_DIST" preprocess inside.csv --target kind -o made.h5 --force
h5dump -d /preprocessing/feature_names made.h5 | grep -q 'place=a .*hill.* there"' || fail "quotes inside a text are none of its characters"
printf '# made by hand\n# 2026\n' >comments.txt
refuse 3 "it has no column 'kind': its lines begin with #, as comments do" "$GENRE_DIST" preprocess comments.txt --target kind -o x.h5 -q
# SAP draws a line of dashes above and below the header.
awk '{ gsub(/,/, "|") } NR == 1 { line = "------------------------------"; print line; print "|" $0 "|"; print line; next } { print "|" $0 "|" } END { print line }' plain.csv >sap.txt
works sap.txt 'bars between fields'
{ printf '29.11.2026      Dynamic List Display     1\n\n'; cat sap.txt; } >titled.txt
works titled.txt 'bars between fields'
awk -F, -v OFS=, 'NR > 1 { $4 = $4 ~ /^a/ ? "x" : "" } 1' plain.csv | sed '2,$s/,[^,]*$/,/; 3,50s/,$/,x/' >blank.csv
refuse 3 "holds one class only in 48 records; a classifier needs two or more; if the 192 that are empty are a class, too, give it a name" "$GENRE_DIST" preprocess blank.csv --target kind -o x.h5
printf 'PK\x03\x04..[Content_Types].xml' >leaves.xlsx
no_table leaves.xlsx "it is an Excel workbook.*save its sheet as CSV"
printf 'PAR1....' >leaves.parquet
no_table leaves.parquet 'it is a Parquet file'
gzip -c plain.csv.gz >twice.gz
no_table twice.gz 'it is compressed by gzip twice'
head -c 300 plain.csv.gz >short.gz
no_table short.gz 'its compressed data end too early'
: >nothing.csv
no_table nothing.csv 'it is empty'
mkdir empty
no_table empty 'it is a directory'
no_table absent.csv 'no such file'
head -c 3000 "$GENRE_DIST" >program
no_table program 'it is a program'
refuse 3 "'plain.csv': it is not an HDF5 file but text; if it is a table: genre-dist preprocess" "$GENRE_DIST" train --preset study --data plain.csv --run none
refuse 3 "'plain.csv.gz': it is not an HDF5 file but compressed" "$GENRE_DIST" info plain.csv.gz
for command in "preprocess absent.csv --target kind" "predict absent.h5 absent.csv" "report absent" "synth --rows 10"; do
	refuse 2 "there is no directory 'no-such-directory'" "$GENRE_DIST" $command -o no-such-directory/x.h5
done
refuse 2 "cannot write 'no-such-directory/x.ini': there is no directory 'no-such-directory'" "$GENRE_DIST" preprocess absent.csv --target kind -o x.h5 --write-schema no-such-directory/x.ini
refuse 1 "cannot make directory 'plain.csv': it exists and is not a directory" "$GENRE_DIST" train --data plain.h5 --run plain.csv/run --epochs 1 -q
refuse 2 "'empty' is a directory" "$GENRE_DIST" preprocess plain.csv --target kind -o empty
to_full() {
	"$GENRE_DIST" "$@" >/dev/full
}
if [[ -c /dev/full ]]; then
	refuse 1 "cannot write to 'stdout': no space left on device" to_full info
	refuse 1 "cannot write to 'stdout': no space left on device" to_full predict run/model.h5 plain.csv
	refuse 1 "cannot write to '/dev/full': no space left on device" "$GENRE_DIST" predict run/model.h5 plain.csv -o /dev/full
fi
for option in '--delimiter ab' '--decimal x' '--quote xx' '--comment xx' '--header maybe' '--delimiter ; --quote ;'; do
	refuse 2 '' "$GENRE_DIST" preprocess plain.csv --target kind -o x.h5 $option
done
[[ ! -e x.h5 ]] || fail "a file was left behind"
finish
