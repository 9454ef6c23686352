#!/usr/bin/env bash
# How numbers enter a model: datasets made with each encoding, models of them on any number of ranks, and what is refused.
. "$(dirname "$0")/checks.bash"
source_directory=${GD_SOURCE_DIRECTORY:?}

"$GENRE_DIST" synth --rows 3001 --seed 5 -o songs.csv 2>/dev/null || exit 2
preprocess() {
	"$GENRE_DIST" preprocess songs.csv -q "$@"
}
text_of() { # FILE ATTRIBUTE: of the model group
	h5dump -a "/model/$2" "$1" | sed -n 's/.*(0): "\{0,1\}\([^"]*\)"\{0,1\}$/\1/p'
}

expect 0 '' preprocess -o standard.h5
expect 0 '' preprocess --encoding quantile -o quantile.h5
expect 0 '' preprocess --encoding piecewise-linear --bins 8 -o bins.h5
expect 0 '' preprocess --schema "$source_directory/data/spotify_rich.ini" -o rich.h5
for file in quantile bins rich; do
	equal "the stored features do not grow: $file" "$(h5ls "$file.h5/train/features" | grep -o '{.*}')" "$(h5ls "$file.h5/train/source_row" | sed 's/.*{\(.*\)}/\1/' | xargs -I{} echo "{{}, $([[ $file == rich ]] && echo 79 || echo 20)}")"
done

# same NAME DATA OPTION...: the weights on several numbers of ranks.
same() {
	local name=$1 data=$2 count
	shift 2
	for count in 1 3 8; do
		ranks "$count" train --preset study --data "$data" --run "$name-$count" -q --hidden 24,16 --epochs 2 --batch-size 700 "$@" >/dev/null 2>err.txt || fail "$name on $count ranks: $(cat err.txt)"
		equal "$name on $count ranks" "$(weights_of "$name-$count/model.h5")" "$(weights_of "$name-1/model.h5")"
	done
}
same bins bins.h5
same quantile quantile.h5 --batch-norm
same periodic standard.h5 --periodic 5 --activation silu
same rich rich.h5 --periodic 4 --input-dropout 0.1 --optimizer adamw --weight-decay 0.1 --decay weights --ema 0.9
same both rich.h5 --periodic 4 --periodic-width 3 --clip-norm 0.1 --batch-norm
for model in bins:piecewise-linear quantile:quantile periodic:standard rich:piecewise-linear; do
	equal "attribute of ${model%:*}" "$(text_of "${model%:*}-1/model.h5" encoding)" "${model#*:}"
done
h5ls -r rich-1/model.h5 | grep -q '/model/periodic/frequency.*{15, 4}' || fail "frequencies are not [15, 4]"
h5ls -r rich-1/model.h5 | grep -q "/model/dense_0/weight.*{$(text_of rich-1/model.h5 inputs), 24}" || fail "the first layer's weight does not have as many rows as there are columns"

# The hash: periodic first.
/usr/bin/python3 - rich-1/model.h5 <<'END' || fail "weights_sha256 is not that of the datasets in their order"
import hashlib, sys
import h5py
with h5py.File(sys.argv[1]) as file:
    model, digest = file["model"], hashlib.sha256()
    for group, names in [("periodic", ["frequency", "weight", "bias"])] + [("dense_%d" % i, ["weight", "bias"]) for i in range(3)]:
        for name in names:
            digest.update(model[group][name][:].astype("<f4").tobytes())
    sys.exit(digest.hexdigest() != file.attrs["weights_sha256"])
END

