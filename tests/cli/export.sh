#!/usr/bin/env bash
# export: what it refuses, and that ONNX's own checker takes what it writes. onnx_runtime.sh runs the graphs.
. "$(dirname "$0")/checks.bash"

python=
for each in /usr/bin/python3 python3; do
	"$each" -c 'import onnx' 2>/dev/null && python=$each && break
done

"$GENRE_DIST" synth --rows 600 --seed 3 -o songs.csv -q || exit 2
"$GENRE_DIST" preprocess songs.csv -q || exit 2
"$GENRE_DIST" preprocess songs.csv -q --seed 4 -o other.h5 || exit 2
for run in first second; do
	"$GENRE_DIST" train --data songs.h5 --hidden 8 --batch-norm --seed ${#run} --epochs 1 -q --run $run >/dev/null || exit 2
done
"$GENRE_DIST" train --data other.h5 --hidden 8 --epochs 1 -q --run other >/dev/null || exit 2

refuse 2 'needs a model and an output' "$GENRE_DIST" export first/model.h5
refuse 2 'needs a model and an output' "$GENRE_DIST" export -o songs.onnx
refuse 2 'both input and output' "$GENRE_DIST" export first/model.h5 -o first/model.h5
refuse 2 'absent' "$GENRE_DIST" export first/model.h5 -o absent/songs.onnx
refuse 3 'songs.csv' "$GENRE_DIST" export songs.csv -o songs.onnx
refuse 3 'do not go together' "$GENRE_DIST" export first/model.h5 other/model.h5 -o songs.onnx
[[ ! -e songs.onnx ]] || fail "a refused export leaves a file"

"$GENRE_DIST" train --data songs.h5 --hidden 8 --members 3 --epochs 1 -q --run members >/dev/null || exit 2
expect 0 '' "$GENRE_DIST" export members/model.h5 -o members.onnx -q
for output in - /dev/stdout; do
	expect 0 '' "$GENRE_DIST" export members/model.h5 -o $output -q
	cmp -s out.txt members.onnx || fail "another graph on '$output'"
done
[[ ! -e ./- ]] || fail "a file named -"
expect 0 '' "$GENRE_DIST" export members/model.h5 -o /dev/null -q
[[ -c /dev/null ]] || fail "/dev/null was replaced"
# The temperature is in the graph of members, too: a logarithm more.
"$GENRE_DIST" train --data songs.h5 --hidden 8 --members 3 --epochs 1 --no-calibrate -q --run plain >/dev/null || exit 2
expect 0 '' "$GENRE_DIST" export plain/model.h5 -o plain.onnx -q
equal "logarithms in the graph" "$(grep -ao Log members.onnx | wc -l)" "$(($(grep -ao Log plain.onnx | wc -l) + 1))"
expect 0 "wrote 'songs.onnx'" "$GENRE_DIST" export first/model.h5 -o songs.onnx
expect 0 '' "$GENRE_DIST" export first/model.h5 second/model.h5 -o both.onnx -q
expect 0 '' ranks 3 export first/model.h5 second/model.h5 -o three.onnx -q
cmp -s both.onnx three.onnx || fail "three ranks write another graph than one"
! cmp -s songs.onnx both.onnx || fail "the second model is not in the graph"

# Of which column an input is, where another one has its name, or it is one of several of a column.
printf '[table]\ntarget = kind\nunreadable = missing\n[columns]\nfound = year\nfound_year = numeric\nlabel = log, flag\n' >names.ini
awk 'BEGIN { print "found,found_year,label,kind"; for (i = 0; i < 60; i++) print 1950 + i % 40 "-05-01," i % 7 "," (i % 3 ? 1 + i % 2 : "yes") "," (i % 2 ? "odd" : "even") }' >names.csv
expect 0 '' "$GENRE_DIST" preprocess names.csv --schema names.ini -q
"$GENRE_DIST" train --data names.h5 --hidden 4 --epochs 1 -q --run names >/dev/null || exit 2
expect 0 '' "$GENRE_DIST" export names/model.h5 -o names.onnx -q
for input in "found_year' (int64): of column 'found', the date's year" "found_year_' (double): of column 'found_year', a number" "label_' (double): of column 'label', a number" "label__' (double): of column 'label', 1 for true"; do
	grep -aqF "'$input" names.onnx || fail "the graph does not say '$input'"
done

cat >check.py <<'E2'
import sys
import onnx

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
assert {o.domain: o.version for o in model.opset_import} == {"": 17, "ai.onnx.ml": 3}, model.opset_import
kinds = {1: "float", 7: "int64", 8: "string", 11: "double"}
shown = {i.name: kinds[i.type.tensor_type.elem_type] for i in model.graph.input}
assert len(shown) == 16 and shown["tempo"] == "double" and shown["track_album_release_date_month"] == "int64", shown
assert all(f"'{name}' ({kind}): " in model.doc_string for name, kind in shown.items()), model.doc_string
assert [(o.name, kinds[o.type.tensor_type.elem_type]) for o in model.graph.output] == [("label", "string"), ("probabilities", "float")]
metadata = {p.key: p.value for p in model.metadata_props}
print(len(model.graph.node), metadata["class_0"], metadata[sys.argv[2]])
E2
if [[ -n $python ]]; then
	for case in 'songs weights_sha256 first' 'both weights_sha256_1 second' 'members weights_sha256 members'; do
		set -- $case
		expect 0 '' "$python" check.py "$1.onnx" "$2"
		equal "hash of $1" "$(cut -d' ' -f3 out.txt)" "$(weights_of "$3/model.h5")"
	done
else
	echo "not checked: python3-onnx is not installed, so that no graph went through onnx.checker"
fi
finish
