#!/usr/bin/env bash
# Columns of many levels: their features are deflated in the file, which is the same dataset on any number of ranks, and trains to the same bits as one that is not.
. "$(dirname "$0")/shared.bash"

awk 'BEGIN { srand(3); print "place,size,shop,weight,kind"
	for (i = 0; i < 6000; i++) { p = int(rand() * 150); s = int(rand() * rand() * 120); printf "%s,%.3f,s%d,%.2f,%s\n", i % 50 == 7 ? "" : "p" p, rand() * 9, s, rand(), (p + s + int(rand() * 40)) % 90 < 45 ? "a" : "b" } }' >wide.csv
alike "many levels" "2 3" wide.csv --target kind
alike "in three regions, of which ranks have little" 7 wide.csv --target kind --validation-fraction .02
filters() { # FILE
	h5dump -pH -d /train/features "$1" | grep -Eo 'DEFLATE|FLETCHER32' | tr '\n' ' '
}
expect 0 '' ranks 2 preprocess wide.csv --target kind -o wide.h5
equal "filters of many levels" "$(filters wide.h5)" 'DEFLATE FLETCHER32 '
holds "bytes of the file" "$(stat -c %s wide.h5) * 4 < 6000 * 4 * $(h5dump -H -d /train/features wide.h5 | grep -Eo ', [0-9]+ \) /' | grep -Eo '[0-9]+')"
expect 0 '' "$GENRE_DIST" preprocess wide.csv --target kind --drop place,shop -o narrow.h5
equal "filters of few levels" "$(filters narrow.h5)" 'FLETCHER32 '
h5repack -f NONE wide.h5 plain.h5 || exit 2

# trained NAME RANKS OPTION...: the weights.
trained() {
	local name=$1 count=$2
	shift 2
	ranks "$count" train --preset study --hidden 16,12 --epochs 3 --batch-size 200 -q --run "$name" "$@" >out.txt 2>err.txt || fail "$name: $(cat err.txt)"
	weights_of "$name/model.h5"
}
# The same rows, of which the recipe makes other ones: a level's mean is not what it was. They are held as they are.
offset=$(h5dump -pH -d /preprocessing/mean plain.h5 | sed -n 's/.*OFFSET \([0-9]*\).*/\1/p')
cp plain.h5 misfit.h5
printf '\x55' | dd of=misfit.h5 bs=1 seek=$((offset + 5)) conv=notrunc 2>/dev/null
packed() { # COUNT, as a training says that of misfit.h5
	equal "said of rows that are packed, $1" "$(grep -c "are not what its recipe makes of a record: each of its rows takes 2[0-9][0-9] numbers in memory instead of [4-6]$" err.txt)" "$2"
}

whole=$(trained whole 1 --data plain.h5)
packed "which they are" 0
for count in 1 2 3; do
	equal "weights of rows as they are, on $count ranks" "$(trained "misfit-$count" "$count" --data misfit.h5)" "$whole"
	packed "which they are not" 1
	h5diff whole/metrics.h5 "misfit-$count/metrics.h5" /epochs/validation_loss || fail "validation of rows as they are, on $count ranks"
done
streamed=$(trained streamed 1 --data plain.h5 --window 1000)
for count in 1 2 3; do
	equal "weights on $count ranks" "$(trained "deflated-$count" "$count" --data wide.h5)" "$whole"
	packed "which they are, on $count ranks" 0
	equal "weights on $count ranks, with a window" "$(trained "window-$count" "$count" --data wide.h5 --window 1000)" "$streamed"
done
equal "what one model makes of both" "$("$GENRE_DIST" evaluate whole/model.h5 --data wide.h5 --json 2>&1)" "$("$GENRE_DIST" evaluate whole/model.h5 --data plain.h5 --json 2>/dev/null)"
expect 0 '' ranks 2 verify deflated-2
# What is dealt out to tell importance is a word of a packed row, and all levels of a row as it is.
expect 0 '' "$GENRE_DIST" evaluate misfit-1/model.h5 --data misfit.h5 --json --importance
cp out.txt plain.json
for count in 1 2 3; do
	expect 0 '' ranks "$count" evaluate whole/model.h5 --data wide.h5 --json --importance
	equal "importance on $count ranks" "$(cat out.txt)" "$(cat plain.json)"
done
# The test part's records as a table, in the dataset's order, are the same rows.
h5dump -d /test/source_row wide.h5 | awk 'NR == FNR { line[FNR - 1] = $0; next }
	/ATTRIBUTE/ { exit }
	sub(/^ *\([0-9]*\): /, "") { n = split($0, rows, /, */); for (i = 1; i <= n; i++) if (rows[i]) print line[rows[i]] }' wide.csv - | sed "1i $(head -n 1 wide.csv)" >part.csv
for count in 1 3; do
	expect 0 '' ranks "$count" evaluate whole/model.h5 part.csv --json --importance
	equal "importance of the records on $count ranks" "$(cat out.txt)" "$(cat plain.json)"
done
# Logistic regression packs rows, too.
logistic() { # COUNT FILE
	ranks "$1" baseline logistic --data "$2" --json 2>/dev/null | sed 's/"seconds": [0-9.]*, //'
}
baseline=$(logistic 1 misfit.h5)
[[ $baseline == *accuracy* ]] || fail "no logistic regression of rows as they are: $baseline"
for count in 1 3; do
	equal "logistic regression on $count ranks" "$(logistic "$count" wide.h5)" "$baseline"
done
# A page that leaves importance out, since it would take long, packs rows, too, and starts no MPI for it.
expect 0 '' ranks 1 train --preset study --hidden 300 --epochs 0 --data wide.h5 --run page -q
expect 0 '' "$GENRE_DIST" evaluate page/model.h5 --data wide.h5 --json
loss=$(json_number out.txt log_loss)
expect 0 '' "$GENRE_DIST" report page
grep -q 'id="no-importance"' page/report.html || fail "the page has importance"
grep -q "log-loss</th><td[^>]*>$(printf '%.4f' "$loss")<" page/report.html || fail "the page lacks the log-loss of evaluate, $loss"
# A fold, whose training part is not in one piece.
equal "weights of a fold" "$(trained fold 2 --data wide.h5 --folds 3 --fold 2)" "$(trained fold-misfit 3 --data misfit.h5 --folds 3 --fold 2)"

# Rows of more than 32 kB are further apart than the format looks back: zlib itself deflates them.
awk 'BEGIN { srand(8); for (j = 0; j < 110; j++) printf "c%d,", j; print "kind"; for (i = 0; i < 700; i++) { for (j = 0; j < 110; j++) printf "l%d,", rand() * 100; print i % 2 } }' >long.csv
alike "rows of more than 32 kB" 3 long.csv --target kind
holds "bytes of a row" "4 * $(h5dump -H -d /train/features one.h5 | grep -Eo ', [0-9]+ \) /' | grep -Eo '[0-9]+') > 32768"
equal "filters of long rows" "$(filters many.h5)" 'DEFLATE FLETCHER32 '
h5repack -f NONE many.h5 unpacked.h5 || fail "HDF5 does not read long rows that are deflated"
equal "weights of long rows, with a window" "$(trained long 2 --data many.h5 --window 200)" "$(trained unpacked 1 --data unpacked.h5 --window 200)"
finish
