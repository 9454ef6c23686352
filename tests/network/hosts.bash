# shellcheck shell=bash
# Hosts on this machine, for tests: network namespaces with a host name and a /dev/shm of their own, so that MPI takes them for
# different hosts and sends by TCP. Sourced; whoever stops using them calls hosts_stop. 10.77.0.N is host N, `v0` its only link.
#
#   hosts_start COUNT [RATE]           joined by veth and a bridge; RATE (100mbit, as tc takes it) limits each direction of each link
#   hosts_start_delayed COUNT MICROSECONDS RATE   joined by the switch of delay_switch.c, GD_DELAY_SWITCH; RATE in Mbit/s, 0: no limit
#   hosts_mpirun RANKS WORD...         mpirun with so many ranks on each host; words without blanks
#   hosts_plan RANKS WORD...           that command, into the array hosts_command, for who runs it in the background and wants its process
#   hosts_cut HOST                     takes the switch's end of a host's link down (not of delayed ones)
#   hosts_sent HOST                    bytes that have left the host
#   hosts_stop
# The first two fail where namespaces are not allowed, and leave nothing behind then.
hosts_prefix=gd$$
hosts_count=0
hosts_switch=

hosts_stop() {
	local host
	[[ ! $hosts_switch ]] || { kill "$hosts_switch" && wait "$hosts_switch"; } 2>/dev/null || true
	for ((host = 1; host <= hosts_count; host++)); do ip netns del "${hosts_prefix}h$host" 2>/dev/null || true; done
	((!hosts_count)) || ip netns del "${hosts_prefix}s" 2>/dev/null || true
	hosts_count=0 hosts_switch=
}

# The namespaces; the link is left to the caller.
hosts_make() {
	local host
	command -v ip >/dev/null && command -v unshare >/dev/null || return
	hosts_count=$1
	for ((host = 1; host <= hosts_count; host++)); do ip netns add "${hosts_prefix}h$host" || return; done
	ip netns exec "${hosts_prefix}h1" unshare -m -u true
}

hosts_address() {
	local host
	for ((host = 1; host <= hosts_count; host++)); do
		ip -n "${hosts_prefix}h$host" addr add "10.77.0.$host/24" dev v0 && ip -n "${hosts_prefix}h$host" link set v0 up &&
			ip -n "${hosts_prefix}h$host" link set lo up || return
	done
	hosts_agent
}

hosts_bridge() {
	local rate=$1 host
	ip netns add "${hosts_prefix}s" && ip -n "${hosts_prefix}s" link add br0 type bridge && ip -n "${hosts_prefix}s" link set br0 up || return
	for ((host = 1; host <= hosts_count; host++)); do
		ip link add v0 netns "${hosts_prefix}h$host" type veth peer name "p$host" netns "${hosts_prefix}s" &&
			ip -n "${hosts_prefix}s" link set "p$host" master br0 up || return
		[[ $rate ]] || continue
		tc -n "${hosts_prefix}h$host" qdisc add dev v0 root tbf rate "$rate" burst 64kb latency 100ms &&
			tc -n "${hosts_prefix}s" qdisc add dev "p$host" root tbf rate "$rate" burst 64kb latency 100ms || return
	done
}

# What mpirun starts its daemons with.
hosts_agent() {
	cat >agent <<-AGENT
		#!/usr/bin/env bash
		host=\$1
		shift
		exec ip netns exec "\$host" unshare -m -u bash -c "mount --make-rprivate /; mount -t tmpfs -o mode=1777 tmpfs /dev/shm; hostname \$host; cd '$PWD'; \$*"
	AGENT
	chmod +x agent
}

hosts_start() {
	hosts_make "$1" 2>/dev/null && hosts_bridge "${2-}" 2>/dev/null && hosts_address 2>/dev/null || { hosts_stop; return 1; }
}

hosts_start_delayed() {
	local host names=() try
	hosts_make "$1" 2>/dev/null || { hosts_stop; return 1; }
	for ((host = 1; host <= hosts_count; host++)); do names+=("/run/netns/${hosts_prefix}h$host"); done
	"$GD_DELAY_SWITCH" "$2" "$3" "${names[@]}" >switch.txt 2>&1 &
	hosts_switch=$!
	for try in $(seq 100); do grep -q ready switch.txt && break; sleep 0.05; done
	grep -q ready switch.txt && hosts_address 2>/dev/null || { hosts_stop; return 1; }
}

hosts_plan() {
	local ranks=$1 host list= agent=rsh memory=vader
	shift
	[[ $(mpirun --version) != *"(Open MPI) 4."* ]] && agent=ssh memory=sm # Open MPI 5's names of the same
	for ((host = 1; host <= hosts_count; host++)); do list+=,${hosts_prefix}h$host:$ranks; done
	hosts_command=(./agent "${hosts_prefix}h1" "exec mpirun -n $((hosts_count * ranks)) --host ${list#,} --map-by ppr:$ranks:node --mca plm $agent --mca plm_${agent}_agent $PWD/agent --mca plm_${agent}_no_tree_spawn 1 \
		--mca oob_tcp_if_include v0 --mca btl_tcp_if_include v0 --mca pml ob1 --mca btl self,$memory,tcp --mca mpi_yield_when_idle 1 $*")
}

hosts_mpirun() {
	hosts_plan "$@"
	"${hosts_command[@]}"
}

hosts_cut() {
	ip -n "${hosts_prefix}s" link set "p$1" down
}

hosts_sent() {
	ip netns exec "${hosts_prefix}h$1" cat /sys/class/net/v0/statistics/tx_bytes 2>/dev/null || ip -n "${hosts_prefix}h$1" -s link show v0 | awk '/TX:/ { getline; print $1 }'
}
