#!/usr/bin/env bash
# sweep: the same weights on any number of ranks, as trained alone, and after a kill; halving; refusals.
# Hundreds of small files, each synced to the disk: in memory where that is to be had.
[[ -w /dev/shm ]] && export TMPDIR=/dev/shm
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 1200 --seed 4 -o songs.h5 >/dev/null 2>&1 || exit 2

cat >sweep.ini <<'END'
; 24 trials: 6 of [vary] and 2 by name, three seeds each
[sweep]
repeats = 3
evaluate = test
sort = test_accuracy
[base]
preset = study
data = songs.h5
hidden = 16
batch-size = 128
checkpoint-every = 0
epochs = 3
[vary]
learning-rate = 0.003, 0.01 0.03
dropout = uniform 0 0.5 2
[trial wide]
hidden = 64,32
epochs = 6          ; twice as long as the others
[trial wild]
optimizer = sgd
learning-rate = 1e6
END

# Name, state and weights of every trial, as the directories and sweep.h5 say them.
weights() {
	local trial
	for trial in "$1"/*/; do
		[[ -e $trial/model.h5 ]] && echo "$(basename "$trial") $(weights_of "$trial/model.h5")"
	done
}
recorded() {
	h5dump -y -d /trials/weights_sha256 -d /trials/status "$1/sweep.h5" | grep -v HDF5
}

for count in 1 3 8; do
	expect 0 "trial 'wild-seed0' diverged" ranks "$count" sweep sweep.ini --run "on$count"
	grep -q '^wild .*0/3' out.txt || fail "the table lacks the diverged trials"
done
equal "trials" "$(weights on1 | grep -vc wild)" 21
for count in 3 8; do
	equal "weights on $count ranks" "$(weights "on$count")" "$(weights on1)"
	equal "sweep.h5 on $count ranks" "$(recorded "on$count")" "$(recorded on1)"
done
sort -c -r -n -k 3,3 <(grep '3/3' out.txt) || fail "the table is not sorted"

# Alone.
expect 0 '' ranks 2 train --preset study --data songs.h5 --hidden 16 --batch-size 128 --epochs 3 --learning-rate 0.01 --dropout 0.5 --seed 2 --run alone -q
equal "04-seed2 trained alone" "$(weights_of alone/model.h5)" "$(weights_of on8/04-seed2/model.h5)"
expect 0 '' ranks 1 train --preset study --config on3/wide-seed1/config.ini --run from_config -q
equal "wide-seed1 trained alone" "$(weights_of from_config/model.h5)" "$(weights_of on8/wide-seed1/model.h5)"
expect 0 '' ranks 2 evaluate on1/05-seed0/model.h5 --data songs.h5 --json
accuracy=$(json_number out.txt accuracy)
h5dump -y -m %.15g -d /trials/test_accuracy on1/sweep.h5 >dump.txt
grep -q "${accuracy:0:8}" dump.txt || fail "the test accuracy $accuracy is not in sweep.h5"

# Two groups of three and two ranks.
sed 's/^repeats.*/ranks-per-trial = 2/' sweep.ini >pairs.ini
expect 0 'in 2 groups' ranks 5 sweep pairs.ini --run pairs
equal "groups of ranks" "$(weights_of pairs/wide/model.h5)" "$(weights_of on1/wide-seed0/model.h5)"

# Killed on the way, without a chance to write anything; resumed on another number of ranks.
mpirun -n 2 "$GENRE_DIST" sweep sweep.ini --run killed -q >out.txt 2>err.txt &
launcher=$!
for _ in $(seq 200); do
	(($(compgen -G 'killed/*/model.h5' | wc -l) >= 8)) && break
	sleep 0.02
done
kill -KILL $(pgrep -P $launcher) 2>/dev/null
wait $launcher 2>/dev/null
((($(compgen -G 'killed/*/model.h5' | wc -l)) < 21)) || fail "the sweep was through before it was killed"
finished=$(compgen -G 'killed/*/model.h5' | head -n 1)
before=$(stat -c %Y%i "$finished")
refuse 2 'holds another sweep' ranks 2 sweep sweep.ini --run killed
expect 0 '' ranks 3 sweep sweep.ini --run killed --resume
equal "weights after a kill" "$(weights killed)" "$(weights on1)"
equal "a finished trial's model is left alone" "$(stat -c %Y%i "$finished")" "$before"
equal "sweep.h5 after a kill" "$(recorded killed)" "$(recorded on1)"
expect 0 '24 trials' ranks 2 sweep sweep.ini --run killed --resume
grep -q ' 1/24 ' err.txt && fail "a finished sweep trains again"

# A limit of time, then a signal: exit code 75 and a hint.
sed 's/^epochs = 3/epochs = 100000/' pairs.ini >long.ini
expect 75 'go on with the same command and --resume' ranks 2 sweep long.ini --run hurried --time-limit 2
expect 75 'the same command and --run ./runs/sweep-[^ ]* --resume' ranks 2 sweep long.ini --time-limit 0.5
rm -r runs
expect 75 'resume' ranks 1 sweep sweep.ini --run later --time-limit 0.001 -q
expect 0 '' ranks 2 sweep sweep.ini --run later --resume -q
equal "weights after a time limit" "$(weights later)" "$(weights on1)"
mpirun -n 2 "$GENRE_DIST" sweep long.ini --run hurried --resume -q >out.txt 2>err.txt &
launcher=$!
sleep 1.5
kill -USR1 $launcher
wait $launcher
equal "exit code after SIGUSR1" $? 75
grep -q 'go on with the same command and --resume' err.txt || fail "no hint after a signal"

# Halving: 9 configurations, 3, 1; the survivor as trained alone. On any number of ranks the same, resumed too.
cat >halving.ini <<'END'
[sweep]
halving = 3
first-epochs = 1
trials = 9
seed = 7
[base]
preset = study
data = songs.h5
hidden = 16
batch-size = 128
schedule = cosine
epochs = 9
[vary]
learning-rate = log 1e-4 0.1
batch-size = 64 128 256
END
expect 0 'after 3 epochs 1 of 3' ranks 1 sweep halving.ini --run half1
expect 0 'after 1 epochs 3 of 9' ranks 3 sweep halving.ini --run half3
equal "halving on 3 ranks" "$(recorded half3)" "$(recorded half1)"
equal "finished" "$(recorded half1 | grep -o '"done"' | wc -l)" 1
survivor=$(dirname "$(grep -l 'epochs = 9' half1/*/config.ini | while read -r f; do h5dump -a /progress/epoch "$(dirname "$f")/checkpoint.h5" | grep -q '(0): 9' && echo "$f"; done)")
expect 0 '' ranks 1 train --preset study --config "$survivor/config.ini" --run survivor -q
equal "the survivor trained alone" "$(weights_of survivor/model.h5)" "$(weights_of "$survivor/model.h5")"
expect 75 '' ranks 2 sweep halving.ini --run half2 --time-limit 0.01 -q
expect 0 '' ranks 2 sweep halving.ini --run half2 --resume -q
equal "halving, resumed" "$(recorded half2)" "$(recorded half1)"

# One object a configuration.
expect 0 '' ranks 1 sweep sweep.ini --run on1 --resume --json -q
equal "JSON lines" "$(grep -c '^{"trial": ' out.txt)" 8
if command -v python3 >/dev/null; then
	python3 -c 'import json, sys; [json.loads(line) for line in open("out.txt")]' || fail "no JSON"
fi
expect 0 '' "$GENRE_DIST" info on1
grep -q 'wide-seed2 *done' out.txt || fail "info on a sweep"
sed -n '/^trial /,/^$/p' out.txt | grep ' done ' | sort -s -c -r -n -k 6,6 || fail "info's table is not sorted"
sed -n '/^trial /,/^$/p' out.txt | tail -n 4 | head -n 3 | grep -c '^wild-.* diverged ' | grep -qx 3 || fail "what diverged does not stand last"
expect 0 '' h5dump on1/sweep.h5

# Refusals.
with() {
	printf "$@" >bad.ini
}
with '[base]\ndata = songs.h5\nlerning-rate = 1\n'
refuse 2 "line 3 of 'bad.ini'.*did you mean 'learning-rate'" ranks 2 sweep bad.ini
with '[sweep]\nrepeat = 3\n'
refuse 2 "line 2 of 'bad.ini': unknown option 'repeat'; did you mean 'repeats'" ranks 1 sweep bad.ini
with '[vary]\ndropout =\n'
refuse 2 'line 2 .*empty list' ranks 2 sweep bad.ini
with '[vary]\ndropout = , ,\n'
refuse 2 'line 2 .*empty list' ranks 1 sweep bad.ini
with '[vary]\ndropout = 0.1 0.2 1.5\n'
refuse 2 "line 2 .*dropout.*'1.5'" ranks 1 sweep bad.ini
with '[trial a]\nhidden = 3\n[trial a]\nhidden = 4\n'
refuse 2 "second trial of the name 'a'" ranks 2 sweep bad.ini
with '[vary]\nhidden = 3 4\n[trial 01]\nhidden = 4\n'
refuse 2 "two trials of the name '01'" ranks 1 sweep bad.ini
with '[sweep]\nranks-per-trial = 3\n[base]\npreset = study\ndata = songs.h5\n'
refuse 2 "ranks-per-trial = 3.*2 ranks" ranks 2 sweep bad.ini
with '[base]\nrun = here\n'
refuse 2 "'run' is about one call" ranks 1 sweep bad.ini
with '[trial ../a]\nhidden = 3\n'
refuse 2 'letters, digits' ranks 1 sweep bad.ini
with '[vary]\nmomentum = 0.5 0.9\n'
refuse 2 "trial '01'.*sgd" ranks 1 sweep bad.ini
with '[sweep]\ntrials = 5\n'
refuse 2 'nothing is listed' ranks 1 sweep bad.ini
with '[vary]\nlearning-rate = log 0 1 5\n'
refuse 2 'begins above 0' ranks 1 sweep bad.ini
with 'hidden = 3\n'
refuse 2 'before any section' ranks 1 sweep bad.ini
with '[base]\ndata = absent.h5\n'
refuse 3 'absent.h5' ranks 2 sweep bad.ini
refuse 2 'absent.ini' ranks 2 sweep absent.ini
sed 's/^hidden = 16/hidden = 17/' sweep.ini >bad.ini
refuse 2 'other options' ranks 2 sweep bad.ini --run on1 --resume
[[ ! -e runs ]] || fail "a refused command left a directory behind"

# A class that the test part lacks: everything but its own row is scored.
"$GENRE_DIST" synth --rows 600 -o songs.csv >/dev/null 2>&1
python3 - <<'END' 2>/dev/null && {
import csv
rows = list(csv.reader(open('songs.csv')))
genre = rows[0].index('playlist_genre')
with open('lacking.csv', 'w', newline='') as out:
    w = csv.writer(out)
    w.writerow(rows[0] + ['part'])
    for i, r in enumerate(rows[1:]):
        part = ('train', 'validation', 'test')[(i % 5) // 2 if i % 5 < 4 else 2]
        w.writerow(r + ['train' if r[genre] == 'edm' and part == 'test' else part])
END
	expect 0 "class 'edm' has no test records" "$GENRE_DIST" preprocess lacking.csv -o lacking.h5 --split column --split-column part
	sed 's/songs.h5/lacking.h5/; s/^repeats = 3/repeats = 1/' sweep.ini >lacking.ini
	expect 0 '' ranks 2 sweep lacking.ini --run lacking -q
	grep -q '^wide .*1/1 .*0\.' out.txt || fail "no test accuracy where the test part lacks a class"
}
finish
