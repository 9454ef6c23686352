#!/usr/bin/env bash
# preprocess under mpirun: the dataset and what is printed are the same on 1, 2, 3, 5 and 8 ranks, whatever there is to learn from a table.
. "$(dirname "$0")/shared.bash"

"$GENRE_DIST" synth --rows 2500 --seed 4 -o songs.csv 2>/dev/null || exit 2
alike "songs" "2 3 5 8" songs.csv

mixed_table
alike "inferred" "2 3 8" mixed.csv --target kind --drop part --join-classes
alike "groups" "2 5" mixed.csv --target kind --drop part --join-classes --group herd --split grouped --seed 3
alike "a column's parts" "3" mixed.csv --target kind --join-classes --split column --split-column part
alike "quantiles" "2 5" mixed.csv --target kind --drop part,copy --join-classes --encoding quantile --bins 20
alike "bins" "3" mixed.csv --target kind --drop part --join-classes --encoding piecewise-linear --validation-fraction 0 --test-fraction 0.5
expect 0 '' ranks 3 preprocess mixed.csv --target kind --drop part -f -o many.h5 --write-schema decided.ini
alike "as was decided" "2" mixed.csv --schema decided.ini --missing drop

# Columns that tell the class: a number, by ranges and by values that come back, and a text.
awk 'BEGIN { print "tall,odd,name,wide,kind"; for (i = 0; i < 300; i++) { k = i % 3; print 100 * k + i % 50 "," k * 7 % 5 "," "n" k "," i * 37 % 101 "," "k" k } }' >telling.csv
alike "telling columns" "2 5" telling.csv --target kind
grep -q 'each tell the class' one.err || fail "no column tells the class"

# Columns that ranks deal out to one another: more than go in one message, for what they are like (256) and for their quantiles (4 million values).
awk 'BEGIN { srand(3); printf "kind"; for (c = 0; c < 700; c++) printf ",c%d", c; print ""
	for (i = 0; i < 90; i++) { printf "k%d", i % 2; for (c = 0; c < 700; c++) printf ",%s", c % 3 ? (rand() < 0.1 ? "" : int(1e4 * rand()) / 8) : "t" int(4 * rand()); print "" } }' >wide.csv
alike "many columns" "2 5 8" wide.csv --target kind
awk 'BEGIN { srand(3); printf "kind"; for (c = 0; c < 1500; c++) printf ",c%d", c; print ""
	for (i = 0; i < 5000; i++) { printf "k%d", i % 2; for (c = 0; c < 1500; c++) printf ",%d", 97 * rand(); print "" } }' >wide.csv
alike "many values" "3" wide.csv --target kind
finish
