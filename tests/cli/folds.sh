#!/usr/bin/env bash
# --folds of train, sweep and baseline: the same on any number of ranks, each fold as trained alone, a model of all rows besides, and refusals.
[[ -w /dev/shm ]] && export TMPDIR=/dev/shm
. "$(dirname "$0")/checks.bash"
. "$GD_SOURCE_DIRECTORY/jobs/environment.sh"

"$GENRE_DIST" synth --rows 1000 --seed 4 -o songs.h5 >/dev/null 2>&1 || exit 2
options=(--preset study --data songs.h5 --hidden 16 --batch-size 100 --epochs 3 --checkpoint-every 0)

weights() {
	local fold
	for fold in 1 2 3 4; do
		echo "$(weights_of "$1/base-fold$fold/checkpoint.h5") $(weights_of "$1/base-fold$fold/model.h5")"
	done
}
for count in 1 3 8; do
	expect 0 '' ranks "$count" train "${options[@]}" --folds 4 --run "on$count" -q
	cp out.txt "table$count"
done
equal "different folds" "$(weights on1 | sort -u | wc -l)" 4
for count in 3 8; do
	equal "weights on $count ranks" "$(weights "on$count")" "$(weights on1)"
	equal "table on $count ranks" "$(cat "table$count")" "$(cat table1)"
done
equal "lines of the table" "$(grep -Ec '^([1-4]|mean|deviation) +[0-9]\.[0-9]{4} +[0-9]\.[0-9]{4}$' table1)" 6
holds "the mean is that of the folds" "$(awk '/^[1-4] / { sum += $2 } /^mean/ { mean = $2 } END { d = sum / 4 - mean; print (d < 0 ? -d : d) }' table1) < 0.0001"

expect 0 '' ranks 2 train "${options[@]}" --folds 4 --fold 3 --run alone -q
equal "a fold alone" "$(weights_of alone/model.h5)" "$(weights_of on1/base-fold3/model.h5)"
expect 0 '' ranks 2 verify alone

# Stopped, and gone on with on another number of ranks; and a model of all rows.
expect '75' 'go on with' ranks 2 train "${options[@]}" --folds 4 --run stopped -q --time-limit 0.02
expect 0 '' ranks 3 train "${options[@]}" --folds 4 --run stopped -q --resume --refit
equal "stopped and resumed" "$(weights stopped)" "$(weights on1)"
expect 0 '' ranks 1 train "${options[@]}" --run whole -q
equal "a model of all rows" "$(weights_of stopped/refit/model.h5)" "$(weights_of whole/model.h5)"

# The same where the preset decides what is not given.
expect 0 '' ranks 2 train --data songs.h5 --epochs 2 --folds 2 --refit --run preset -q
expect 0 '' ranks 1 train --data songs.h5 --epochs 2 --run preset_whole -q
equal "a model of all rows, by the preset" "$(weights_of preset/refit/model.h5)" "$(weights_of preset_whole/model.h5)"

# Without a validation part the folds say what it would have said: epochs, the mean of the best ones, and the mean of their temperatures.
"$GENRE_DIST" synth --rows 600 --seed 4 -o songs.csv -q || exit 2
"$GENRE_DIST" preprocess songs.csv --validation-fraction 0 -q -o blind.h5 || exit 2
of() { # MODEL ATTRIBUTE
	h5dump -m %.17g -a "$2" "$1" | sed -n 's/.*(0): //p'
}
for count in 1 3; do
	expect 0 '' ranks "$count" train --data blind.h5 --folds 2 --refit --run "blind$count" -q --hidden 12 --learning-rate 0.02 --dropout 0
done
for value in /model/temperature /progress/epoch; do
	equal "$value of a model of all rows on 3 ranks" "$(of blind3/refit/model.h5 $value)" "$(of blind1/refit/model.h5 $value)"
done
equal "a model of all rows without a validation part on 3 ranks" "$(weights_of blind3/refit/model.h5)" "$(weights_of blind1/refit/model.h5)"
read -r first second epochs <<<"$(for fold in 1 2; do of "blind1/base-fold$fold/model.h5" /progress/epoch; done | xargs) $(of blind1/refit/model.h5 /progress/epoch)"
equal "epochs of a model of all rows" "$epochs" $(((first + second + 1) / 2))
read -r first second both <<<"$(for fold in 1 2; do of "blind1/base-fold$fold/model.h5" /model/temperature; done | xargs) $(of blind1/refit/model.h5 /model/temperature)"
holds "the temperature of a model of all rows is the mean of $first and $second" "$(awk "BEGIN { d = $both - sqrt($first * $second); print (d < 0 ? -d : d) }") < 1e-9"
expect 0 '' ranks 2 train --data blind.h5 --run as_folds -q --config blind1/refit/config.ini
equal "its configuration trained alone" "$(weights_of as_folds/model.h5)" "$(weights_of blind1/refit/model.h5)"
equal "weight decay of the folds and of all rows" "$(grep '^weight-decay' blind1/refit/config.ini)" "$(grep '^weight-decay' blind1/base-fold1/config.ini)"
expect 0 '' ranks 1 train "${options[@]}" --data blind.h5 --folds 2 --refit --early-stop 2 --calibrate --run stops -q
equal "epochs that are given" "$(of stops/refit/model.h5 /progress/epoch)" 3

