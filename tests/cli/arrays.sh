#!/usr/bin/env bash
# preprocess of two arrays in an HDF5 file: the dataset is that of the same table as text, on any number of ranks; what is no such table is refused in a sentence.
. "$(dirname "$0")/shared.bash"
: "${GD_ARRAYS_MAKE:?the program that makes the arrays}"
"$GD_ARRAYS_MAKE" arrays.h5 || exit 2

# as_text WHAT FEATURES LABELS TABLE ARGUMENT...: one content, as arrays and as a table read with the arguments.
as_text() {
	local what=$1 features=$2 labels=$3
	shift 3
	expect 0 '' "$GENRE_DIST" preprocess arrays.h5 --features "$features" --labels "$labels" -f -o arrays_data.h5
	mv out.txt arrays.out
	expect 0 '' "$GENRE_DIST" preprocess "$@" -f -o text_data.h5
	equal "$what: content" "$(content_of arrays_data.h5)" "$(content_of text_data.h5)"
	for array in preprocessing/mean preprocessing/recipe statistics/correlation statistics/class_counts train/source_row test/labels; do
		[[ $array == preprocessing/recipe && $labels != /names ]] || expect 0 '' h5diff arrays_data.h5 text_data.h5 "$array" "$array"
	done
}
as_text "doubles with names and gaps" /x /names x.csv --target names
as_text "labels of fixed length" /x fixed x.csv --target names
as_text "single precision without names" single/x32 y x32.csv --no-header --target 6
grep -q digest err.txt && fail "other programs' files have no digest, and that is no news"
equal "names where there are none" "$(sed -n 's/^  \([1-5]\) .*numeric.*/\1/p' arrays.out | tr -d '\n')" 12345
equal "the source's digest" "$(source_of arrays_data.h5)" "$(sha256sum arrays.h5 | cut -d' ' -f1)"

alike "arrays" "2 3 5 8" arrays.h5 --features /x --labels /names --encoding quantile
alike "whole numbers" "3" arrays.h5 --features whole --labels y --categorical 2 --test-fraction 0.2 --seed 4
expect 0 '' "$GENRE_DIST" info one.h5
grep -Eq '^made by: .*genre-dist preprocess arrays.h5 --features whole --labels y .*--test-fraction 0.2 --seed 4' out.txt || fail "info does not say how the dataset was made"

# Our own datasets have such arrays too, whose columns a dimension scale names.
expect 0 '' "$GENRE_DIST" preprocess text_data.h5 --features train/features --labels train/labels -o again.h5
expect 0 '' "$GENRE_DIST" preprocess arrays_data.h5 --features train/features --labels train/labels -f -o again.h5
expect 0 '' "$GENRE_DIST" train --data again.h5 --run run --epochs 1 --hidden 8 --batch-size 64 -q

# What inference lets pass, a schema need not.
printf '[table]\ntarget = y\n[columns]\n1 = numeric\n3 = numeric\n' >strict.ini
same_refusal "a number that is none" 3 "2 5" arrays.h5 --features broken --labels y --schema strict.ini
grep -q "cannot read 'arrays.h5': row 437: expected a finite number in column '3', found 'inf'" err.txt || fail "the row is not named: $(cat err.txt)"

try() {
	local code=$1 pattern=$2
	shift 2
	refuse "$code" "$pattern" "$GENRE_DIST" preprocess "$@" -f -o bad.h5
	[[ ! -e bad.h5 ]] || fail "a dataset in spite of: $pattern"
}
try 3 "cannot read 'arrays.h5': '/z': there is none in this file" arrays.h5 --features /z --labels y
try 3 "'single': expected an array, found a group" arrays.h5 --features single --labels y
try 3 "'cube': expected an array of \[rows, columns\], found one of 3 dimensions" arrays.h5 --features cube --labels y
try 3 "'whole': expected an array of \[rows\], found one of 2 dimensions" arrays.h5 --features x --labels whole
try 3 "'x' has 900 rows, but 'ten' has 10" arrays.h5 --features x --labels ten
try 3 "'texts': expected numbers, found" arrays.h5 --features texts --labels ten
try 3 "cannot read 'x.csv'" x.csv --features x --labels y
try 3 "cannot read 'nowhere.h5'" nowhere.h5 --features x --labels y
head -c 20000 arrays.h5 >cut.h5
try 3 "cannot read 'cut.h5'" cut.h5 --features x --labels y
try 3 "it is an HDF5 file, not a table of text; .*--features PATH --labels PATH" arrays.h5 --target y
try 2 '--features and --labels go together' arrays.h5 --features x
try 2 '--features and --labels go together' arrays.h5 --labels y
try 2 '--features takes one HDF5 file, found 2' arrays.h5 arrays.h5 --features x --labels y
try 2 '--target does not go with --features' arrays.h5 --features x --labels y --target y
try 2 '--delimiter does not go with --features' arrays.h5 --features x --labels y --delimiter ';'
refuse 3 "it is an HDF5 file, not a table of text" "$GENRE_DIST" predict run/model.h5 arrays.h5 -o bad.csv

finish
