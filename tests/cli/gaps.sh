#!/usr/bin/env bash
# What tables lack or have in their own way, the whole way on one rank and several: fields at records' ends, dates without a day, digits and units of other habits; and what is refused of it.
. "$(dirname "$0")/shared.bash"

# Leaves of three kinds; the same with gaps written out, and left out.
awk 'BEGIN {
	srand(3); split("oak elm ash", kinds, " ")
	print "length,kind,width,day,site,note"
	for (i = 0; i < 300; i++) {
		k = i % 3; lacking = i % 5 ? 0 : 1 + i % 3
		printf "%.1f,%s", 4 + k + rand(), kinds[k + 1]
		width = lacking > 2 ? "" : 2 + k + int(10 * rand()) / 10
		day = lacking > 2 ? "" : i % 7 ? sprintf("2020-%02d-%02d", 1 + i % 12, 1 + i % 28) : sprintf("20%02d", 1 + i % 12)
		site = lacking > 1 ? "" : "site " i % 4
		note = lacking > 0 ? "" : "note " i % 3
		print "," width "," day "," site "," note
	}
}' >whole.csv
sed 's/,*$//' whole.csv >trimmed.csv
expect 0 '' "$GENRE_DIST" preprocess whole.csv --target kind
grep -Eq '^ +day +date +year first: year, month, weekday, 20 missing' out.txt || fail "years without a day are no dates: $(grep ' day ' out.txt)"
expect 0 'warning: 60 records have fewer fields than the header, the first in line 2: they have empty ones in their place' "$GENRE_DIST" preprocess trimmed.csv --target kind
equal "the dataset of records that lack fields" "$(content_of trimmed.h5)" "$(content_of whole.h5)"
alike "records that lack fields" "2 3 5" trimmed.csv --target kind
gzip -k trimmed.csv
alike "records that lack fields, packed" "3" trimmed.csv.gz --target kind
# Beyond what is looked at first, too.
{ cat trimmed.csv; for ((i = 0; i < 20; i++)); do tail -n +2 trimmed.csv; done; } >long.csv
alike "a long table of such" "3" long.csv --target kind
expect 0 '' "$GENRE_DIST" train --preset study --data trimmed.h5 --run run --epochs 2 --hidden 8 --seed 1 -q
for table in whole trimmed; do
	expect 0 '' "$GENRE_DIST" predict run/model.h5 $table.csv -o $table.out
done
equal "predictions of records that lack fields" "$(cksum <trimmed.out)" "$(cksum <whole.out)"
# In a test file they are said by themselves, and so is a footer.
{ cat trimmed.csv; printf 'Source: a wood\n'; } >footer.csv
expect 0 'warning: 60 records of the test files have fewer fields than the header: they have empty ones' "$GENRE_DIST" preprocess whole.csv --test footer.csv --target kind -o tested.h5
grep -Fq 'warning: 1 line of the test files is left out: it is the header again, or a footer' err.txt || fail "nobody says that a test file has a footer"
alike "test records that lack fields" "3" whole.csv --test footer.csv --target kind
# A record that was cut off is refused, and so is one alone.
{ cat trimmed.csv; printf '4.5,oak,2.5'; } >torn.csv
same_refusal "a record that was cut off" 3 "2 3" torn.csv --target kind
refuse 3 'line 302: expected 6 fields, found 3, and no record follows' "$GENRE_DIST" preprocess torn.csv --target kind -o x.h5
sed '17s/,[^,]*,[^,]*$//' whole.csv >one.csv
refuse 3 'line 17: expected 6 fields, found 4; the table without it: sed 17d FILE' "$GENRE_DIST" preprocess one.csv --target kind -o x.h5

# Temperatures, longitudes, ranks and amounts in two units, digits that are Arabic: numbers, and the same on several ranks.
awk 'BEGIN {
	split("oak elm ash", kinds, " "); print "heat,place,rank,sum,share,kind"
	split("th st nd rd", ends, " "); split("٠ ١ ٢ ٣ ٤ ٥ ٦ ٧ ٨ ٩", digits, " ")
	for (i = 0; i < 300; i++)
		printf "%d °%s,%d.5 %s,%d%s,%d.25 %s,%s٫%s,%s\n", i % 60, i % 3 ? "C" : "F", i % 90, i % 4 ? "E" : "W", i % 40, ends[1 + i % 4], i % 70, i % 5 ? "CR" : "DR", digits[1 + i % 10], digits[1 + i % 7], kinds[1 + i % 3]
}' >habits.csv
alike "habits of writing" "2 3" habits.csv --target kind
expect 0 'digits of other scripts as 0 to 9' "$GENRE_DIST" preprocess habits.csv --target kind
for column in heat place rank sum share; do
	grep -Eq "^ +$column +numeric +100% numbers" out.txt || fail "$column is not of numbers: $(grep " $column " out.txt)"
done
expect 0 '' "$GENRE_DIST" train --preset study --data habits.h5 --run habits --epochs 1 --hidden 8 -q
printf 'heat,place,rank,sum,share\n212 °F,10 E,1st,5 CR,1.5\n100 °C,-10 W,1th,-5 DR,١٫٥\n' >two.csv
expect 0 '' "$GENRE_DIST" predict habits/model.h5 two.csv -o two.out
equal "one record in two spellings" "$(sed -n '2s/^1,//p' two.out)" "$(sed -n '3s/^2,//p' two.out)"
finish
