#!/usr/bin/env bash
# tune: the same search and models on any number of ranks and after a kill; a budget; refusals.
[[ -w /dev/shm ]] && export TMPDIR=/dev/shm
. "$(dirname "$0")/checks.bash"
. "$GD_SOURCE_DIRECTORY/jobs/environment.sh"

"$GENRE_DIST" synth --rows 700 --seed 4 -o songs.h5 >/dev/null 2>&1 || exit 2
printf 'hidden = 12\nepochs = 9\nbatch-size = 128\ncheckpoint-every = 0\n' >small.ini
search=(tune --data songs.h5 --config small.ini --trials 5 --best 2 --seed 3)

weights() {
	weights_of "$1/best/best-1/model.h5"
	weights_of "$1/best/best-2/model.h5"
}
for count in 1 3; do
	expect 0 'best-\*/model.h5' ranks "$count" "${search[@]}" --run "on$count"
done
equal "the leaderboard on 3 ranks" "$(cat on3/tune.txt)" "$(cat on1/tune.txt)"
equal "the best models on 3 ranks" "$(weights on3)" "$(weights on1)"
equal "two models" "$(weights on1 | sort -u | wc -l)" 2
equal "what is printed is what is kept" "$(cat out.txt)" "$(cat on3/tune.txt)"
grep -Eq '^1 +race-1/' on1/tune.txt || fail "no first of the leaderboard"
grep -Eq '^learning-rate +[01]\.[0-9]{2} ' on1/tune.txt || fail "what mattered does not name the learning rate"
names=$(sed -n 's/^trained on all of the training part: //p' on1/tune.txt)
equal "how many are trained in the end" "$(wc -w <<<"$names")" 2
grep -q "Chosen: $names\." on1/report.html 2>/dev/null && fail "a page before it was asked for"
grep -qx 'configurations in the race: 6' on1/tune.txt || fail "the leaderboard does not say how many took part"
grep -q 'hidden=' on1/tune.txt && fail "an option that the configuration sets was searched"
sort -c -n -k 3,3 <(sed -n '/^[0-9]/p' on1/tune.txt) || fail "the leaderboard is not sorted"
[[ -e on1/race-1/defaults-fold1/checkpoint.h5 ]] || fail "the defaults were not in the race"
refuse 2 "'on1' holds a search" ranks 2 train --data songs.h5 --run on1 -q
# The same as a page, and by info.
expect 0 '' "$GENRE_DIST" info on1
equal "the leaderboard by info" "$(sed 1,2d out.txt)" "$(cat on1/tune.txt)"
expect 0 "wrote 'on1/report.html'" "$GENRE_DIST" report on1
equal "rows of the page's leaderboard" "$(grep -c '<th scope="row">race-1/' on1/report.html)" "$(grep -c '^[0-9].* race-1/' on1/tune.txt)"
equal "rows of what mattered" "$(grep -c '^<tr><th scope="row">[a-z-]*</th><td class="w"' on1/report.html)" "$(sed -n '/^what mattered/,$p' on1/tune.txt | sed 1d | wc -l)"
grep -q "Chosen: $names\." on1/report.html || fail "the page does not name what was chosen"
grep -q 'on1/best/best-2/model.h5' on1/report.html || fail "the page does not name the second model"
# Halving: not everybody came to the end.
h5dump -y -d /trials/status on1/race-1/sweep.h5 | grep -q dropped || fail "nobody was dropped"
expect 0 '' ranks 2 evaluate on1/best/best-*/model.h5 --data songs.h5

# Killed anywhere, gone on with on another number of ranks.
for after in 0.7 1.5; do
	timeout -s KILL "$after" "$GENRE_DIST" "${search[@]}" --run "killed$after" >/dev/null 2>&1
	expect 0 '' ranks 2 "${search[@]}" --run "killed$after" --resume
	equal "killed after $after s" "$(weights "killed$after")" "$(weights on1)"
	equal "its leaderboard" "$(cat "killed$after/tune.txt")" "$(cat on1/tune.txt)"
done

