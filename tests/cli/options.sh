#!/usr/bin/env bash
# Every option of train does something, and a resume refuses it where it would change the bits: each has a line below.
. "$(dirname "$0")/checks.bash"
. "$GD_SOURCE_DIRECTORY/jobs/environment.sh"

"$GENRE_DIST" synth --rows 700 --seed 3 -o songs.h5 >/dev/null 2>&1 || exit 2
cp songs.h5 moved.h5

# train RUN OPTION...: a small training; `weights` are the hashes of its last and of its best ones.
train() {
	local run=$1
	shift
	"$GENRE_DIST" train --preset study --data songs.h5 --run "$run" --hidden 8 --epochs 2 --batch-size 64 -q "$@" >/dev/null 2>err.txt </dev/null || fail "train $*: $(cat err.txt)"
	weights="$(weights_of "$run/checkpoint.h5") $(weights_of "$run/model.h5")"
}

declare -A listed weights_without
# option KIND NAME VALUE [OPTION...]: VALUE (- for a flag) makes other weights than the training without it, beside the options that it needs to matter
# (KIND bits), and is refused on --resume; or the same ones, and is not (same). KIND more: other weights, but a resume may ask for it; KIND model: the same
# weights, but another model.
option() {
	local kind=$1 name=$2 value=$3 without
	shift 3
	without=without$(printf '%s' "$@" | tr -c 'a-z0-9.\n' _)
	local -a given=("--$name")
	[[ $value == - ]] || given+=("$value")
	listed[$name]=1
	if [[ ! ${weights_without[$without]-} ]]; then
		train "$without" "$@"
		weights_without[$without]=$weights
	fi
	train "with-$name" "$@" "${given[@]}"
	checks=$((checks + 1))
	if [[ $kind == same || $kind == model ]]; then
		[[ $weights == "${weights_without[$without]}" ]] || fail "--$name $value changes the weights"
	elif [[ $weights == "${weights_without[$without]}" ]]; then
		fail "--$name $value changes nothing"
	fi
	if [[ $kind == bits || $kind == model ]]; then
		expect 2 "'--$name .*would change the run" "$GENRE_DIST" train --preset study --run "$without" --resume "$@" "${given[@]}"
	else
		expect 0 '' "$GENRE_DIST" train --preset study --run "$without" --resume "$@" "${given[@]}"
	fi
}
# Options about one call alone: what they do is tested elsewhere; config.ini keeps them as comments, if at all.
call() {
	local name
	for name; do
		listed[$name]=1
		grep -q "^$name = " without/config.ini && fail "config.ini keeps --$name, which is about one call alone"
	done
}

option bits preset auto
option bits encoding piecewise-linear
option bits bins 8 --encoding piecewise-linear
option bits hidden 12
option bits activation tanh
option bits batch-norm -
option bits members 3
option bits periodic 2
option bits periodic-scale 0.7 --periodic 2
option bits periodic-width 3 --periodic 2
option bits dropout 0.5
option bits input-dropout 0.3
option bits init he
option bits output-std 0.01
option bits optimizer sgd
option bits learning-rate 0.01
option bits momentum 0.9 --optimizer sgd
option bits nesterov - --optimizer sgd --momentum 0.5
option bits beta1 0.8
option bits beta2 0.9
option bits epsilon 0.001
option bits weight-decay 0.1
option bits decay weights --weight-decay 0.1
option bits class-weights balanced
option bits clip-norm 0.01
option bits label-smoothing 0.1
option bits schedule cosine
option bits gamma 0.5 --schedule step --step-epochs 1
option bits step-epochs 2 --schedule step --step-epochs 1
option bits warmup-epochs 1
option more epochs 3
option bits batch-size 128
option bits drop-last -
option bits window 200
option bits ema 0.9
option bits early-stop 1 --learning-rate 0.5 --epochs 8
option bits folds 4 --folds 3 --fold 1
option bits fold 2 --folds 3 --fold 1
option bits calibrate - --learning-rate 0.05 --epochs 12
option model temperature 1.5
option bits seed 1
option bits reduction fast --batch-size 400
option bits initial without/model.h5
option same data moved.h5
option same shard-optimizer -
option same checkpoint-every 3
option same checkpoint-seconds 0
option same watchdog 20
call refit run config max-steps max-epochs time-limit resume progress quiet verbose help