# A sweep has repeats of its own: each configuration on each fold.
printf '[base]\npreset = study\ndata = songs.h5\nhidden = 16\nbatch-size = 100\nepochs = 3\ncheckpoint-every = 0\nfolds = 4\n[vary]\ndropout = 0.2 0.5\n' >sweep.ini
expect 0 '' ranks 3 sweep sweep.ini --run sweep -q
grep -Eq '^0[12] +4/4 ' out.txt || fail "the sweep's table does not have four folds a configuration"
equal "a fold of a sweep" "$(weights_of sweep/01-fold2/model.h5)" "$(weights_of on1/base-fold2/model.h5)"

expect 0 '' ranks 1 baseline knn --data songs.h5 --folds 4 -q
cp out.txt knn
expect 0 '' ranks 3 baseline knn --data songs.h5 --folds 4 -q
equal "knn on 3 ranks" "$(cat out.txt)" "$(cat knn)"
equal "lines of the baseline's table" "$(grep -Ec '^([1-4]|mean|deviation) ' knn)" 6
expect 0 '' ranks 1 baseline logistic --data songs.h5 --folds 2 -q --json
holds "accuracy in JSON" "$(json_number out.txt accuracy) > 0.1"

# Groups stay together: the same on any number of ranks, of the dataset and of the folds.
"$GENRE_DIST" preprocess songs.csv --group track_artist --split grouped -q -o grouped.h5 || exit 2
expect 0 '' ranks 3 preprocess songs.csv --group track_artist --split grouped -q -o grouped3.h5
expect 0 '' h5diff grouped.h5 grouped3.h5 /train/group
expect 0 '' ranks 1 train "${options[@]}" --data grouped.h5 --folds 3 --run grouped1 -q
expect 0 '' ranks 3 train "${options[@]}" --data grouped3.h5 --folds 3 --run grouped3 -q
for fold in 1 2 3; do
	equal "grouped fold $fold" "$(weights_of "grouped3/base-fold$fold/model.h5")" "$(weights_of "grouped1/base-fold$fold/model.h5")"
done

refuse 2 "folds 1" ranks 1 train "${options[@]}" --folds 1 --run x
refuse 2 "fold 5 is more" ranks 1 train "${options[@]}" --folds 4 --fold 5 --run x
refuse 2 "refit" ranks 1 train "${options[@]}" --refit --run x
refuse 2 "max-steps" ranks 1 train "${options[@]}" --folds 4 --max-steps 3 --run x
refuse 2 "epochs 0 trains nothing" ranks 2 train "${options[@]}" --folds 4 --epochs 0 --run x
refuse 2 "early-stop needs a validation part" ranks 2 train "${options[@]}" --data blind.h5 --early-stop 2 --run x -q
[[ ! -e x ]] || fail "a refused command left a directory behind"
expect 0 '' ranks 2 train "${options[@]}" --folds 2 --initial '' --run unset -q
refuse 2 "1000 folds of 630 training rows leave some empty" ranks 2 train "${options[@]}" --folds 1000 --run x -q
# Folds that go on from a model that a preset shaped are shaped like it.
expect 0 '' ranks 2 train --data songs.h5 --folds 2 --initial preset_whole/model.h5 --epochs 1 --run onwards -q
equal "members of a fold" "$(h5dump -a /model/members onwards/base-fold1/model.h5 | grep '(0)')" "$(h5dump -a /model/members preset_whole/model.h5 | grep '(0)')"
refuse 2 "'on1' holds a sweep" ranks 2 train "${options[@]}" --run on1
refuse 2 "'on1' holds a sweep" ranks 1 train --run on1 --resume
[[ ! -e on1/checkpoint.h5 && ! -e on1/config.ini ]] || fail "a training among folds"
refuse 2 "another sweep" ranks 1 train "${options[@]}" --folds 4 --run on1
refuse 2 "contradict" ranks 1 baseline knn --data songs.h5 --folds 4 --part test
expect 0 '' ranks 2 baseline knn --data grouped.h5 --folds 4 -q
printf 'a,who,kind\n1,x,p\n2,x,q\n3,y,p\n4,y,q\n5,z,p\n6,z,q\n7,u,p\n8,u,q\n' >few.csv
"$GENRE_DIST" preprocess few.csv --target kind --group who --split grouped --validation-fraction 0 -o few.h5 -q 2>/dev/null
refuse 2 "groups are kept together" ranks 2 baseline knn --data few.h5 --folds 5 --neighbours 1
finish