# The defaults are the preset's: on the leaderboard, and when they are trained in the end, for as long as the folds, which are all that validates here, found best.
"$GENRE_DIST" synth --rows 700 --seed 4 -o songs.csv >/dev/null 2>&1
"$GENRE_DIST" preprocess songs.csv --validation-fraction 0 -o blind.h5 -q || fail "no dataset without a validation part"
settings() { grep -E '^(activation|dropout|optimizer|learning-rate|weight-decay|members|encoding|periodic) =' "$1/config.ini"; }
sed '/epochs/d' small.ini >open.ini
expect 0 '' ranks 2 tune --data blind.h5 --config open.ini --trials 1 --best 2 --folds 2 --run blind
grep -q 'race-1/defaults .* activation=silu .* optimizer=adamw .* members=16' blind/tune.txt || fail "the leaderboard does not show the preset's values"
equal "what the best two are trained with" "$(for run in blind/best/best-*; do settings "$run"; done | sort)" "$(for run in blind/race-1/*-fold1; do settings "$run"; done | sort)"
place=$(awk '/^[0-9].*race-1\/defaults/ { print $1 }' blind/tune.txt)
epochs=$(h5dump -y -d /trials/best_epoch blind/race-1/sweep.h5 | tr -dc '0-9, \n' | grep , | tr -d ' ')
grep -q "^epochs = $(awk -F, '{ print int(($1 + $2 + 1) / 2) }' <<<"$epochs")$" "blind/best/best-$place/config.ini" || fail "the epochs of the folds ($epochs) are not those of the end"
mean=$(for run in blind/race-1/defaults-fold*; do h5dump -m %.17g -a /model/temperature "$run/model.h5" | sed -n 's/.*(0): //p'; done | awk '{ sum += log($1) } END { printf "%.9f", exp(sum / NR) }')
equal "the temperature of the folds" "$(sed -n 's/^temperature = //p' "blind/best/best-$place/config.ini" | xargs printf %.9f)" "$mean"

# Sixteen members are drawn where there are not too many rows for a race of them.
printf 'hidden = 4\nepochs = 1\nbatch-size = 1024\ncheckpoint-every = 0\nperiodic = 0\nencoding = standard\n' >quick.ini
for rows in 2000 40000; do
	"$GENRE_DIST" synth --rows "$rows" --seed 4 -o "$rows.h5" >/dev/null 2>&1 || fail "no $rows songs"
	expect 0 '' "$GENRE_DIST" tune --data "$rows.h5" --config quick.ini --trials 8 --best 1 --folds 2 --run "of$rows"
done
grep -q 'members=16' of2000/tune.txt || fail "no sixteen members were drawn for few rows"
grep -q 'members=16' of40000/tune.txt && fail "sixteen members were drawn for many rows"
grep -q 'members=4' of40000/tune.txt || fail "no members were drawn for many rows"

# A budget: further races around the best so far while there is time, then as many as it lets; what was chosen stays when it is gone on with.
budget=(tune --data songs.h5 --config small.ini --budget 20s --run budget)
expect 0 '' ranks 2 "${budget[@]}"
kept() { for model in budget/best/best-*/model.h5; do weights_of "$model"; done; }
models=$(kept)
count=$(wc -l <<<"$models")
equal "how many are trained within the budget" "$(sed -n 's/^trained on all of the training part: //p' budget/tune.txt | wc -w)" "$count"
((count <= 8)) || fail "$count models of a budget"
races=$(ls -d budget/race-* | wc -l)
if ((races > 1)); then
	h5dump -y -d /trials/name budget/race-2/sweep.h5 | grep -q defaults && fail "the defaults are in the second race"
	grep -q "^configurations in the races: 27 [0-9]" budget/tune.txt || fail "the leaderboard does not say what the races were"
fi
expect 0 '' "$GENRE_DIST" "${budget[@]}" --resume
equal "the models of a budget, gone on with" "$(kept)" "$models"
equal "its races" "$(ls -d budget/race-* | wc -l)" "$races"
expect 0 '' "$GENRE_DIST" tune --data songs.h5 --config small.ini --budget 5s --best 1 --run one
equal "models by --best 1" "$(ls one/best/best-*/model.h5)" one/best/best-1/model.h5

refuse 2 "budget TIME or --trials N" "$GENRE_DIST" tune --data songs.h5
refuse 2 "budget TIME or --trials N" "$GENRE_DIST" tune --data songs.h5 --trials 3 --budget 1m
refuse 2 "expected a time" "$GENRE_DIST" tune --data songs.h5 --budget 10x
cp -r on1 torn && truncate -s 1000 torn/race-1/sweep.h5
refuse 3 "torn/race-1/sweep.h5" "$GENRE_DIST" report torn
refuse 2 "holds another tuning" "$GENRE_DIST" "${search[@]}" --run on1
refuse 2 "holds another run .'checkpoint.h5'" "$GENRE_DIST" "${search[@]}" --run "$(dirname "$(ls -d on1/best/*/checkpoint.h5 | head -1)")"
refuse 2 "holds another run .'sweep.h5'" "$GENRE_DIST" "${search[@]}" --run on1/best
refuse 3 "missing.h5" "$GENRE_DIST" tune --data missing.h5 --trials 3 --run x
finish
