#!/usr/bin/env bash
# A rank that is stopped, or killed, in each phase: the job ends within the watchdog's bound, those that waited say so, and no process is left.
. "$(dirname "$0")/faults.bash"
songs 600
watchdog=2
options=(--data songs.h5 --hidden 8 --batch-size 64 --epochs 1000000 --watchdog $watchdog -q)

# launch: four ranks that train; their process ids, by rank, in `pids`.
launch() {
	local pid rank
	rm -rf victim
	mpirun -n 4 "$GENRE_DIST" train --preset study "${options[@]}" "$@" --run victim >out.txt 2>err.txt &
	launcher=$!
	for _ in $(seq 100); do [[ -e victim/checkpoint.h5 ]] && break; sleep 0.1; done
	pids=()
	for pid in $(marked); do
		rank=$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^OMPI_COMM_WORLD_RANK=//p')
		pids[rank]=$pid
	done
	equal "ranks that run" "${#pids[@]}" 4
}

# ended WHAT BOUND: waits for the end of the job.
ended() {
	local start code
	start=$(now)
	(sleep 60; kill -KILL "$launcher") >/dev/null 2>&1 &
	local guard=$!
	wait "$launcher"
	code=$?
	kill "$guard" $(pgrep -P "$guard") 2>/dev/null
	wait "$guard" 2>/dev/null
	local seconds
	seconds=$(since "$start")
	echo "$1: exit code $code after $seconds s"
	((code != 0)) || fail "$1: exit code 0"
	holds "$1: $seconds s" "$seconds <= $2"
	gone 10
}

# Whichever rank: the others say who they are, where and in what phase.
for rank in 0 2; do
	launch
	sleep 0.3
	kill -STOP "${pids[rank]}"
	ended "rank $rank stopped" $((watchdog + 12))
	for other in 0 1 2 3; do
		if ((other == rank)); then
			! grep -q "^genre-dist: rank $other on" err.txt || fail "rank $rank stopped, and speaks"
		else
			grep -Eq "^genre-dist: rank $other on '[^']+' has waited [0-9]+ s for other ranks in phase '" err.txt || fail "rank $rank stopped: rank $other says nothing"
		fi
	done
	expect 0 '' ranks 3 train --preset study --run victim --resume -q --max-steps 1
	launch
	kill -KILL "${pids[rank]}"
	ended "rank $rank killed" $((watchdog + 12))
	expect 0 '' ranks 2 train --preset study --run victim --resume -q --max-steps 1
done
# Two signals to all, at once and while the checkpoint is written.
launch
kill -USR1 "${pids[@]}"
kill -TERM "${pids[@]}"
wait "$launcher"
equal "exit code after two signals" $? 75
gone 10
expect 0 '' "$GENRE_DIST" info victim/checkpoint.h5

# Before the first step: a rank that stops while the dataset is read.
rm -rf victim
mpirun -n 3 "$GENRE_DIST" train --preset study "${options[@]}" --run victim >out.txt 2>err.txt &
launcher=$!
for _ in $(seq 1000); do
	[[ -e victim/lock ]] && break
	sleep 0.01
done
mapfile -t all < <(marked)
kill -STOP "${all[2]}"
ended "a rank stopped early on" $((watchdog + 12))

# Signals that come at every instant of the start are never lost, and never break anything.
for delay in 0.05 0.2 0.3 0.4 0.5 0.7; do
	rm -rf victim
	mpirun -n 2 "$GENRE_DIST" train --preset study "${options[@]}" --run victim >out.txt 2>err.txt &
	launcher=$!
	sleep "$delay"
	mapfile -t all < <(catching)
	if ((${#all[@]} == 2)); then
		kill -USR2 "${all[@]}"
	else
		while kill -USR1 "$launcher" 2>/dev/null; do sleep 0.5; done
	fi
	wait "$launcher"
	code=$?
	# Before the program has begun, a signal ends mpirun or the process as it always does.
	((code == 75 || ${#all[@]} < 2)) || fail "exit code $code after a signal $delay s from the launch: $(head -n 3 err.txt)"
	gone 10
done
finish
