#!/usr/bin/env bash
# What a command writes replaces its like alone: no input, table, dataset, model or file of a run, by whatever name.
. "$(dirname "$0")/checks.bash"
"$GENRE_DIST" synth --rows 400 --seed 3 -o songs.csv -q || exit 2
"$GENRE_DIST" preprocess songs.csv -q && "$GENRE_DIST" preprocess songs.csv -o other.h5 --write-schema songs.ini -q || exit 2
"$GENRE_DIST" synth --make-profile songs.csv -o songs.profile -q || exit 2
"$GENRE_DIST" train --data songs.h5 --run run --hidden 4 --epochs 1 -q >/dev/null || exit 2
cp songs.csv table.csv
ln -s run/model.h5 soft.h5
ln run/model.h5 hard.h5
ln -s ../run/config.ini run/soft.ini
ln -s songs.csv soft.csv
ln other.h5 other-hard.h5
kept=(songs.csv songs.h5 other.h5 songs.ini songs.profile table.csv run/*.h5 run/config.ini)
before=$(sha256sum "${kept[@]}")

# kept_from PATTERN "OUTPUT..." COMMAND...: with each output behind it the command is refused, and nothing has changed.
kept_from() {
	local pattern=$1 outputs=$2 output
	shift 2
	for output in $outputs; do
		refuse 2 "$pattern" "$GENRE_DIST" "$@" "$output"
		equal "what stands after $* $output" "$(sha256sum "${kept[@]}")" "$before"
	done
}
ours="songs.h5 other-hard.h5 run/best.h5 run/metrics.h5 run/config.ini run/soft.ini songs.ini table.csv"
kept_from 'is both input and output' 'soft.csv songs.csv run/model.h5 soft.h5 hard.h5' predict run/model.h5 songs.csv -o
kept_from 'exists and holds no predictions' "$ours" predict run/model.h5 songs.csv -o
kept_from 'is both input and output' 'run/model.h5 soft.h5 hard.h5' export run/model.h5 -o
kept_from 'exists and holds no exported model' "$ours" export run/model.h5 -o
kept_from 'is both input and output' 'run/model.h5 soft.h5 run/config.ini run/soft.ini run/metrics.h5 songs.h5' report run --data songs.h5 -o
kept_from 'exists and holds no report' 'other.h5 songs.ini table.csv' report run -o
# Its like is replaced, and so is an empty file.
: >empty.csv
: >empty.onnx
: >empty.html
for output in fresh fresh empty; do
	expect 0 "wrote '$output.csv'" "$GENRE_DIST" predict run/model.h5 songs.csv -o $output.csv
	expect 0 "wrote '$output.onnx'" "$GENRE_DIST" export run/model.h5 -o $output.onnx
	expect 0 "wrote '$output.html'" "$GENRE_DIST" report run -o $output.html
done
expect 0 "wrote 'run/report.html'" "$GENRE_DIST" report run
expect 0 "wrote 'run/report.html'" "$GENRE_DIST" report run
kept_from 'exists and holds no predictions' 'fresh.onnx fresh.html' predict run/model.h5 songs.csv -o

# --force is about what preprocess and synth make.
kept_from 'exists; --force overwrites it' 'songs.h5 table.csv run/model.h5' preprocess songs.csv -o
kept_from 'is a model or checkpoint, which --force does not overwrite' 'run/model.h5 soft.h5 hard.h5 run/best.h5 run/checkpoint.h5' preprocess songs.csv -f -o
kept_from 'is a metrics file, which --force does not overwrite' run/metrics.h5 preprocess songs.csv -f -o
kept_from "is a run's configuration, which --force does not overwrite" 'run/config.ini run/soft.ini' preprocess songs.csv -f -o
kept_from 'is both input and output' 'songs.csv soft.csv table.csv songs.ini' preprocess songs.csv --test table.csv --schema songs.ini -f -o
kept_from 'is both input and output' 'songs.csv soft.csv songs.ini' preprocess songs.csv --schema songs.ini -o made.h5 -f --write-schema
kept_from 'is a dataset, which --force does not overwrite' 'songs.h5 other-hard.h5' preprocess songs.csv -o made.h5 -f --write-schema
kept_from 'cannot be both the dataset and what --write-schema writes' 'made.h5' preprocess songs.csv -o made.h5 -f --write-schema
kept_from "a dataset goes into a file, and '/dev/null' is none" /dev/null preprocess songs.csv -f -o
kept_from 'is a model or checkpoint, which --force does not overwrite' 'run/model.h5 soft.h5' synth --rows 9 -f -o
kept_from 'is both input and output' songs.profile synth --profile songs.profile --rows 9 -f -o
kept_from 'is both input and output' 'songs.csv soft.csv' synth --make-profile songs.csv -f -o
[[ ! -e made.h5 ]] || fail "a refused preprocess leaves a file"
expect 0 '' "$GENRE_DIST" preprocess songs.csv -f -q -o other.h5
expect 0 '' "$GENRE_DIST" preprocess songs.csv -f -q -o other.h5 --write-schema songs.ini
cp songs.csv foreign.h5
expect 0 '' "$GENRE_DIST" preprocess songs.csv -f -q -o foreign.h5
finish
