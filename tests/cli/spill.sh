#!/usr/bin/env bash
# preprocess in little memory: what goes through a temporary file leaves the dataset, and what is said, as they are. GENRE_DIST_SPILL=ROOM,WORK,CHUNK makes a small table spill as a large one does.
. "$(dirname "$0")/shared.bash"

# Chunks of a record or two; of a few kilobytes; and sorting, tallies and merges in many slices.
spills=(60000,60000,400 200000,40000,2000 1000000,20000,1000)

# spilled RANKS WHAT ARGUMENT...: the same dataset at each of the bounds on one rank, and at one of them on RANKS.
spilled() {
	local ranks=$1 what=$2 spill array
	shift 2
	expect 0 '' "$GENRE_DIST" preprocess "$@" -f -o one.h5 || return
	mv out.txt one.out && mv err.txt one.err
	for spill in "${spills[@]}" many; do
		rm -f many.h5
		if [[ $spill == many ]]; then
			GENRE_DIST_SPILL=${spills[ranks - 1]} expect 0 '' ranks "$ranks" preprocess "$@" -f -o many.h5
		else
			GENRE_DIST_SPILL=$spill expect 0 '' "$GENRE_DIST" preprocess "$@" -f -o many.h5
		fi
		equal "$what: content in $spill" "$(content_of many.h5)" "$(content_of one.h5)"
		equal "$what: tables in $spill" "$(cat out.txt)" "$(cat one.out)"
		equal "$what: messages in $spill" "$(sed 's/many\.h5/one.h5/; s/, packed by [a-z]*//' err.txt)" "$(sed 's/, packed by [a-z]*//' one.err)"
		for array in $(h5ls -r many.h5 | awk '$2 == "Dataset" && /^.(preprocessing|statistics)/ { print $1 }'); do
			h5diff one.h5 many.h5 "$array" "$array" >/dev/null || fail "$what: $array in $spill"
			checks=$((checks + 1))
		done
	done
	compgen -G '*.tmp' >/dev/null && fail "$what: something left: $(echo ./*.tmp)"
	[[ -z $(find . -name 'genre-dist-*') ]] || fail "$what: a temporary file with a name"
}

"$GENRE_DIST" synth --rows 1500 --seed 4 -o songs.csv 2>/dev/null || exit 2
spilled 3 "songs" songs.csv
head -400 songs.csv >a.csv
(head -1 songs.csv && sed -n '401,420p' songs.csv) | gzip >b.csv.gz
(head -1 songs.csv && sed -n '421,$p' songs.csv) >c.csv
spilled 2 "uneven files, one of them packed" a.csv b.csv.gz c.csv
mixed_table
spilled 3 "inferred" mixed.csv --target kind --drop part --join-classes
spilled 2 "groups" mixed.csv --target kind --drop part --join-classes --group herd --split grouped --seed 3
spilled 3 "a column's parts" mixed.csv --target kind --join-classes --split column --split-column part
spilled 2 "quantiles" mixed.csv --target kind --drop part,copy --join-classes --encoding quantile --bins 20
spilled 3 "bins" mixed.csv --target kind --drop part --encoding piecewise-linear

# Records of which there are a few hundred different ones, so that most are copies.
awk 'BEGIN { srand(3); print "a,b,kind"; for (i = 0; i < 4000; i++) print int(6 * rand()) "," int(9 * rand()) ".5,k" int(3 * rand()) }' >copies.csv
spilled 2 "copies" copies.csv --target kind --numeric a,b

# Numbers are packed until there is one of many digits, and then none is.
awk 'BEGIN { srand(5); print "a,b,c,kind"; for (i = 0; i < 1500; i++) print int(900 * rand()) / 8 "," (i == 1200 ? "0.12345678901234" : i * 1e-7) "," (i % 50 ? i % 4 : "") ",k" int(3 * rand()) }' >digits.csv
spilled 2 "a number of many digits" digits.csv --target kind --numeric a,b,c
spilled 3 "groups with gaps" mixed.csv --target kind --drop part --join-classes --group note --split grouped

# It is spilled indeed.
GENRE_DIST_SPILL=${spills[0]} expect 0 'kB went through temporary files' "$GENRE_DIST" preprocess songs.csv -f -o one.h5 -v
holds "kilobytes through a temporary file" "$(sed -n 's/^.* \([0-9]*\) kB went through temporary files.*/\1/p' err.txt) > 500"
expect 0 '' "$GENRE_DIST" preprocess songs.csv -f -o one.h5 -v
grep -q 'temporary files' err.txt && fail "a table that fits is spilled"

for size in 255M 1k 0 -1 12 half 512MB; do
	refuse 2 '--memory' "$GENRE_DIST" preprocess songs.csv -f -o no.h5 --memory "$size"
done
expect 0 '' "$GENRE_DIST" preprocess songs.csv -f -o one.h5 --memory 256M
expect 0 '' "$GENRE_DIST" preprocess songs.csv -f -o many.h5 --memory 1.5g
equal "with --memory" "$(content_of many.h5)" "$(content_of one.h5)"
finish
