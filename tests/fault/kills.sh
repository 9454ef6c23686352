#!/usr/bin/env bash
# Kills at random instants: tests/fault/kills.sh [SEED [COUNT]], with the program's path in GENRE_DIST.
#
# A training is killed COUNT times (20), by SIGKILL to a rank, to mpirun, or to all at once, at a random instant between its launch and its end,
# and resumed on 1 to 8 ranks each time. Whenever it comes to its end its files must hold the bits of an uninterrupted run; then another one starts.
. "$(dirname "$0")/faults.bash"
seed=${1:-1} count=${2:-20}
RANDOM=$seed
songs 400
options=(--data songs.h5 --hidden 8 --batch-size 32 --epochs 40 --batch-norm --dropout 0.1 --ema 0.9 --checkpoint-every 7 -q)

ranks 1 train --preset study "${options[@]}" --run whole >/dev/null 2>err.txt || { cat err.txt; exit 2; }
model=$(weights_of whole/model.h5) state=$(weights_of whole/checkpoint.h5)

declare -A kinds=([rank]=0 [mpirun]=0 [all]=0)
kills=0 finished=0 passed_over=0 launches=0 slowest=0 hung=0
while ((kills < count || launches == 0)); do
	ranks=$((RANDOM % 8 + 1)) instant=$(awk "BEGIN { printf \"%.3f\", 0.05 + $RANDOM / 32768 * (0.9 + 0.15 * $ranks) }")
	kind=$(printf 'rank\nmpirun\nall\n' | sed -n "$((RANDOM % 3 + 1))p") pick=$RANDOM
	mpirun -n "$ranks" "$GENRE_DIST" train --preset study "${options[@]}" --run victim --resume >out.txt 2>err.txt &
	launcher=$!
	launches=$((launches + 1))
	sleep "$instant"
	mapfile -t victims < <(pgrep -P "$launcher" 2>/dev/null)
	if kill -0 "$launcher" 2>/dev/null; then
		case $kind in
		rank) ((${#victims[@]} == 0)) || kill -KILL "${victims[pick % ${#victims[@]}]}" 2>/dev/null ;;
		mpirun) kill -KILL "$launcher" 2>/dev/null ;;
		all) kill -KILL "$launcher" "${victims[@]}" 2>/dev/null ;;
		esac
	fi
	start=$(now) by_itself=0
	if ! ended 120; then
		# A mpirun that deadlocks in its own end once its ranks are gone (seen where one is killed while MPI starts) is none of the program's.
		[[ -z $(marked) ]] || fail "ranks still there 120 s after a kill of $kind of $ranks ranks (seed $seed): $(marked | tr '\n' ' ')"
		by_itself=1 hung=$((hung + 1))
		kill -KILL "$launcher"
	fi
	wait "$launcher" 2>/dev/null
	code=$?
	gone 20
	seconds=$(since "$start")
	[[ -z ${GD_FAULT_VERBOSE:-} ]] || echo "$kind of $ranks ranks after $instant s: exit code $code, gone after $seconds s"
	passed_over=$((passed_over + $(grep -c 'passed over' err.txt)))
	if ((code != 0)); then
		kills=$((kills + 1)) kinds[$kind]=$((kinds[$kind] + 1))
		((by_itself)) || slowest=$(awk "BEGIN { print ($seconds > $slowest ? $seconds : $slowest) }")
		continue
	fi
	finished=$((finished + 1))
	equal "model after $kills kills (seed $seed)" "$(weights_of victim/model.h5)" "$model"
	equal "state after $kills kills (seed $seed)" "$(weights_of victim/checkpoint.h5)" "$state"
	rm -rf victim
done
# The last one to its end.
if [[ -e victim ]]; then
	expect 0 '' mpirun -n 2 "$GENRE_DIST" train --preset study "${options[@]}" --run victim --resume
	finished=$((finished + 1))
	equal "model at the end (seed $seed)" "$(weights_of victim/model.h5)" "$model"
	equal "state at the end (seed $seed)" "$(weights_of victim/checkpoint.h5)" "$state"
	equal "temporary files left" "$(find victim -name '*.tmp' | wc -l)" 0
	for group in optimizer ema history/train_loss history/validation_loss; do
		h5diff victim/checkpoint.h5 whole/checkpoint.h5 "/$group" "/$group" >/dev/null || fail "/$group differs at the end"
	done
fi
equal "checkpoints that were torn" "$passed_over" 0
echo "seed $seed: $kills kills (a rank ${kinds[rank]}, mpirun ${kinds[mpirun]}, all ${kinds[all]}), $finished trainings to their end with the same bits, slowest end $slowest s after the kill, mpirun hung by itself $hung times"
finish