# Resumed on other ranks; used by the other commands; predictions agree with the dataset's labels.
expect 0 '' ranks 2 train --preset study --data rich.h5 --run half -q --hidden 24,16 --epochs 2 --batch-size 700 --periodic 4 --periodic-width 3 --clip-norm 0.1 --batch-norm --max-steps 2
expect 0 '' ranks 3 train --preset study --run half --resume -q
equal "resumed" "$(weights_of half/model.h5)" "$(weights_of both-1/model.h5)"
expect 2 "--periodic 5.*would change the run" ranks 1 train --preset study --run half --resume -q --periodic 5
expect 0 '' ranks 2 evaluate rich-1/model.h5 both-1/model.h5 --data rich.h5 --json
accuracy=$(/usr/bin/python3 -c 'import json; print(json.load(open("out.txt"))["accuracy"])')
expect 0 '' ranks 2 predict rich-1/model.h5 both-1/model.h5 songs.csv -o predicted.csv
holds "accuracy by predict" "$(/usr/bin/python3 - <<'END'
import csv
import h5py
predicted = [row["predicted"] for row in csv.DictReader(open("predicted.csv"))]
labels = [row["playlist_genre"] for row in csv.DictReader(open("songs.csv"))]
with h5py.File("rich.h5") as file:
    rows = file["test/source_row"][:] - 1
print(sum(predicted[i] == labels[i] for i in rows) / len(rows))
END
) == $accuracy"
refuse 3 'do not go together|preprocessing' ranks 1 evaluate bins-1/model.h5 --data standard.h5

# Edges against numpy's quantiles, columns' moments against the definition.
/usr/bin/python3 - bins.h5 <<'END' || fail "the edges are not numpy's quantiles"
import sys
import h5py
import numpy
with h5py.File(sys.argv[1]) as file:
    group, x = file["preprocessing"], file["train/features"][:].astype(float)
    edges, offsets, columns = group["bin_edges"][:], group["bin_offsets"][:], group["column_offsets"][:]
    for f in range(13):
        raw = x[:, f] * group["standard_deviation"][f] + group["mean"][f]
        own = edges[offsets[f]:offsets[f + 1]]
        expected = numpy.quantile(raw, numpy.linspace(0, 1, 9))
        scale = expected[-1] - expected[0]
        assert all(numpy.min(abs(own - e)) < 1e-6 * scale for e in expected), f
        inside = ((own - group["mean"][f]) / group["standard_deviation"][f]).astype("f4").astype(float)
        t = numpy.clip((x[:, f, None] - inside[:-1]) / numpy.diff(inside), 0, 1)
        assert numpy.allclose(t.mean(0), group["column_mean"][columns[f]:columns[f + 1]], atol=1e-5), f
        assert numpy.allclose(t.std(0), group["column_deviation"][columns[f]:columns[f + 1]], atol=1e-5), f
END

# What training chooses: bins near those of preprocessing, a model that goes with its dataset, and nothing where the dataset has settled it.
same chosen standard.h5 --encoding piecewise-linear --bins 8
equal "attribute of chosen" "$(text_of chosen-1/model.h5 encoding)" piecewise-linear
grep -qx 'encoding = piecewise-linear' chosen-1/config.ini && grep -qx 'bins = 8' chosen-1/config.ini || fail "config.ini lacks the encoding"
expect 0 '' ranks 2 evaluate chosen-1/model.h5 periodic-1/model.h5 --data standard.h5 --json
expect 0 '' ranks 1 train --preset study --data standard.h5 --run ranked -q --hidden 8 --epochs 1 --encoding quantile
equal "attribute of ranked" "$(text_of ranked/model.h5 encoding)" quantile
expect 0 '' preprocess --encoding standard -o settled.h5
refuse 2 '--encoding, but .*settles' ranks 2 train --preset study --data settled.h5 --run x -q --encoding quantile
refuse 2 '--encoding, but .*settles' ranks 1 train --preset study --data bins.h5 --run x -q --encoding standard
expect 0 '' ranks 1 train --preset study --data settled.h5 --run plain -q --hidden 8 --epochs 1 --encoding standard
expect 0 '' ranks 1 train --preset study --data standard.h5 --run left -q --hidden 8 --epochs 1
equal "auto is standard where nothing else is said" "$(weights_of left/model.h5)" "$(weights_of plain/model.h5)"
refuse 2 '--bins goes with' ranks 1 train --preset study --data standard.h5 --run x -q --encoding quantile --bins 8
refuse 2 '--bins 1' ranks 1 train --preset study --data standard.h5 --run x -q --encoding piecewise-linear --bins 1
[[ ! -e x ]] || fail "refused encodings left a run directory behind"
/usr/bin/python3 - standard.h5 bins.h5 chosen-1/model.h5 <<'END' || fail "what training chose is not near what preprocessing fits"
import sys
import h5py
import numpy
left, fitted, chosen = (h5py.File(path)["preprocessing"] for path in sys.argv[1:])
assert left["quantiles"].shape[0] == 13 * 129 and (numpy.diff(left["quantile_offsets"][:])[:13] == 129).all()
assert numpy.array_equal(left["quantiles"][:], chosen["quantiles"][:]) and "quantiles" not in fitted
assert numpy.allclose(chosen["bin_edges"][:], fitted["bin_edges"][:], rtol=1e-9, atol=1e-9)
assert numpy.allclose(chosen["column_mean"][:], fitted["column_mean"][:], atol=0.01)
END

