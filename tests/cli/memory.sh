#!/usr/bin/env bash
# Nothing of the dataset's size on any rank: the peak memory of a rank falls as ranks grow.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 300000 --seed 1 -o songs.csv 2>/dev/null || exit 2
"$GENRE_DIST" preprocess songs.csv --test-fraction 0.05 >/dev/null 2>&1 || exit 2
rm songs.csv
# What a rank has beside its rows (program, MPI, HDF5), and what the rows add on one rank.
for count in 1 4 8; do
	expect 0 '' ranks "$count" train --data songs.h5 --hidden 8 --epochs 1 --batch-size 8192 --run "run$count"
	peak[count]=$(sed -n 's/^peak memory a rank: \([0-9]*\) MB.*/\1/p' out.txt)
	echo "peak memory of a rank, $count ranks: ${peak[count]} MB"
done
holds "four ranks against one" "${peak[4]} < 0.75 * ${peak[1]}"
holds "eight ranks against four" "${peak[8]} < ${peak[4]}"
finish
