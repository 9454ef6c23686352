#!/usr/bin/env bash
# preprocess: what it decides, splits and writes, and one sentence for each bad input.
. "$(dirname "$0")/checks.bash"

# A dataset's value as h5dump prints it, on one line.
value_of() {
	h5dump -d "$2" "$1" 2>/dev/null | awk '/ATTRIBUTE/ { exit } sub(/^ *\([0-9,]*\): /, "") { printf "%s", $0 }'
}
# The dataset's values alone, hashed.
hash_of() {
	value_of "$1" "$2" | cksum
}
rows_of() {
	h5ls "$1/$2" 2>/dev/null | sed -n 's/^labels .*{\([0-9]*\)}.*/\1/p'
}
shape_of() {
	h5ls "$1/train" 2>/dev/null | sed -n 's/^features .*{\(.*\)}.*/\1/p'
}

# ---- a table of flowers: three kinds, four numbers, a colour, a constant, an identifier, a note ------------------
awk 'BEGIN {
	srand(5)
	print "id,sepal,\"petal, length\",weight,colour,constant,note,plant,kind,part"
	split("setosa versicolor virginica", kinds, " "); split("white blue violet", colours, " ")
	for (i = 1; i <= 2000; i++) {
		k = i % 3 + 1
		p = rand(); part = p < .6 ? "train" : p < .7 ? "validation" : "test"
		printf "f%d,%.2f,%.2f,%d,%s,7,\"note %d, of \"\"many\"\"\",p%d,%s,%s\n", i, 4 + k + rand(), k * 2 + rand(), rand() * 1000, colours[int(rand() * 3) + 1], rand() * 1e6, i % 700, kinds[k], part
	}
}' >flowers.csv

expect 0 "wrote 'flowers.h5': 1260 training, 140 validation and 600 test records of 10 features and 3 classes" "$GENRE_DIST" preprocess flowers.csv --target kind --group plant
equal "widths of the lines that count the records" "$(sed -n '/^records /,/^  total/p' out.txt | awk '{ print length }' | sort -u | wc -l)" 1
grep -q "warning: 'constant' has one value only" err.txt || fail "no warning of a constant column"
grep -Eq '^ +id +drop +identifier' out.txt || fail "the identifier was not dropped"
grep -Eq '^ +colour +categorical' out.txt || fail "the colour is not categorical"
grep -Eq '^ +petal, length +numeric +100% numbers' out.txt || fail "the petals are not numeric"
grep -Eq '^ +note +drop +(identifier|names or free text)' out.txt || fail "the note was not dropped"
grep -Eq '^ +virginica +420 +47 +200$' out.txt || grep -Eq '^ +virginica +4[12][0-9] +4[67] +200$' out.txt || fail "class counts: $(cat out.txt)"
grep -q 'leak audit of the random split' out.txt || fail "no leak audit"
grep -q 'correlation in the training part' out.txt || fail "no correlation"
equal "feature names" "$(value_of flowers.h5 /preprocessing/class_names)" '"setosa", "versicolor", "virginica"'

refuse 2 "'flowers.h5' exists; --force overwrites it" "$GENRE_DIST" preprocess flowers.csv --target kind
refuse 2 'both input and output' "$GENRE_DIST" preprocess flowers.csv -o flowers.csv --target kind --force
refuse 2 "o: expected OUT.h5, found ''" "$GENRE_DIST" preprocess flowers.csv --target kind --force -o ''
refuse 2 "target: expected COLUMN, found ''" "$GENRE_DIST" preprocess flowers.csv --target= -o no.h5
refuse 2 'split grouped needs --group COLUMN' "$GENRE_DIST" preprocess flowers.csv --target kind --split grouped -o no.h5
equal "what is printed before" "$(cat out.txt)" ""
for option in drop numeric date; do
	refuse 2 "column 'kind' is named for --target and for --$option" "$GENRE_DIST" preprocess flowers.csv --target kind --$option colour,kind -o no.h5