# What is refused.
refuse 2 'encoding' preprocess --encoding fancy -o x.h5
refuse 2 'bins' preprocess --encoding piecewise-linear --bins 1 -o x.h5
refuse 2 'bins' preprocess --encoding piecewise-linear --bins 100000 -o x.h5
refuse 2 '--bins goes with --encoding' preprocess --bins 8 -o x.h5
refuse 2 '--bins goes with --encoding' preprocess --encoding standard --bins 8 -o x.h5
schema() { # LINE...: a schema with these lines behind the columns
	printf '%s\n' '[table]' 'target = playlist_genre' '[columns]' 'tempo = numeric' 'key = integer 0 11' "$@" >schema.ini
}
schema '[encoding]' 'tempo = piecewise-linear 12'
expect 0 '' preprocess --schema schema.ini -o own.h5
schema '[encoding]' 'tempo = fancy'
refuse 2 "unknown encoding 'fancy'" preprocess --schema schema.ini -o x.h5
schema '[encoding]' 'tempo = piecewise-linear 1'
refuse 2 'expected 2 to 4096 bins' preprocess --schema schema.ini -o x.h5
schema '[encoding]' 'tempo = standard 4'
refuse 2 "more than encoding 'standard' takes" preprocess --schema schema.ini -o x.h5
schema '[encoding]' 'key = quantile'
refuse 2 "'key' has an encoding but no numeric feature" preprocess --schema schema.ini -o x.h5
schema '[encoding]' 'tempo = quantile' 'tempo = standard'
refuse 2 'given twice' preprocess --schema schema.ini -o x.h5
schema 'mode = cross key 0 1 0 x'
refuse 2 'expected a number' preprocess --schema schema.ini -o x.h5
schema 'mode = product_fraction'
refuse 2 'no column after' preprocess --schema schema.ini -o x.h5
printf '%s\n' '[table]' 'target = playlist_genre' '[columns]' 'key = integer 0 11' 'mode = is 1' >schema.ini
expect 0 '' preprocess --schema schema.ini -o flags.h5
refuse 3 '--periodic needs numeric features' ranks 2 train --preset study --data flags.h5 --run flags -q --periodic 4
refuse 2 '--bins goes with --encoding piecewise-linear, and with numbers' ranks 2 train --data flags.h5 --run flags -q --bins 4
refuse 2 '--bins goes with --encoding piecewise-linear$' "$GENRE_DIST" train --data standard.h5 --run flags -q --encoding auto --bins 4
[[ ! -e flags ]] || fail "refused options left a run directory behind"
refuse 2 'periodic' ranks 1 train --preset study --data standard.h5 --run x -q --periodic -1
finish
