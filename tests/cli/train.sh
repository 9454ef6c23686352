#!/usr/bin/env bash
# Training as a user meets it: files, options, refusals.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 2000 --seed 3 -o songs.csv 2>/dev/null || exit 2
"$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || exit 2
small=(--data songs.h5 --hidden 16 --batch-size 256)

expect 0 '' ranks 2 train --preset study "${small[@]}" --run first --epochs 2
for file in config.ini metrics.h5 checkpoint.h5 best.h5 model.h5; do
	[[ -s first/$file ]] || fail "first/$file is missing"
done
[[ -e first/checkpoint.previous.h5 ]] || fail "no previous checkpoint"
grep -qx 'genre-dist: next: genre-dist evaluate first/model.h5 --data songs.h5' err.txt || fail "a training does not say what comes next"
grep -q 'first' out.txt || fail "the closing table does not name the run directory"
equal "lines a epoch on stderr" "$(grep -c '^epoch [12]/2 ' err.txt)" 2
! grep -q 'nothing to compute' err.txt || fail "two ranks have a block each"
expect 0 'a batch of 256 rows has 2 blocks: 1 of 3 ranks have nothing to compute' ranks 3 train --preset study "${small[@]}" --run idle --epochs 1
for file in first/*.h5 songs.h5; do
	expect 0 '' h5dump "$file"
	expect 0 '' h5ls -r "$file"
	expect 0 '' "$GENRE_DIST" info "$file"
done
expect 0 '' "$GENRE_DIST" info first
expect 0 '' h5diff first/model.h5 first/best.h5

# What h5py reads: strings as str, one length of metrics, and the hash of the weights as the format says it.
if /usr/bin/python3 -c 'import h5py' 2>/dev/null; then
	expect 0 '' /usr/bin/python3 -c "
import h5py, hashlib
f = h5py.File('first/model.h5', 'r')
m = f['model']
assert isinstance(f.attrs['format'], str) and f.attrs['format'] == 'genre-dist checkpoint'
assert list(m.attrs['hidden']) == [16] and m.attrs['inputs'] == 20 and m.attrs['classes'] == 6
h = hashlib.sha256()
for layer in range(2):
    for name in ('weight', 'bias'):
        h.update(m['dense_%d' % layer][name][()].astype('<f4').tobytes())
assert h.hexdigest() == f.attrs['weights_sha256']
assert m['dense_0/weight'].shape == (20, 16) and m['dense_1/bias'].shape == (6,)
axis = lambda name, k: [scale.name for scale in m[name].dims[k].values()]
assert axis('dense_0/weight', 0) == ['/preprocessing/feature_names']
assert axis('dense_1/weight', 1) == axis('dense_1/bias', 0) == ['/preprocessing/class_names']
assert not axis('dense_0/weight', 1) + axis('dense_1/weight', 0) + axis('dense_0/bias', 0)
d = h5py.File('songs.h5', 'r')
assert d['train/features'].dtype == 'f4' and d['train/labels'].dtype == 'i4' and d['train/source_row'].dtype == 'i8'
assert d['statistics/class_counts'].shape == (3, 6)
assert all(isinstance(n, str) for n in d['preprocessing/class_names'].asstr()[()])
x = d['train/features'][()].astype('f8')
assert abs(x.mean(0)).max() < 1e-6 and all(s == 0 or abs(s - 1) < 1e-5 for s in x.std(0))
e = h5py.File('first/metrics.h5', 'r')['epochs']
assert {len(e[k]) for k in e} == {2} and 'validation_accuracy' in e and 'units' in e['seconds'].attrs"
else
	echo "h5py is not here: the files were read by h5dump alone"
fi

# Finished; then nothing else may move in.
expect 0 'nothing to do' ranks 2 train --preset study --run first --resume
refuse 2 'holds another run' ranks 3 train --preset study "${small[@]}" --run first
refuse 2 "batch-size 128.*has '256'" ranks 2 train --preset study --run first --resume --batch-size 128
expect 0 'starting from the beginning' ranks 2 train --preset study "${small[@]}" --run fresh --resume --epochs 1
expect 0 '' ranks 1 train --preset study --run first --resume --epochs 3
equal "epochs in the metrics" "$(h5dump -d /epochs/epoch first/metrics.h5 | grep -c '(0): 1, 2, 3')" 1
grep -q 'another curve' err.txt && fail "a constant rate is warned of"
expect 0 '' ranks 1 train --preset study "${small[@]}" --run curve --epochs 2 --schedule cosine -q
expect 0 'warning: --epochs 3 instead of 2: .*another curve' ranks 2 train --preset study --run curve --resume --epochs 3 -q
expect 0 '' ranks 2 train --preset study --run curve --resume --epochs 3
grep -q 'another curve' err.txt && fail "the same epochs are warned of"

# A configuration file; the command line wins.
expect 0 '' ranks 1 train --preset study --config first/config.ini --run again --epochs 2 -q
printf 'hidden = 8\nbatch_size = 100\nepochs = 1\n' >own.ini
expect 0 '' ranks 1 train --preset study --data songs.h5 --config own.ini --run own --batch-size 200 -q
grep -q '^batch-size = 200' own/config.ini && grep -q '^hidden = 8' own/config.ini || fail "the command line does not win over the file"
printf 'hiden = 8\n' >misspelt.ini
refuse 2 "hiden" ranks 2 train --preset study --data songs.h5 --config misspelt.ini --run none
refuse 2 "absent.ini" ranks 2 train --preset study --data songs.h5 --config absent.ini --run none

# What is about one call stands there as a remark, and goes no further.
expect 0 '' ranks 1 train --preset study "${small[@]}" --run call --epochs 2 --max-steps 3 --time-limit 500 --progress off -q
for line in 'run = call' 'max-steps = 3' 'time-limit = 500' 'progress = off' 'resume = off'; do
	grep -qx "; $line" call/config.ini || fail "config.ini lacks '; $line'"
done
expect 0 '' ranks 1 train --preset study --config call/config.ini --run call2 -q
grep -qx '; max-steps = 0' call2/config.ini || fail "a call's limit is inherited"
expect 0 '' ranks 1 train --preset study --run call --resume -q
equal "on from a call's limit" "$(weights_of call/model.h5)" "$(weights_of call2/model.h5)"
h5diff call/model.h5 call2/model.h5 model || fail "models of two command lines"

# The average: of the parameters after each step, from the first ones on; it is what is kept.
if /usr/bin/python3 -c 'import h5py' 2>/dev/null; then
	average=("${small[@]}" --ema 0.75 --epochs 3 -q)
	expect 0 '' ranks 1 train --preset study --data songs.h5 --hidden 16 --epochs 0 --run average0 -q
	expect 0 '' ranks 2 train --preset study "${average[@]}" --run average --max-steps 1
	cp average/checkpoint.h5 average1.h5
	expect 0 '' ranks 1 train --preset study --run average --resume --max-steps 2 -q
	expect 0 '' /usr/bin/python3 -c "
import h5py
read = lambda path, tree: h5py.File(path, 'r')[tree + '/dense_0/weight'][()].astype('f8')
mean = read('average0/model.h5', 'model')
for path in 'average1.h5', 'average/checkpoint.h5':
    mean = 0.75 * mean + 0.25 * read(path, 'model')
    assert abs(read(path, 'ema') - mean).max() < 1e-6 and abs(read(path, 'model') - mean).max() > 1e-4
assert abs(read('average/model.h5', 'model') - mean).max() < 1e-6"
fi

# Limits of a run.
expect 0 '' ranks 2 train --preset study "${small[@]}" --run zero --epochs 0
[[ -s zero/model.h5 ]] || fail "--epochs 0 writes no model"
expect 0 'stopped early' ranks 1 train --preset study "${small[@]}" --run patient --epochs 60 --early-stop 2 --learning-rate 0.05
last=$(h5dump -a /progress/epoch patient/checkpoint.h5 | sed -n 's/.*(0): \([0-9]*\).*/\1/p')
holds "early stop" "$last < 60"
expect 0 'nothing to do' ranks 2 train --preset study --run patient --resume
# Few epochs at a time: neither finished nor stopped early.
expect 0 '' ranks 2 train --preset study "${small[@]}" --run pieces --epochs 60 --early-stop 20 --max-epochs 2
grep -q 'stopped early' err.txt && fail "--max-epochs is called an early stop"
"$GENRE_DIST" info pieces | grep -q '^state  *stopped$' || fail "two epochs of sixty are called finished"
expect 75 'resume' ranks 2 train --preset study "${small[@]}" --run hurried --epochs 1000000 --time-limit 3 -q
[[ -s hurried/model.h5 ]] || fail "a stopped run has no model"
expect 0 '' ranks 3 train --preset study --run hurried --resume --max-steps 1 -q
expect 4 'diverged' ranks 2 train --preset study "${small[@]}" --run wild --optimizer sgd --learning-rate 1e6 --activation relu --epochs 20
refuse 4 'diverged' ranks 2 train --preset study "${small[@]}" --run wild2 --optimizer sgd --learning-rate 1e6 --activation relu --epochs 20 -q
expect 0 '' ranks 2 train --preset study "${small[@]}" --run warm --initial first/model.h5 --epochs 1 -q
# What a preset decided once is the model's, not a guess anew.
expect 0 'preset auto' ranks 2 train --data songs.h5 --run guessed --activation tanh --epochs 1
expect 0 "as 'guessed/model.h5' has it: --hidden 256,256 --activation tanh --batch-norm off --members 16" ranks 3 train --data songs.h5 --run onwards --initial guessed/model.h5 --epochs 1
expect 0 '' ranks 1 train --data songs.h5 --run same --initial guessed/model.h5 --epochs 0 -q
equal "weights of the initial model" "$(weights_of same/model.h5)" "$(weights_of guessed/model.h5)"
refuse 3 "absent.h5" ranks 2 train --data songs.h5 --run absent --initial absent.h5 -q
refuse 3 'another shape' ranks 2 train --preset study --data songs.h5 --hidden 17 --run absent --initial first/model.h5
[[ ! -e absent ]] || fail "an initial model that is absent, or of another shape, leaves a directory"
# It is read once: without the 56 bytes of its digest each reading would warn.
cp guessed/model.h5 loose.h5
truncate -s -56 loose.h5
expect 0 "'loose.h5' has no digest" ranks 2 train --data songs.h5 --run loosened --initial loose.h5 --epochs 0 -q
equal "readings of the initial model" "$(grep -c 'no digest' err.txt)" 1
expect 0 '' ranks 2 train --preset study "${small[@]}" --run fast --reduction fast --epochs 2 -q