done
refuse 3 'it is an HDF5 file, not a table of text' "$GENRE_DIST" preprocess flowers.h5 --target kind
[[ ! -e no.h5 ]] || fail "a refused preprocess leaves a dataset"
expect 0 '' "$GENRE_DIST" preprocess flowers.csv --target kind --force -q
equal "quiet output" "$(cat out.txt)" ""
expect 0 '' "$GENRE_DIST" preprocess flowers.csv --target kind --validation-fraction 0 -o none.h5
equal "no validation part" "$(rows_of none.h5 validation)" ""

# The order of the records moves nothing but their numbers.
{ head -n 1 flowers.csv; tail -n +2 flowers.csv | sort -t , -k 2; } >sorted.csv
for split in random grouped; do
	expect 0 '' "$GENRE_DIST" preprocess flowers.csv -o a.h5 --target kind --group plant --split $split --force
	expect 0 '' "$GENRE_DIST" preprocess sorted.csv -o b.h5 --target kind --group plant --split $split --force
	[[ $split == random ]] || grep -q ' 0 of [0-9]* (0.0%)' out.txt || fail "a grouped split that leaks"
	for object in train/features train/labels validation/labels test/features preprocessing/mean statistics/correlation; do
		equal "$object of shuffled records, $split" "$(hash_of a.h5 $object)" "$(hash_of b.h5 $object)"
	done
done
expect 0 '' "$GENRE_DIST" preprocess flowers.csv -o c.h5 --target kind --seed 1
[[ $(hash_of flowers.h5 test/source_row) != "$(hash_of c.h5 test/source_row)" ]] || fail "two seeds gave one split"

expect 0 '' "$GENRE_DIST" preprocess flowers.csv -o part.h5 --target kind --split column --split-column part
equal "rows of the training part" "$(rows_of part.h5 train)" "$(grep -c ',train$' flowers.csv)"
equal "rows of the test part" "$(rows_of part.h5 test)" "$(grep -c ',test$' flowers.csv)"
equal "the split column is no feature" "$(shape_of part.h5 | cut -d , -f 2)" " 7"

# ---- a schema, and the recipe it becomes ------------------------------------------------------------------------
cat >flowers.ini <<'END'
[table]
target = kind
classes = virginica, setosa, versicolor
group = plant
[columns]
petal, length = numeric
colour = categorical
weight = cut 0 250 500 750 1000
id = drop
END
expect 0 '' "$GENRE_DIST" preprocess flowers.csv --schema flowers.ini -o schema.h5
equal "features of the schema" "$(shape_of schema.h5 | cut -d , -f 2)" " 8"
equal "order of the classes" "$(value_of schema.h5 /preprocessing/class_names)" '"virginica", "setosa", "versicolor"'
expect 0 '' "$GENRE_DIST" preprocess flowers.csv --schema flowers.ini --target colour -o colour.h5
equal "another target" "$(value_of colour.h5 /preprocessing/class_names)" '"blue", "violet", "white"'
sed 's/= cut/= cute/' flowers.ini >wrong.ini
refuse 2 "cannot read 'wrong.ini': line 8: unknown treatment 'cute' of column 'weight'; did you mean 'cut'" "$GENRE_DIST" preprocess flowers.csv --schema wrong.ini -o x.h5
refuse 2 'absent.ini' "$GENRE_DIST" preprocess flowers.csv --schema absent.ini -o x.h5
sed 's/^weight/wieght/' flowers.ini >other.ini
refuse 3 "flowers.csv': it has no column 'wieght'; did you mean 'weight'" "$GENRE_DIST" preprocess flowers.csv --schema other.ini -o x.h5
refuse 3 "it has no column 'playlist_genre' \(nor [0-9]+ more that are needed\); without --schema or --target a table of songs is expected" "$GENRE_DIST" preprocess flowers.csv -o x.h5
# A missing value drops the record, or is an error; a column that is not named is nobody's loss.
sed -e '3s/^f[0-9]*,/,/' -e '5s/,7,/,,/' flowers.csv >gaps.csv
expect 0 '1 of 2000 records lacks a value' "$GENRE_DIST" preprocess gaps.csv --schema flowers.ini --missing drop -o gaps.h5
sed 's/^\[columns\]/missing = error\n&/' flowers.ini >strict.ini
refuse 3 "gaps.csv': line 3: no value in column 'id'" "$GENRE_DIST" preprocess gaps.csv --schema strict.ini -o x.h5

