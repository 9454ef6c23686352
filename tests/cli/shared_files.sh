#!/usr/bin/env bash
# preprocess under mpirun: the same dataset from many files, packed ones and pipes.
. "$(dirname "$0")/shared.bash"

"$GENRE_DIST" synth --rows 2500 --seed 4 -o songs.csv 2>/dev/null || exit 2
header=$(head -n 1 songs.csv)
mkdir parts
tail -n +2 songs.csv >body.csv
start=1 number=0
for lines in 1 700 3 0 1200 90 100000; do
	number=$((number + 1))
	{ echo "$header"; tail -n "+$start" body.csv | head -n "$lines"; } >"parts/$number.csv"
	start=$((start + lines))
done
"$GENRE_DIST" preprocess songs.csv -f -o whole.h5 >/dev/null 2>&1
alike "seven files" "2 3 5 8" parts/[1-7].csv
equal "seven files and one" "$(content_of one.h5)" "$(content_of whole.h5)"
gzip -k parts/2.csv parts/5.csv songs.csv
alike "packed files among others" "2 3" parts/1.csv parts/2.csv.gz parts/3.csv parts/4.csv parts/5.csv.gz parts/6.csv parts/7.csv
equal "packed files and one" "$(content_of one.h5)" "$(content_of whole.h5)"
alike "a packed file" "3" songs.csv.gz
expect 0 '' bash -c "mpirun -n 3 '$GENRE_DIST' preprocess - -f -o many.h5 <songs.csv"
checks=$((checks + 1))
mpirun -n 3 "$GENRE_DIST" preprocess - -f -o many.h5 <songs.csv >out.txt 2>err.txt || fail "stdin: $(cat err.txt)"
equal "stdin" "$(content_of many.h5)" "$(content_of whole.h5)"
gzip -c songs.csv | mpirun -n 2 "$GENRE_DIST" preprocess - -f -o many.h5 >out.txt 2>err.txt || fail "a packed pipe: $(cat err.txt)"
equal "a packed pipe" "$(content_of many.h5)" "$(content_of whole.h5)"
# Above 16 MiB the digest is one of pieces: as many for each rank as make up for the bytes that it has looked for quotes in.
awk 'BEGIN {
	for (text = "text"; length(text) < 2 ^ 20;)
		text = text text
	for (i = 0; i < 66; i++) {
		file = i < 7 ? "short.csv" : "long.csv"
		if (i == 0 || i == 7)
			print "x,kind,note" >file
		printf "%d,%s,\"%s\n%d\"\n", i * 37 % 61, i % 2 ? "odd" : "even", text, i >file
	}
}'
for count in 2 3 7; do
	alike "pieces" "$count" short.csv long.csv --target kind --drop note
	equal "pieces' digest on $count ranks" "$(source_of many.h5)" "$(cat short.csv long.csv >both && "$GD_SOURCE_DIRECTORY/jobs/source_sha256.sh" both)"
done
rm long.csv both
# A file that somebody writes to meanwhile is no table to rely on, if it keeps its length.
"$GENRE_DIST" synth --rows 20000 --seed 4 -o moving.csv 2>/dev/null || exit 2
for count in 1 2; do
	while touch moving.csv; do :; done &
	writer=$!
	refuse 1 "'moving.csv' changed while it was read" mpirun -n "$count" "$GENRE_DIST" preprocess moving.csv --target playlist_genre -o moving.h5
	kill "$writer"
	wait "$writer" 2>/dev/null
	[[ ! -e moving.h5 ]] || fail "a dataset of a table that changed"
done
rm moving.csv
compgen -G '*.tmp' >/dev/null && fail "left behind: $(echo ./*.tmp)"

# On a terminal a bar says how far the reading is; elsewhere there is none.
if command -v script >/dev/null; then
	expect 0 '' env TERM=xterm NO_COLOR= script -qefc "bash -c '{ head -n 1200 songs.csv; sleep 1; tail -n +1201 songs.csv; } | $GENRE_DIST preprocess - -f -o many.h5'" /dev/null
	grep -Eq 'reading the records  [0-9.]+ MB  [0-9]+ MB/s' out.txt || fail "no bar on a terminal"
	equal "the terminal's dataset" "$(content_of many.h5)" "$(content_of whole.h5)"
fi
{ head -n 1200 songs.csv; sleep 1; tail -n +1201 songs.csv; } | "$GENRE_DIST" preprocess - -f -o many.h5 >out.txt 2>err.txt
grep -q 'MB/s' err.txt && fail "a bar off a terminal"
finish
