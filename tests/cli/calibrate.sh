#!/usr/bin/env bash
# --calibrate: a temperature of the validation part in the model, the same on any number of ranks and over a resume, and used wherever the model is.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 3000 --seed 5 -o songs.csv 2>/dev/null || exit 2
"$GENRE_DIST" preprocess songs.csv -q -o songs.h5 || exit 2
"$GENRE_DIST" preprocess songs.csv -q --validation-fraction 0 -o whole.h5 || exit 2
of() { # FILE ATTRIBUTE: of the model group
	h5dump -a "/model/$2" "$1" 2>/dev/null | sed -n 's/.*(0): //p'
}
# Small steps until it is much too sure.
training=(--data songs.h5 --preset study --hidden 64 --epochs 12 --batch-size 64 --dropout 0 --seed 3)
for count in 1 3 8; do
	expect 0 '' ranks "$count" train --preset study --run "on-$count" -q "${training[@]}" --calibrate
	equal "temperature on $count ranks" "$(of "on-$count/model.h5" temperature)" "$(of on-1/model.h5 temperature)"
	equal "weights on $count ranks" "$(weights_of "on-$count/model.h5")" "$(weights_of on-1/model.h5)"
done
expect 0 '' ranks 2 train --preset study --run half -q "${training[@]}" --calibrate --max-steps 200
expect 0 '' ranks 3 train --preset study --run half --resume -q
equal "temperature after a resume" "$(of half/model.h5 temperature)" "$(of on-1/model.h5 temperature)"
expect 0 '' ranks 2 train --preset study --run off -q "${training[@]}" --no-calibrate
[[ -z $(of off/model.h5 temperature) ]] || fail "a temperature without --calibrate"
grep -qx 'calibrate = on' on-1/config.ini || fail "config.ini lacks calibrate"

# The last state is the most sure: its temperature is above 1, and both model and report say what it brings.
ranks 1 train --preset study --run said "${training[@]}" --calibrate >said.txt 2>&1
grep -Eq 'calibrated on the validation part: temperature [0-9.]+; log-loss [0-9.]+, before' said.txt || fail "train does not say what calibration brought"
"$GENRE_DIST" info on-1/model.h5 | tr -s ' \n' ' ' | grep -Eq 'calibrated on the validation part: temperature [0-9.]+; log-loss [0-9.]+, before' || fail "info does not show the temperature"
"$GENRE_DIST" report on-1 -o on-1.html -q && tr -s ' \n' ' ' <on-1.html | grep -Eq 'temperature of its probabilities.*fitted to the validation part: log-loss [0-9.]+, before' || fail "the report does not show the temperature"
/usr/bin/python3 - on-1 <<'END' || fail "the temperature is not what the validation part asks for"
import json, subprocess, sys, os
import h5py, numpy
with h5py.File(sys.argv[1] + "/model.h5") as file:
    model = dict(file["model"].attrs)
assert model["calibrated_log_loss"] <= model["uncalibrated_log_loss"], model
run = lambda *words: subprocess.run([os.environ["GENRE_DIST"], *words], check=True, capture_output=True, text=True).stdout
scores = json.loads(run("evaluate", sys.argv[1] + "/model.h5", "--data", "songs.h5", "--part", "validation", "--json"))
assert abs(scores["log_loss"] - model["calibrated_log_loss"]) < 1e-6, (scores["log_loss"], model)
assert abs(scores["brier"] - model["calibrated_brier"]) < 1e-6
# predict: the probabilities that evaluate scored, and, taken back to temperature 1, those that were there before; the least loss of them all is at the temperature.
run("predict", sys.argv[1] + "/model.h5", "songs.csv", "-o", "predicted.csv")
import csv
rows = list(csv.DictReader(open("predicted.csv")))
with h5py.File("songs.h5") as file:
    records, labels = file["validation/source_row"][:] - 1, file["validation/labels"][:]
    names = [n.decode() if isinstance(n, bytes) else n for n in file["preprocessing/class_names"][:]]
p = numpy.array([[float(rows[r]["probability_" + n]) for n in names] for r in records])
loss = lambda q: -numpy.log(q[numpy.arange(len(labels)), labels]).sum()
assert abs(loss(p) / len(labels) - model["calibrated_log_loss"]) < 1e-5
t = model["temperature"]
def at(sharpness):
    q = numpy.exp(sharpness * t * numpy.log(numpy.maximum(p, 1e-37)))
    return loss(q / q.sum(1, keepdims=True)) + 2 * (sharpness - 1) ** 2
assert abs(at(1) - 2 * 0 - model["uncalibrated_log_loss"] * len(labels)) < 1e-3 * len(labels)
assert at(1 / t) <= min(at(0.98 / t), at(1.02 / t)), t
END
# A temperature that is given divides the log-probabilities, and is said to be given.
expect 0 '' ranks 2 train "${training[@]}" --data whole.h5 --epochs 2 --run sure -q
expect 0 '' ranks 2 train "${training[@]}" --data whole.h5 --epochs 2 --run given -q --temperature 1.75
equal "a temperature that is given" "$(of given/model.h5 temperature)" 1.75
"$GENRE_DIST" info given/model.h5 | tr -s ' \n' ' ' | grep -q 'calibrated by temperature 1.750, which was given' || fail "info does not show the temperature that was given"
"$GENRE_DIST" report given -o given.html -q && tr -s ' \n' ' ' <given.html | grep -Eq 'temperature of its probabilities.*1\.750.*given' || fail "the report does not show the temperature that was given"
for run in sure given; do
	"$GENRE_DIST" predict $run/model.h5 songs.csv -o $run.csv -q || exit 2
done
/usr/bin/python3 - <<'END' || fail "a temperature that is given is not what divides the log-probabilities"
import csv, numpy
def of(name):
    rows = list(csv.DictReader(open(name)))
    return numpy.array([[float(v) for k, v in row.items() if k.startswith("probability_")] for row in rows])
sure, given = of("sure.csv") ** (1 / 1.75), of("given.csv")
assert abs(sure / sure.sum(1, keepdims=True) - given).max() < 2e-6
END
expect 0 '' ranks 1 train --data songs.h5 --epochs 1 --temperature 1.25 --run preset -q
equal "a temperature that is given beside a preset" "$(of preset/model.h5 temperature)" 1.25
refuse 2 '--temperature and --calibrate contradict each other' ranks 2 train --preset study --data songs.h5 --run x -q --calibrate --temperature 2
refuse 2 '--temperature 0.0001 is below 0.001' ranks 1 train --preset study --data songs.h5 --run x -q --temperature 0.0001
refuse 2 '--calibrate needs a validation part' ranks 2 train --preset study --data whole.h5 --run x -q --calibrate
finish