# ---- songs ------------------------------------------------------------------------------------------------------
expect 0 '' "$GENRE_DIST" synth --rows 3000 --seed 3 -o songs.csv
expect 0 "wrote 'songs.h5'" "$GENRE_DIST" preprocess songs.csv --split grouped
equal "features of songs" "$(shape_of songs.h5 | cut -d , -f 2)" " 20"
equal "classes of songs" "$(value_of songs.h5 /preprocessing/class_names)" '"pop", "rap", "rock", "r&b", "latin", "edm"'
grep -Eq '^ +track_id .* 0 of ' out.txt || fail "the split by song leaks"
grep -Eq '^ +track_artist ' out.txt || fail "no audit of artists"

# ---- bad input --------------------------------------------------------------------------------------------------
bad() { # CODE PATTERN CONTENTS [OPTION...]
	local code=$1 pattern=$2
	printf "$3" >bad.csv
	shift 3
	refuse "$code" "$pattern" "$GENRE_DIST" preprocess bad.csv -o bad.h5 --target k "$@"
	[[ ! -e bad.h5 ]] || fail "a file was left behind: $pattern"
}
good='1,2,u\n2,3,v\n3,5,u\n4,4,v\n5,1,u\n6,2,v\n'
refuse 3 "cannot read 'absent.csv': no such file" "$GENRE_DIST" preprocess absent.csv --target k
refuse 3 'cannot read' "$GENRE_DIST" preprocess . -o x.h5 --target k
bad 3 "bad.csv': it is empty" ''
bad 3 'it has a header but no records' 'a,b,k\n'
bad 3 "bad.csv': line 8: expected 3 fields, found 2" "a,b,k\n${good}1,2\n"
printf '[table]\ntarget = k\nmissing_values =\n[columns]\na = numeric\nb = numeric\n' >numbers.ini
bad 3 "bad.csv': line 8: expected a number in column 'b', found 'fast'" "a,b,k\n${good}1,fast,u\n" --schema numbers.ini
bad 3 "bad.csv': line 10: expected a number in column 'b', found 'fast'" "a,b,k\n${good}7,3,\"u\n\"\n1,fast,u\n" --schema numbers.ini
bad 3 "bad.csv': line 8: expected a finite number in column 'a', found 'NaN'" "a,b,k\n${good}NaN,1,u\n" --schema numbers.ini
bad 3 "bad.csv': line 8: expected a finite number in column 'b', found 'inf'" "a,b,k\n${good}1,inf,u\n" --schema numbers.ini
bad 3 "column 'k' holds one class only" 'a,b,k\n1,2,u\n2,1,u\n3,4,u\n'
bad 3 "bad.csv': line 8: field 3 is not valid UTF-8" "a,b,k\n${good}1,2,\\xff\n" --charset utf-8
bad 3 "bad.csv': line 8: NUL byte" "a,b,k\n${good}1,\\0,u\n"
bad 3 "bad.csv': line 8: a quote of the record that begins here is never closed" "a,b,k\n${good}1,\"2,u\n"
bad 3 "it has no column 'k'" 'a,b,kk\n1,2,u\n'
refuse 3 "flowers.csv': it has no column 'Kind'; did you mean 'kind'" "$GENRE_DIST" preprocess flowers.csv --target Kind -o x.h5
bad 3 "column 'k' holds one class only in 1 record;" 'k,b,k\n1,2,u\n'
bad 3 "it has no column 'house'" "a,b,k\n$good" --group house
bad 3 "expected train, validation or test in column 'k', found 'v'" "a,k,s\n1,v,train\n2,u,dev\n" --target s --split column --split-column k
for words in train,validation,test Train,VAL,Testing training,dev,TEST; do
	IFS=, read -r first second third <<<"$words"
	{ echo a,k,part; for i in {1..30}; do echo "$((i * 7 % 11)),$((i % 2)),$([[ $((i % 5)) == 0 ]] && echo "$second" || { [[ $((i % 5)) == 1 ]] && echo "$third" || echo "$first"; })"; done; } >parts.csv
	expect 0 "18 training, 6 validation and 6 test records" "$GENRE_DIST" preprocess parts.csv --target k --split column --split-column part -o parts.h5 --force