# A signal: every rank checkpoints at one step and leaves with 75.
mpirun -n 2 "$GENRE_DIST" train --preset study "${small[@]}" --run signalled --epochs 1000000 -q >out.txt 2>err.txt &
launcher=$!
for _ in $(seq 100); do
	[[ -e signalled/checkpoint.h5 ]] && break
	sleep 0.1
done
kill -USR1 $launcher
wait $launcher
equal "exit code after SIGUSR1" $? 75
expect 0 '' "$GENRE_DIST" info signalled/checkpoint.h5

# A damaged checkpoint is named and passed over.
expect 0 '' ranks 1 train --preset study "${small[@]}" --run torn --epochs 4 --max-steps 12 -q
truncate -s -100 torn/checkpoint.h5
expect 0 'passed over' ranks 2 train --preset study --run torn --resume -q
expect 0 '' ranks 1 train --preset study "${small[@]}" --run sound --epochs 4 -q
equal "bits after a damaged checkpoint" "$(weights_of torn/model.h5)" "$(weights_of sound/model.h5)"

# Usage.
refuse 2 "did you mean '--epochs'" ranks 2 train --preset study --data songs.h5 --epoch 3
refuse 2 'epochs' ranks 2 train --preset study --data songs.h5 --epochs -1
refuse 2 'dropout' ranks 1 train --preset study --data songs.h5 --dropout 1
refuse 2 'momentum' ranks 2 train --preset study --data songs.h5 --momentum 0.9
refuse 2 'nesterov' ranks 1 train --preset study --data songs.h5 --optimizer sgd --nesterov
refuse 2 'resume' ranks 1 train --preset study --data songs.h5 --resume
refuse 2 'optimizer' ranks 1 train --preset study --data songs.h5 --optimizer rmsprop
refuse 2 'warmup' ranks 1 train --preset study --data songs.h5 --warmup-epochs 40
refuse 2 'warmup-epochs 5 is more than --epochs 4' ranks 2 train --data songs.h5 --warmup-epochs 5 --epochs 4 -q
refuse 2 'batch-norm needs two rows' ranks 2 train --preset study --data songs.h5 --batch-norm --batch-size 1
refuse 2 'contradict' ranks 1 train --preset study --data songs.h5 --quiet --progress on
refuse 2 "data: expected FILE.h5, found ''" ranks 2 train --preset study --data ''
refuse 2 "run: expected DIR, found ''" ranks 2 train --preset study --data songs.h5 --run ''
refuse 2 "data: expected FILE.h5, found ''" "$GENRE_DIST" evaluate zero/model.h5 --data ''
refuse 2 'cannot keep this name' ranks 2 train --preset study --data 'songs ;1.h5'
refuse 2 'drop-last leaves no batch: --batch-size 5000 is more than the 1260 rows' ranks 2 train --preset study --data songs.h5 --drop-last --batch-size 5000
expect 0 '' "$GENRE_DIST" preprocess songs.csv -o whole.h5 --validation-fraction 0
refuse 2 "train takes options only, found 'songs.h5'; a dataset is named by --data songs.h5" ranks 2 train songs.h5
refuse 2 "tune takes options only, found 'absent'; 'genre-dist tune --help' lists" "$GENRE_DIST" tune absent
refuse 2 'early-stop needs a validation part' ranks 2 train --preset study --data whole.h5 --early-stop 2
[[ ! -e runs ]] || fail "a refused command left a run directory behind"
# The preset has more epochs than the table of options.
expect 0 '' ranks 1 train --data songs.h5 --hidden 8 --run long_warm --warmup-epochs 35 --max-steps 1
# Without a validation part there is nothing to print.
expect 0 '' ranks 1 train --preset study --data whole.h5 --hidden 8 --run blind --epochs 1
grep -Eq '^last +1 .* - +-$' out.txt || fail "no dash for what was not validated: $(cat out.txt)"
"$GENRE_DIST" info blind | grep -qi nan && fail "info prints what was not validated as nan"

