# shellcheck shell=bash
# A SLURM cluster of several nodes on this machine, for tests: everything in one directory, nothing in /etc, as whoever runs
# it. Sourced. Each node has its own host name and /dev/shm in namespaces, so that MPI takes them for different hosts.
# Jobs in partition `urgent` preempt those in `main`, which are requeued after 20 s of grace at the latest.
#
#   cluster_missing              prints why there can be no cluster here, if so
#   cluster_start DIR NODES CPUS
#   cluster_crash NODE           kills all that runs on a node, as if it lost power, and tells slurmctld
#   cluster_revive NODE
#   cluster_stop
PATH=$PATH:/usr/sbin:/sbin

cluster_missing() {
	local tool
	for tool in munged slurmctld slurmd srun sbatch unshare; do
		command -v "$tool" >/dev/null || { echo "there is no $tool"; return; }
	done
	[[ -e /usr/lib/x86_64-linux-gnu/pmix2/lib/libpmix.so || $(srun --mpi=list 2>&1) == *pmix* ]] || { echo "SLURM's PMIx plug-in lacks libpmix.so"; return; }
	in_namespace true 2>/dev/null || echo "namespaces are not allowed here"
}

# in_namespace COMMAND...: with mounts and a host name of its own; root by itself, others by a user namespace.
in_namespace() {
	if ((EUID == 0)); then
		unshare -m -u "$@"
	else
		unshare -r -m -u "$@"
	fi
}

free_port() {
	local base
	for base in $(seq $((17000 + $$ % 500 * 20)) 20 29000); do
		(exec 3<>"/dev/tcp/127.0.0.1/$base") 2>/dev/null || (exec 3<>"/dev/tcp/127.0.0.1/$((base + 1))") 2>/dev/null || { echo "$base"; return; }
	done
}

start_node() {
	local setup="mount --make-rprivate / && mount -t tmpfs -o mode=1777 tmpfs /dev/shm && hostname $1"
	mkdir -p "$cluster/spool-$1" "$cluster/tmp-$1"
	if ((EUID == 0)); then
		in_namespace bash -c "$setup && exec slurmd -N $1"
	else
		# slurmd may not be root, or it would drop groups, which is not allowed in there.
		in_namespace bash -c "$setup && exec unshare -U --map-user=$(id -u) --map-group=$(id -g) slurmd -N $1"
	fi
}

cluster_start() {
	cluster=$1
	local nodes=$2 cpus=$3 host port user
	host=$(hostname -s) port=$(free_port) user=$(id -un)
	mkdir -p "$cluster"/{munge,state,log}
	chmod 755 "$cluster" "$cluster/munge"
	head -c 128 /dev/urandom >"$cluster/munge.key"
	chmod 600 "$cluster/munge.key"
	cat >"$cluster/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
SlurmctldPort=$port
AuthType=auth/munge
# Credentials that expire soon let a requeued job start soon.
AuthInfo=socket=$cluster/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$cluster/state
TmpFS=$cluster/tmp-%n
SlurmdSpoolDir=$cluster/spool-%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd-%n.pid
SlurmctldLogFile=$cluster/log/slurmctld
SlurmdLogFile=$cluster/log/slurmd-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=1,defer_batch
ReturnToService=2
KillWait=10
MinJobAge=300
SlurmctldTimeout=10
SlurmdTimeout=30
InactiveLimit=0
MailProg=/bin/true
NodeName=n[1-$nodes] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + nodes))] CPUs=$cpus RealMemory=1000 State=UNKNOWN
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO PriorityTier=1 GraceTime=20
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP OverSubscribe=NO PriorityTier=10 PreemptMode=OFF
END
	# Newer ones ask for control groups, although nothing here uses them; older ones do not know this word.
	local version
	version=$(slurmd -V | grep -o '[0-9]*' | head -n 1)
	((version < 23)) || echo CgroupPlugin=disabled >"$cluster/cgroup.conf"
	export SLURM_CONF=$cluster/slurm.conf
	munged --key-file="$cluster/munge.key" --socket="$cluster/munge/socket" --pid-file="$cluster/munge/pid" --log-file="$cluster/munge/log" \
		--seed-file="$cluster/munge/seed" --num-threads=2 --force 2>"$cluster/munge/errors" && slurmctld -c || return
	local node
	for node in $(seq "$nodes"); do
		start_node "n$node" || return
	done
	# A test that is killed, at its time limit say, leaves no cluster at work behind.
	local owner=$$
	(
		trap - EXIT
		while kill -0 "$owner" 2>/dev/null; do
			sleep 2
		done
		cluster_stop
	) </dev/null >/dev/null 2>&1 &
	disown
	cluster_wait "$nodes"
}

# Until so many nodes are idle.
cluster_wait() {
	local try
	for try in $(seq 300); do
		(($(sinfo -h -N -t idle -o %N 2>/dev/null | sort -u | wc -l) == $1)) && return
		sleep 0.1
	done
	sinfo -R >&2
	return 1
}

# The processes of a node, by its namespace.
node_processes() {
	local name_space process
	name_space=$(readlink "/proc/$(cat "$cluster/slurmd-$1.pid")/ns/uts")
	[[ $name_space && $name_space != "$(readlink /proc/self/ns/uts)" ]] || return
	for process in /proc/[0-9]*; do
		[[ $(readlink "$process/ns/uts" 2>/dev/null) == "$name_space" ]] && echo "${process#/proc/}"
	done
}

cluster_crash() {
	local process
	for process in $(node_processes "$1"); do
		kill -9 "$process" 2>/dev/null
	done
	scontrol update nodename="$1" state=down reason=crash
}

cluster_revive() {
	# What a job step left there would be in the way of the same step's next start.
	rm -rf "$cluster/spool-$1" "$cluster/tmp-$1"
	start_node "$1"
}

cluster_stop() {
	[[ ${cluster-} ]] || return 0
	local file process processes=() try
	for file in "$cluster"/slurmd-*.pid; do
		[[ -e $file ]] || continue
		file=${file##*/slurmd-}
		processes+=($(node_processes "${file%.pid}"))
	done
	for file in "$cluster"/{slurmctld.pid,munge/pid}; do
		[[ -s $file ]] && processes+=("$(cat "$file")")
	done
	for process in "${processes[@]}"; do
		kill "$process" 2>/dev/null
	done
	for try in $(seq 30); do
		local left=()
		for process in "${processes[@]}"; do
			kill -0 "$process" 2>/dev/null && left+=("$process")
		done
		processes=("${left[@]}")
		((${#left[@]})) || return 0
		sleep 0.1
	done
	for process in "${processes[@]}"; do
		kill -9 "$process" 2>/dev/null
	done
}
