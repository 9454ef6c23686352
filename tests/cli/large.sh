#!/usr/bin/env bash
# synth of a dataset too large to be held: the same on any number of ranks, every song once, and memory that does not grow with it.
. "$(dirname "$0")/checks.bash"

rows=101000
expect 0 'drew 101000 songs' "$GENRE_DIST" synth -o alone.h5 --rows "$rows" --seed 6
peak=$(sed -n 's/^peak memory a rank: \([0-9]*\) MB.*/\1/p' out.txt)
for count in 3 8; do
	expect 0 'drew 101000 songs' ranks "$count" synth -o "on$count.h5" --rows "$rows" --seed 6
	for group in train validation test preprocessing statistics; do
		expect 0 '' h5diff alone.h5 "on$count.h5" "/$group"
	done
done

# The values of an array, one a line.
values() {
	h5dump -y -w 1 -d "$2" "$1" | sed -n '/DATA {/,/}/p' | tr -d ' ,' | grep -E '^[-0-9.e+]+$'
}
for part in train validation test; do
	values alone.h5 "/$part/source_row"
done >source_rows
equal "songs" "$(sort -nu source_rows | sed -n '1p;$p' | tr '\n' ' ')" "1 $rows "
equal "different songs" "$(sort -nu source_rows | wc -l)" "$rows"
equal "rows of the test part" "$(values alone.h5 /test/source_row | wc -l)" 30300

# They are the songs of the CSV, in an order of their own: popularity, a training row's first feature, and the labels.
expect 0 '' "$GENRE_DIST" synth -q -o songs.csv --rows "$rows" --seed 6
h5dump -y -w 1 -d /train/features -s 0,0 -c 1000,1 alone.h5 | sed -n '/DATA {/,/}/p' | tr -d ' ,' | grep -E '^[-0-9.e+]+$' >popularity
values alone.h5 /train/source_row | head -n 1000 >rows
values alone.h5 /train/labels | head -n 1000 >labels
moments="$(values alone.h5 /preprocessing/mean | head -n 1) $(values alone.h5 /preprocessing/standard_deviation | head -n 1)"
differing=$(paste rows popularity labels | awk -v moments="$moments" '
	BEGIN { split(moments, m, " "); split("pop rap rock r&b latin edm", class, " ") }
	NR == FNR { found[$1] = $2; label[$1] = $3; next }
	FNR > 1 && (FNR - 1) in found {
		split($0, field, ",")
		difference = (field[4] - m[1]) / m[2] - found[FNR - 1]
		bad += difference > 1e-4 || difference < -1e-4 || field[10] != class[label[FNR - 1] + 1]
		seen++
	}
	END { print bad + 0, seen + 0 }' - <(sed 's/"[^"]*"//g' songs.csv))
equal "rows that differ from the CSV, rows compared" "$differing" "0 1000"
moments_of_all=$(values alone.h5 /train/features | awk '{ sum += $1; squares += $1 * $1 } END { print sum / NR, squares / NR }')
holds "features of mean 0 and variance 1 ($moments_of_all)" "${moments_of_all% *} < 1e-4 && ${moments_of_all% *} > -1e-4 && ${moments_of_all#* } < 1.0001 && ${moments_of_all#* } > 0.9999"

# Four times the rows in the same memory.
expect 0 '' "$GENRE_DIST" synth -o larger.h5 --rows $((4 * rows)) --seed 6
larger=$(sed -n 's/^peak memory a rank: \([0-9]*\) MB.*/\1/p' out.txt)
echo "peak memory: $peak MB for $rows rows, $larger MB for $((4 * rows))"
holds "memory that does not grow" "$larger < $peak + 6"

# It trains, and what cannot be written is said once, by whichever rank.
expect 0 '' ranks 2 train --preset study --data alone.h5 --hidden 8 --epochs 1 --batch-size 4096 --run run
refuse 2 "cannot write 'nowhere/a.h5'" ranks 3 synth -q -o nowhere/a.h5 --rows "$rows"
refuse 1 "cannot write 'x.h5': file too large" mpirun -n 3 bash -c 'trap "" XFSZ; ulimit -f 6000; exec "$GENRE_DIST" synth -q -o x.h5 --rows 101000'
refuse 2 '--rows' ranks 2 synth -o x.h5 --rows 0
[[ -e x.h5 ]] && fail "a refused command left a file"
equal "temporary files" "$(compgen -G '*.tmp')" ""
finish