# Data that is none.
refuse 3 "absent.h5" ranks 3 train --preset study --data absent.h5
echo hello >text.h5
refuse 3 "text.h5" ranks 3 train --preset study --data text.h5
refuse 3 "checkpoint" ranks 2 train --preset study --data first/model.h5
head -c 3000 songs.h5 >cut.h5
refuse 3 "cut.h5" ranks 2 train --preset study --data cut.h5
[[ ! -e runs ]] || fail "bad data left a run directory behind"

# Help needs no launcher and names every option.
expect 0 '' "$GENRE_DIST" train --help
grep -q -- '--label-smoothing' out.txt || fail "help lacks an option"
refuse 2 "did you mean 'train'" "$GENRE_DIST" trian
# The bar takes no more than a terminal's line, however narrow; what a full disk keeps from beginning leaves no directory.
bar=$(script -qefc "stty cols 30; TERM=xterm NO_COLOR= $GENRE_DIST train --preset study --data songs.h5 --run narrow --epochs 3" /dev/null </dev/null | tr '\r' '\n' | sed -n 's/^\x1b\[K\(.\)/\1/p' | grep -v validation)
holds "columns of the bar '$bar'" "${#bar} > 0 && $(awk '{ if (length > m) m = length } END { print m + 0 }' <<<"$bar") < 30"
bash -c 'trap "" XFSZ; ulimit -f 0; exec "$GENRE_DIST" train --preset study --data songs.h5 --run full -q' 2>&1 </dev/null | cat >out.txt
grep -q "cannot write 'full/lock': file too large" out.txt || fail "no room for a run: $(cat out.txt)"
[[ ! -e full ]] || fail "a run without room leaves its directory"
finish