done
bad 2 '--split column needs --split-column' "a,b,k\n$good" --split column
bad 2 '--split-column goes with --split column' "a,b,k\n$good" --split-column a
bad 2 '--split grouped needs --group' "a,b,k\n$good" --split grouped
bad 2 'test-fraction' "a,b,k\n$good" --test-fraction 1
bad 2 'test-fraction' "a,b,k\n$good" --test-fraction=-0.1
refuse 2 '--test-fraction does not go with --split column' "$GENRE_DIST" preprocess flowers.csv -o x.h5 --target kind --split column --split-column part --test-fraction 0.3
bad 2 'seed' "a,b,k\n$good" --seed x
bad 2 'colour' "a,b,k\n$good" --colour
refuse 2 'preprocess needs a table' "$GENRE_DIST" preprocess
refuse 2 'quiet and --verbose contradict' "$GENRE_DIST" preprocess flowers.csv -o x.h5 --target kind -q -v
refuse 2 'a dataset goes into a file, not to stdout' "$GENRE_DIST" preprocess flowers.csv --target kind -o -
refuse 3 "'songs.csv': it has no column '" "$GENRE_DIST" preprocess flowers.csv songs.csv --target kind -o x.h5
refuse 3 "column 'sepal' looks continuous .* this program learns classes" "$GENRE_DIST" preprocess flowers.csv --target sepal -o x.h5
refuse 3 "column 'id' holds 2000 different texts" "$GENRE_DIST" preprocess flowers.csv --target id -o x.h5

bad 3 "no column that could be a feature \('a' is none: identifier: 40 whole numbers" "a,k\n$(printf '%s,u\\n%s,v\\n' {1..40})"

# A column that gives the class away is said.
awk -F , 'NR == 1 { print "size,hint,k" } NR > 1 { k = NR % 2; print rand() "," (k ? "even" (NR % 3) : "odd") "," k }' flowers.csv >hint.csv
expect 0 "warning: column 'hint' alone tells the class of every record" "$GENRE_DIST" preprocess hint.csv --target k

# What a user can live with: a class of one record, a constant column.
printf "a,b,k\n1,9,u\n2,9,v\n3,9,u\n4,9,v\n5,9,u\n6,9,v\n7,9,w\n" >live.csv
expect 0 "warning: class 'w' has one record, which goes to the training part" "$GENRE_DIST" preprocess live.csv --target k
grep -q "warning: 'b' has one value only in the training part and becomes 0" err.txt || fail "no warning of the constant column"
equal "the class of one record" "$(value_of live.h5 /statistics/class_counts | tr -d ' ' | cut -d , -f 3)" 1
printf '\xef\xbb\xbfa;x,k\r\n1,u\r\n2,v\r\n\r\n3,u\r\n4,v\r\n' >form.csv
expect 0 '' "$GENRE_DIST" preprocess form.csv --target k --test-fraction 0.5
equal "name after a byte-order mark" "$(value_of form.h5 /preprocessing/feature_names)" '"a;x"'

# A full disk leaves nothing behind.
mkdir small
if mount -t tmpfs -o size=64k none small 2>/dev/null; then
	refuse 1 'small/full.h5' "$GENRE_DIST" preprocess songs.csv -o small/full.h5
	equal "what a full disk keeps" "$(ls -A small)" ""
	umount small
else
	echo "no right to mount a small disk: the check of a full one is left out"
fi
finish
