#!/usr/bin/env bash
# Exported graphs, run by ONNX Runtime, give what predict gives: on songs, and on a table with every treatment, categories and gaps. By Python's onnxruntime, else
# by node with onnxruntime-web or onnxruntime-node: of $GD_NODE_MODULES, of build-onnx/, where jobs/setup.sh --tests has it from npm, or installed globally.
# Skips, and says so, where none of them is found.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/checks.bash"

# Sets `runtime`: the python, and the package for node if that is to run the graph.
find_runtime() {
	local python modules name
	for python in /usr/bin/python3 python3; do
		"$python" -c 'import numpy, onnxruntime' 2>/dev/null && runtime=("$python" '') && return
	done
	command -v node >/dev/null && command -v python3 >/dev/null || return
	for modules in "${GD_NODE_MODULES-}" "$here/../../build-onnx/node_modules" "$(npm root --global 2>/dev/null)"; do
		for name in onnxruntime-web onnxruntime-node; do
			# From 1.22 on inputs say their types.
			[[ -n $modules && -d $modules/$name ]] && node -e 'process.exit("inputMetadata" in require(process.argv[1]).InferenceSession.prototype ? 0 : 1)' "$modules/$name" 2>/dev/null &&
				runtime=(python3 "$(realpath "$modules/$name")") && return
		done
	done
}
runtime=()
find_runtime
((${#runtime[@]})) || { echo "skipped: no onnxruntime of Python's, and no onnxruntime-web or onnxruntime-node (from 1.22 on) for node, so that no exported graph was run"; exit 77; }

# compare NAME TABLE MODEL...: the graph of the models against their predictions.
compare() {
	local name=$1 table=$2
	shift 2
	expect 0 '' "$GENRE_DIST" export "$@" -o model.onnx -q
	expect 0 '' "$GENRE_DIST" predict "$@" "$table" -o predicted.csv -q
	expect 0 '' "${runtime[0]}" "$here/onnx_compare.py" model.onnx "$table" predicted.csv ${runtime[1]:+"${runtime[1]}"}
	echo "$name: $(cat out.txt)"
}

# train RUN DATA OPTION...
train() {
	"$GENRE_DIST" train --run "$1" --data "$2" --epochs 3 --batch-size 128 -q "${@:3}" >/dev/null || fail "no model for $1"
}

"$GENRE_DIST" synth --rows 3000 --seed 3 -o songs.csv -q || exit 2
for encoding in standard quantile piecewise-linear; do
	"$GENRE_DIST" preprocess songs.csv -q --encoding $encoding -o $encoding.h5 || exit 2
	train $encoding $encoding.h5 --hidden 32,16 --dropout 0.1
	compare "songs, $encoding" songs.csv $encoding/model.h5
done
for activation in sigmoid tanh gelu silu; do
	train $activation standard.h5 --hidden 24,12 --activation $activation --batch-norm
	compare "songs, batch norm, $activation" songs.csv $activation/model.h5
done
train none standard.h5 --hidden none
compare "songs, four models" songs.csv none/model.h5 gelu/model.h5 silu/model.h5 standard/model.h5
train sure standard.h5 --hidden none --output-std 10
compare "songs, probabilities that underflow" songs.csv sure/model.h5
train waves standard.h5 --hidden 16 --periodic 6
compare "songs, periodic" songs.csv waves/model.h5
train both piecewise-linear.h5 --hidden 16 --periodic 4
compare "songs, periodic and bins" songs.csv both/model.h5
train members piecewise-linear.h5 --hidden 16,12 --periodic 4 --members 5 --batch-norm --activation silu
compare "songs, members" songs.csv members/model.h5 both/model.h5

cat >all.ini <<'E2'
[table]
target = kind
missing = impute
more_missing_values = -999
unreadable = missing
[columns]
size = numeric, log, cut -5 0 5 20, is 3
price = quantity $
sold = flag
colour = categorical red green 1.0 .5, other
code = categorical
day = date, year, month, weekday, date_precision, year_start, hour, decade 1950 2030
angle = circle 24
whole = integer 0 6, cross rank 0 6 1 3
rank = numeric, categorical
pitch = log_fraction 0.01, octave 440 220, product_fraction size 7
[encoding]
size = piecewise-linear 8
price = quantile
E2
# A small generator of our own, so that every awk makes the same table. Gaps of several kinds; categories that are rare, numbers, words with commas.
awk 'function draw(n) { seed = (seed * 16807) % 2147483647; return seed % n }
BEGIN {
	seed = 12345
	n = split("red|\"light, blue\"|green|1.0|007|.50|?||NA|Red|\"a \"\"quoted\"\" one\"", colours, "|")
	print "size,price,sold,colour,code,day,angle,whole,rank,pitch,kind"
	for (i = 0; i < 1200; i++) {
		size = draw(12) == 0 ? (draw(2) ? "" : -999) : (draw(400) - 80) / 10
		price = draw(15) == 0 ? "?" : draw(100000) / 100
		sold = draw(9) == 0 ? "" : (draw(2) ? "Yes" : "no")
		d = draw(8)
		year = 1940 + draw(90)
		date = sprintf("%04d-%02d-%02d", year, 1 + draw(12), 1 + draw(28))
		day = d == 0 ? "" : d == 1 ? year : d == 2 ? substr(date, 1, 7) : d == 3 ? date sprintf(" %02d:%02d:00", draw(24), draw(60)) : d == 4 ? year "-01-01" : date
		kind = (size + draw(20) > 20) ? "large" : (draw(3) ? "small" : "odd")
		print size "," price "," sold "," colours[1 + draw(n)] "," draw(7) "," day "," draw(480) / 10 "," (draw(20) ? draw(9) : "NaN") "," 1 + draw(4) "," (draw(10) ? 27.5 * 2 ^ draw(8) + draw(3) : 0) "," kind
	}
}' >all.csv
for missing in impute drop; do
	sed "s/^missing = .*/missing = $missing/" all.ini >$missing.ini
	expect 0 '' "$GENRE_DIST" preprocess all.csv --schema $missing.ini -q -o $missing.h5
	train $missing $missing.h5 --hidden 24 --activation gelu
	compare "all treatments, $missing" all.csv $missing/model.h5
done
# Everything inferred, and other records than those of the training, with categories that it never saw.
head -800 all.csv >part.csv
expect 0 '' "$GENRE_DIST" preprocess part.csv --target kind --drop day -q
train inferred part.h5 --hidden 24
{ head -1 all.csv; tail -400 all.csv | sed 's/green/never seen/'; } >rest.csv
compare "inferred, other records" rest.csv inferred/model.h5
finish
