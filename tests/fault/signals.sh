#!/usr/bin/env bash
# Signals at random instants: tests/fault/signals.sh [SEED [COUNT]], with the program's path in GENRE_DIST.
#
# A training on 1 to 8 ranks is sent SIGTERM, SIGINT, SIGUSR1 or SIGUSR2 COUNT times (8), to one rank or to all, half of the times followed by a second one, at a random instant
# from when it takes signals: while MPI starts, while the data are read, in a step, in validation, while a checkpoint is written. It ends with a checkpoint and exit code
# 75, and goes on from there, as after a signal to mpirun; what is there at the end has the bits of an undisturbed training.
. "$(dirname "$0")/faults.bash"
seed=${1:-1} count=${2:-8}
RANDOM=$seed
songs 1500
# Much validation, many checkpoints: each phase has its share of the time.
"$GENRE_DIST" preprocess songs.csv --validation-fraction 0.6 --force >/dev/null 2>&1 || exit 2
options=(--data songs.h5 --hidden 32,32 --batch-size 64 --epochs 1000000 --checkpoint-every 3 -q)
signals=(TERM INT USR1 USR2)

for ((i = 1; i <= count; i++)); do
	ranks=$((RANDOM % 8 + 1)) instant=$(awk "BEGIN { printf \"%.3f\", ($RANDOM / 32768) ^ 2 * 1.5 }") signal=${signals[RANDOM % 4]} all=$((RANDOM % 2)) again=$((RANDOM % 2))
	mpirun -n "$ranks" "$GENRE_DIST" train --preset study "${options[@]}" --run victim --resume >out.txt 2>err.txt &
	launcher=$!
	for _ in $(seq 1000); do
		mapfile -t victims < <(catching)
		((${#victims[@]} == ranks)) && break
		sleep 0.02
	done
	((all)) || victims=("${victims[RANDOM % ${#victims[@]}]}")
	sleep "$instant"
	kill -"$signal" "${victims[@]}"
	((again)) && kill -"${signals[RANDOM % 4]}" "${victims[@]}" 2>/dev/null
	start=$(now)
	wait "$launcher"
	code=$?
	what="$signal to ${#victims[@]} of $ranks ranks after $instant s (seed $seed)"
	[[ -z ${GD_FAULT_VERBOSE:-} ]] || echo "$what: exit code $code after $(since "$start") s, $(grep -o 'stopped at step [0-9]* ([^)]*)' err.txt)"
	equal "$what: exit code" "$code" 75
	grep -q "stopped at step [0-9]* (.*) with a checkpoint" err.txt || fail "$what: $(grep genre-dist: err.txt)"
	gone 10
done
# To mpirun itself: at SIGTERM it leaves the ranks time for their checkpoint and exits with 1, as its manual and ours say; SIGUSR1 it hands on.
for signal in TERM USR1; do
	mpirun -n 3 "$GENRE_DIST" train --preset study "${options[@]}" --run victim --resume >out.txt 2>err.txt &
	launcher=$!
	for _ in $(seq 1000); do
		mapfile -t victims < <(catching)
		((${#victims[@]} == 3)) && break
		sleep 0.02
	done
	sleep 0.5
	kill -"$signal" "$launcher"
	wait "$launcher"
	equal "exit code of mpirun at SIG$signal" "$?" $([[ $signal == TERM ]] && echo 1 || echo 75)
	# (What ranks say once a SIGTERM has come, Open MPI 5's mpirun passes on no more.)
	[[ $signal == TERM && $(mpirun --version) != *"Open MPI) 4"* ]] ||
		grep -q "stopped at step [0-9]* (.*) with a checkpoint" err.txt || fail "SIG$signal to mpirun: $(grep genre-dist: err.txt)"
	equal "state after SIG$signal to mpirun" "$(sed -n 's/^state = //p' victim/status.txt)" stopped
	gone 10
done
step=$(h5dump -a /progress/step victim/checkpoint.h5 | sed -n 's/.*(0): \([0-9]*\).*/\1/p')
ranks 1 train --preset study "${options[@]}" --checkpoint-every 0 --max-steps "$step" --run whole >/dev/null 2>err.txt || { cat err.txt; exit 2; }
equal "bits at step $step (seed $seed)" "$(weights_of victim/checkpoint.h5)" "$(weights_of whole/checkpoint.h5)"
echo "seed $seed: $count signals, $step steps"
finish
