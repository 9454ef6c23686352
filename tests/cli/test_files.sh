#!/usr/bin/env bash
# preprocess --test: a test part from files of its own.
. "$(dirname "$0")/shared.bash"

rows_of() {
	h5ls "$1/$2" 2>/dev/null | sed -n 's/^labels .*{\([0-9]*\)}.*/\1/p'
}
values_of() {
	h5dump -d "$2" "$1" 2>/dev/null | awk '/ATTRIBUTE/ { exit } sub(/^ *\([0-9,]*\): /, "") { printf "%s ", $0 }' | tr -d ' '
}

# 500 records to learn from in two files, 150 to test on: another delimiter, other columns' order, a level, a class and a text that the others lack, gaps, and ten copies of training records.
awk 'BEGIN {
	srand(8)
	print "size,colour,plant,price,kind" >"a.csv"; print "size,colour,plant,price,kind" >"b.csv"
	for (i = 1; i <= 500; i++) {
		k = int(rand() * 3)
		print sprintf("%.2f,%s,p%d,%.2f,%s", k + rand() * 2, substr("redbluegrey", 1 + 3 * k + (k == 2), 3 + (k > 0)), i % 90, rand() * 9, substr("xyz", k + 1, 1)) >(i <= 300 ? "a.csv" : "b.csv")
	}
	print "kind;note;plant;Colour;size;price" >"test.csv"
	for (i = 1; i <= 140; i++) {
		k = int(rand() * 3); colour = substr("redbluegrey", 1 + 3 * k + (k == 2), 3 + (k > 0))
		printf "%s;n%d;q%d;%s;%s;%.2f\n", i == 7 ? "w" : i == 9 ? "" : substr("xyz", k + 1, 1), i, i % 30, i % 20 ? colour : "violet", i == 11 ? "large" : i == 12 ? "" : sprintf("%.2f", k + rand() * 2), rand() * 9 >"test.csv"
	}
}'
sed -n 2,11p a.csv | awk -F, '{ print $5 ";copy;" $3 ";" $2 ";" $1 ";" $4 }' >>test.csv

alike "a test file" "2 3" a.csv b.csv --target kind --test test.csv
grep -q "columns of 'test.csv' are taken for those of the other files: 'Colour' as 'colour'" one.err || fail "no word of a column by another name: $(cat one.err)"
grep -q "warning: 1 record of the test files is of a class that the other files lack" one.err || fail "no word of a strange class: $(cat one.err)"
grep -q "1 of 650 records has no label" one.err || fail "no word of a record without a label: $(cat one.err)"
grep -q "warning: 1 record of the test files has no number or date in column 'size'" one.err || fail "no word of a text: $(cat one.err)"
grep -q "warning: 7 records have a value in column 'colour' that has no feature" one.err || fail "no word of a new level: $(cat one.err)"
grep -q "test.csv.*semicolon\|semicolon.*test.csv" one.err || fail "no word of another delimiter: $(cat one.err)"
grep -q "10 of 148 (6.8%) test records are copies of training records\|[0-9]* of 148 ([0-9.]*%) test records are copies of training records" one.out || fail "no word of copies: $(cat one.out)"
equal "test records" "$(rows_of one.h5 test)" 148
equal "validation records" "$(rows_of one.h5 validation)" 50
equal "training records" "$(rows_of one.h5 train)" 450
# Numbers go on behind the inputs' 500.
equal "source rows of the test part" "$(values_of one.h5 test/source_row | tr , '\n' | sort -n | sed -n '1p;$p' | tr '\n' ' ')" "501 650 "
equal "source rows of the others" "$(echo "$(values_of one.h5 train/source_row),$(values_of one.h5 validation/source_row)" | tr , '\n' | sort -nu | wc -l)" 500
equal "the names of all files" "$(h5dump -a /source one.h5 | sed -n 's/.*(0): "\(.*\)"/\1/p')" 'a.csv, b.csv, test.csv'
equal "the digest of all files" "$(source_of one.h5)" "$(cat a.csv b.csv test.csv | sha256sum | cut -d ' ' -f 1)"
# What is learned is the inputs': as if there were no test part.
expect 0 '' "$GENRE_DIST" preprocess a.csv b.csv --target kind --test-fraction 0 -o without.h5
for array in train/features train/labels train/source_row validation/features validation/source_row preprocessing/mean preprocessing/class_names; do
	equal "$array without a test part" "$(values_of one.h5 $array)" "$(values_of without.h5 $array)"
done
# A text and a gap are the training part's mean.
expect 0 '' "$GENRE_DIST" train --preset study --data one.h5 --run run --hidden 8 --epochs 3 -q
expect 0 '' "$GENRE_DIST" evaluate run/model.h5 --data one.h5 --json
equal "rows scored" "$(json_number out.txt rows)" 148
mv out.txt part.json
# The same records as a table that the model meets.
expect 0 '' "$GENRE_DIST" evaluate run/model.h5 test.csv --json
equal "the file's scores" "$(cat out.txt)" "$(cat part.json)"

# Several files, packed, from a pipe; with weights; with groups kept together.
head -80 test.csv >t1.csv
(head -1 test.csv && tail -n +81 test.csv) | gzip >t2.csv.gz
alike "two test files, one packed" 3 a.csv b.csv --target kind --test t1.csv --test t2.csv.gz
equal "content of two test files" "$(content_of one.h5)" "$(content_of many.h5)"
equal "records of two test files" "$(rows_of one.h5 test)" 148
alike "groups of the inputs" 3 a.csv b.csv --target kind --test test.csv --group plant --split grouped
equal "a grouped split's test records" "$(rows_of one.h5 test)" 148
alike "weights" 3 a.csv b.csv --target kind --test test.csv --weight price
equal "weights of the test part" "$(h5ls one.h5/test | grep -c weights)" 1

# ---- what is refused -----------------------------------------------------------------------------------------------
refuse 2 "--test-fraction does not go with --test" "$GENRE_DIST" preprocess a.csv --target kind --test test.csv --test-fraction 0.2 -f -o bad.h5
refuse 2 "--test does not go with --split column" "$GENRE_DIST" preprocess a.csv --target kind --test test.csv --split column --split-column plant -f -o bad.h5
same_refusal "a test file that is not there" 3 3 a.csv --target kind --test none.csv
cut -d';' -f1-4,6 test.csv | tr ';' , >lacking.csv
same_refusal "a test file that lacks a column" 3 3 a.csv --target kind --test lacking.csv
grep -q "lacking.csv.*it has no column 'size', as the other files have" err.txt || fail "the column is not named: $(cat err.txt)"
sed '2,$s/^[^;]*/w/' test.csv | tr ';' , >strange.csv
same_refusal "a test file of strange classes" 3 3 a.csv --target kind --test strange.csv
refuse 2 "both input and output" "$GENRE_DIST" preprocess a.csv --target kind --test test.csv -f -o test.csv
finish
