#!/usr/bin/env bash
# A host's link is cut in the middle of a training on three hosts (network namespaces): the job ends within a bound, on the cut host too.
. "$(dirname "$0")/faults.bash"
. "$(dirname "$0")/../network/hosts.bash"
# The launcher has to notice before a rank's watchdog calls for the end: Open MPI's mpirun, once it is ending a job, waits for a lost host without a bound.
hosts=3 watchdog=20

trap 'hosts_stop; rm -rf "$directory"' EXIT
hosts_start $hosts || { echo "skipped: network namespaces cannot be made here"; exit 77; }
songs 600

# launch OPTION...: one rank a host.
launch() {
	hosts_plan 1 -x GD_FAULT_MARK "$@" "$GENRE_DIST" train --preset study --data songs.h5 --run victim --hidden 8 --batch-size 64 --epochs 1000000 --watchdog $watchdog -q
	"${hosts_command[@]}" >out.txt 2>err.txt &
	launcher=$!
	for _ in $(seq 150); do [[ -e victim/checkpoint.h5 ]] && break; sleep 0.1; done
	[[ -e victim/checkpoint.h5 ]] || fail "no training over the hosts: $(head -n 5 err.txt)"
}

# The settings are those of the job scripts: without them a launcher does not notice for eight minutes.
launch --mca oob_tcp_keepalive_time 5 --mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 3
equal "processes on three hosts" "$(marked | grep -c .)" 3
hosts_cut 3
start=$(now)
(sleep 60; kill -KILL "$launcher") >/dev/null 2>&1 &
guard=$!
wait "$launcher"
code=$?
kill "$guard" $(pgrep -P "$guard") 2>/dev/null
seconds=$(since "$start")
echo "link cut: exit code $code after $seconds s"
# Open MPI 5's mpirun exits with 0 then; the lock that is left is what jobs/slurm.bash knows it by (tests/slurm/lost.sh).
if [[ $(mpirun --version) == *"(Open MPI) 4."* ]]; then
	((code != 0)) || fail "a cut link: exit code 0"
fi
[[ -e victim/lock ]] || fail "a cut link: nothing is left to know it by"
holds "a cut link: $seconds s" "$seconds <= 30"
grep -q "lost communication" err.txt || fail "a cut link: not a word: $(head -n 5 err.txt)"
gone 40
echo "all processes gone after $(since "$start") s"
expect 0 '' ranks 2 train --preset study --run victim --resume -q --max-steps 1
finish