# idle OPTION... -- WORDS: an option that changes nothing beside the others is said; its default, as in a config.ini in full, is not.
idle() {
	local -a given=()
	while [[ $1 != -- ]]; do
		given+=("$1")
		shift
	done
	expect 0 "$2" "$GENRE_DIST" train --preset study --data songs.h5 --run idle --hidden 8 --epochs 0 "${given[@]}"
	grep -c 'has no effect' err.txt | grep -qx 1 || fail "not one option is called idle: ${given[*]}"
	rm -r idle
}
idle --gamma 0.5 -- '--gamma 0.5 has no effect: it goes with --schedule step'
idle --step-epochs 3 --schedule cosine -- '--step-epochs 3 has no effect: it goes with --schedule step'
idle --periodic-scale 1 -- '--periodic-scale 1 has no effect: it goes with --periodic'
idle --periodic-width 3 -- '--periodic-width 3 has no effect: it goes with --periodic'
idle --optimizer sgd --beta1 0.8 -- '--beta1 0.8 has no effect: it goes with --optimizer adam or adamw'
idle --optimizer sgd --beta2 0.8 -- '--beta2'
idle --optimizer sgd --epsilon 0.1 -- '--epsilon'
idle --decay weights -- '--decay weights has no effect: it goes with --weight-decay'
idle --hidden none --activation tanh -- '--activation tanh has no effect'
idle --hidden none --batch-norm -- '--batch-norm on has no effect'
idle --hidden none --dropout 0.5 -- '--dropout 0.5 has no effect'
idle --initial without/model.h5 --init he -- '--init he has no effect'
idle --initial without/model.h5 --output-std 1 -- '--output-std 1 has no effect'
expect 0 '' "$GENRE_DIST" train --config without/config.ini --run idle --epochs 0
grep -q 'has no effect' err.txt && fail "a config.ini has idle options: $(cat err.txt)"
awk 'BEGIN { print "a,b,kind"; for (i = 0; i < 90; i++) printf "a%d,b%d,k%d\n", i % 3, i * 7 % 4, i % 2 }' >texts.csv
expect 0 '' "$GENRE_DIST" preprocess texts.csv --target kind
expect 0 '--encoding quantile has no effect: it goes with numbers' "$GENRE_DIST" train --data texts.h5 --run texts --epochs 0 --encoding quantile

# All options at once are no more than a command line takes.
mapfile -t all < <(sed -n 's/^\([a-z0-9-]*\) = \(.*\)/--\1\n\2/p' without/config.ini)
words=()
for ((i = 0; i < ${#all[@]}; i += 2)); do
	case ${all[i + 1]} in
	on) words+=("${all[i]}") ;;
	off) words+=("--no-${all[i]#--}") ;;
	*) words+=("${all[i]}" "${all[i + 1]}") ;;
	esac
done
holds "words of all options" "${#words[@]} > 80"
expect 0 '' "$GENRE_DIST" train "${words[@]}" --run all -q
equal "the run by all options" "$(weights_of all/model.h5)" "$(weights_of without/model.h5)"

while IFS= read -r name; do
	checks=$((checks + 1))
	[[ ${listed[$name]-} ]] || fail "no line of this test is about --$name"
done < <("$GENRE_DIST" train --help | sed -n 's/^  *\(-., \)\{0,1\}--\(\[no-\]\)\{0,1\}\([a-z0-9-]*\).*/\3/p')
finish
