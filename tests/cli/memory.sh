#!/usr/bin/env bash
# Nothing of the dataset's size on any rank: the peak memory of a rank falls as ranks grow.
. "$(dirname "$0")/checks.bash"

# So many that half a share less shows beside what a rank has anyway (program, MPI, HDF5).
expect 0 '' ranks 2 synth -q -o songs.h5 --rows 1200000 --seed 1
for count in 1 4 8; do
	expect 0 '' ranks "$count" train --preset study --data songs.h5 --hidden 8 --epochs 1 --batch-size 8192 --run "run$count"
	peak[count]=$(sed -n 's/^peak memory a rank: \([0-9]*\) MB.*/\1/p' out.txt)
	echo "peak memory of a rank, $count ranks: ${peak[count]} MB"
done
holds "four ranks against one" "${peak[4]} < 0.75 * ${peak[1]}"
holds "eight ranks against four" "${peak[8]} < ${peak[4]}"
holds "eight ranks against one" "${peak[8]} < 0.5 * ${peak[1]}"
finish
