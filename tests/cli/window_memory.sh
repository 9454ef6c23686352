#!/usr/bin/env bash
# A window is what a training has in memory, and what does not fit is refused before anything is made.
. "$(dirname "$0")/checks.bash"

# Memory: nine windows, of which two are held; validation is streamed.
expect 0 '' ranks 2 synth -q -o many.h5 --rows 1200000 --seed 1
peak_of() {
	sed -n 's/^peak memory a rank: \([0-9]*\) MB.*/\1/p' out.txt
}
expect 0 '' "$GENRE_DIST" train --preset study --data many.h5 --hidden 8 --epochs 1 --batch-size 8192 --run many-whole
whole=$(peak_of)
expect 0 '' "$GENRE_DIST" train --preset study --data many.h5 --hidden 8 --epochs 1 --batch-size 8192 --run many-window --window 82000
window=$(peak_of)
echo "peak memory: $whole MB with all rows, $window MB with a window of 81920"
holds "a window's memory" "$window < 0.6 * $whole"
# Where not all rows fit, a window is named that does. How many addresses the program takes by itself is the system's affair.
for ((limit = 700000; limit > 100000; limit -= 25000)); do
	limited=(bash -c "ulimit -v $limit; exec \"\$@\"" - "$GENRE_DIST" train --preset study --data many.h5 --hidden 8 --epochs 1 --batch-size 8192)
	"${limited[@]}" --run tight >/dev/null 2>err.txt || break
	rm -rf tight
done
refuse 1 "the training part of 'many.h5' \(756000 rows of 84 bytes\) does not fit the memory.*: --window [0-9]+ is the largest that fits" "${limited[@]}" --run tight
[[ ! -e tight ]] || fail "what does not fit leaves a run directory"
fits=$(sed -n 's/.*--window \([0-9]*\) is the largest.*/\1/p' err.txt)
expect 0 '' "${limited[@]}" --run fitting --window "$fits"
refuse 1 "a --window of 'many.h5' \($((fits + 8192 * 4)) rows of 84 bytes, two at a time\) does not fit the memory.*: --window [0-9]+ is the largest that fits" "${limited[@]}" --run tight --window $((fits + 8192 * 4))
refuse 1 "does not fit the memory.*: a run keeps its --window" "${limited[@]}" --run many-whole --resume --epochs 2
finish
