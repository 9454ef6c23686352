#!/usr/bin/env bash
# evaluate --importance: the columns that a class is made of come first, and the figures are the same on any number of ranks.
. "$(dirname "$0")/checks.bash"

# The class is the colour and whether the size is above 5; the weight is noise, and the gap has many.
awk 'function draw(n) { seed = (seed * 16807) % 2147483647; return seed % n }
BEGIN {
	seed = 777
	split("red green blue", colours, " ")
	print "weight,colour,gap,size,kind"
	for (i = 0; i < 3000; i++) {
		weight = draw(1000) / 10; colour = colours[1 + draw(3)]; gap = draw(2) ? "" : draw(1000) / 7; size = draw(1000) / 100
		print weight "," colour "," gap "," size "," colour (size > 5 ? "-large" : "-small")
	}
}' >table.csv
"$GENRE_DIST" preprocess table.csv --target kind -q || exit 2
for seed in 1 2; do
	"$GENRE_DIST" train --data table.h5 --run run$seed --hidden 32 --epochs 20 --batch-size 64 --seed $seed -q >/dev/null || exit 2
done

expect 0 '' ranks 1 evaluate run1/model.h5 run2/model.h5 --data table.h5 --importance --json
cp out.txt one.json
for count in 2 3 8; do
	expect 0 '' ranks "$count" evaluate run1/model.h5 run2/model.h5 --data table.h5 --importance --json
	equal "importance on $count ranks" "$(cat out.txt)" "$(cat one.json)"
done
expect 0 '' "$GENRE_DIST" evaluate run1/model.h5 run2/model.h5 --data table.h5 --json
equal "the scores besides" "$(cat out.txt)" "$(sed 's/, "importance".*/}/' one.json)"

expect 0 '' "$GENRE_DIST" evaluate run1/model.h5 run2/model.h5 --data table.h5 --importance
sed -n '/^column /,$p' out.txt | tail -n +2 >lines.txt
equal "columns" "$(awk '{ print $1 }' lines.txt | sort | tr '\n' ' ')" "colour gap size weight "
equal "the first two" "$(head -n 2 lines.txt | awk '{ print $1 }' | tr '\n' ' ')" "colour size "
# Of three colours two thirds of the rows get another one, of two sizes half.
fall() {
	awk -v column="$1" '$1 == column { print $2 }' lines.txt
}
holds "colour" "$(fall colour) > 0.55 && $(fall colour) < 0.75"
holds "size" "$(fall size) > 0.4 && $(fall size) < 0.6"
for column in weight gap; do
	holds "$column" "$(fall $column) < 0.05 && $(fall $column) > -0.05"
done
# The test part's records as a table, in the dataset's order, are the same rows.
rows=$(h5dump -d /test/source_row table.h5 | awk '/ATTRIBUTE/ { exit } sub(/^ *\([0-9]*\): /, "")' | tr -d ' \n' | tr , ' ')
mapfile -t records <table.csv
{ echo "${records[0]}"; for row in $rows; do echo "${records[row]}"; done; } >part.csv
expect 0 '' ranks 1 evaluate run1/model.h5 run2/model.h5 part.csv --importance --json
equal "importance of the records, and of the rows made of them" "$(cat out.txt)" "$(cat one.json)"
# Of all records, some without a label or a class among them, on any number of ranks.
{ cat table.csv; echo '1,red,,2,'; echo '1,red,,2,violet'; tail -n 1500 table.csv; } >whole.csv
expect 0 '1 of 4502 records has no label' ranks 1 evaluate run1/model.h5 whole.csv --importance --json
cp out.txt whole.json
for count in 2 3 8; do
	expect 0 '' ranks "$count" evaluate run1/model.h5 whole.csv --importance --json
	equal "importance of a table on $count ranks" "$(cat out.txt)" "$(cat whole.json)"
done
expect 0 '' "$GENRE_DIST" evaluate run1/model.h5 whole.csv --json
equal "the table's scores besides" "$(cat out.txt)" "$(sed 's/, "importance".*/}/' whole.json)"
finish
