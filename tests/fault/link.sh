#!/usr/bin/env bash
# A host's link is cut in the middle of a training on three hosts (network namespaces): the job ends within a bound, on the cut host too.
. "$(dirname "$0")/faults.bash"
prefix=gdf$$
# The launcher has to notice before a rank's watchdog calls for the end: Open MPI's mpirun, once it is ending a job, waits for a lost host without a bound.
hosts=3 watchdog=20

take_down() {
	local host
	for ((host = 1; host <= hosts; host++)); do ip netns del "${prefix}h$host" 2>/dev/null; done
	ip netns del "${prefix}s" 2>/dev/null
}
trap 'take_down; rm -rf "$directory"' EXIT

# A bridge in a namespace of its own, and three hosts on it.
set_up() {
	local host
	ip netns add "${prefix}s" && ip -n "${prefix}s" link add br0 type bridge && ip -n "${prefix}s" link set br0 up || return 1
	for ((host = 1; host <= hosts; host++)); do
		ip netns add "${prefix}h$host" && ip link add v0 netns "${prefix}h$host" type veth peer name "p$host" netns "${prefix}s" &&
			ip -n "${prefix}s" link set "p$host" master br0 up && ip -n "${prefix}h$host" addr add "10.77.0.$host/24" dev v0 &&
			ip -n "${prefix}h$host" link set v0 up && ip -n "${prefix}h$host" link set lo up || return 1
	done
}
command -v ip >/dev/null && command -v unshare >/dev/null && set_up 2>/dev/null && ip netns exec "${prefix}h1" unshare -m -u true 2>/dev/null ||
	{ echo "skipped: network namespaces cannot be made here"; exit 77; }

# What mpirun starts its daemons with: a host name and a /dev/shm of its own, as a real host has.
cat >agent <<'AGENT'
#!/usr/bin/env bash
host=$1
shift
exec ip netns exec "$host" unshare -m -u bash -c "mount --make-rprivate /; mount -t tmpfs -o mode=1777 tmpfs /dev/shm; hostname $host; cd '$PWD'; $*"
AGENT
chmod +x agent
songs 600

# over HOSTS... : the launch on one rank a host.
launch() {
	local list
	list=$(printf "${prefix}h%d:1," 1 2 3)
	./agent "${prefix}h1" "exec mpirun -n $hosts --host ${list%,} --mca plm rsh --mca plm_rsh_agent $PWD/agent --mca plm_rsh_no_tree_spawn 1 \
		--mca oob_tcp_if_include v0 --mca btl_tcp_if_include v0 --mca btl self,vader,tcp --mca mpi_yield_when_idle 1 -x GD_FAULT_MARK $* \
		$GENRE_DIST train --data songs.h5 --run victim --hidden 8 --batch-size 64 --epochs 1000000 --watchdog $watchdog -q" >out.txt 2>err.txt &
	launcher=$!
	for _ in $(seq 150); do [[ -e victim/checkpoint.h5 ]] && break; sleep 0.1; done
	[[ -e victim/checkpoint.h5 ]] || fail "no training over the hosts: $(head -n 5 err.txt)"
}

# The settings are those of the job scripts: without them a launcher does not notice for eight minutes.
launch --mca oob_tcp_keepalive_time 5 --mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 3
equal "processes on three hosts" "$(marked | grep -c .)" 3
ip -n "${prefix}s" link set p3 down
start=$(now)
(sleep 60; kill -KILL "$launcher") >/dev/null 2>&1 &
guard=$!
wait "$launcher"
code=$?
kill "$guard" $(pgrep -P "$guard") 2>/dev/null
seconds=$(since "$start")
echo "link cut: exit code $code after $seconds s"
((code != 0)) || fail "a cut link: exit code 0"
holds "a cut link: $seconds s" "$seconds <= 30"
grep -q "lost communication" err.txt || fail "a cut link: not a word: $(head -n 5 err.txt)"
gone 40
echo "all processes gone after $(since "$start") s"
expect 0 '' ranks 2 train --run victim --resume -q --max-steps 1
finish
