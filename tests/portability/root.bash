# shellcheck shell=bash
# Debian roots of another release or processor to build and test in, as root; sourced.

root_needs() {
	local command
	((EUID == 0)) || { echo "this makes and enters a root, which takes root" >&2; exit 2; }
	for command in "$@"; do
		command -v "$command" >/dev/null || { echo "this needs '$command'" >&2; exit 2; }
	done
}

# The mirror that apt uses here.
root_mirror() {
	# shellcheck disable=SC2016 # apt's own variable
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1
}

# root_make DIRECTORY RELEASE [MIRROR]: a root of this processor; nothing where it was made before.
root_make() {
	local directory=$1 file
	[[ ! -e $directory/made ]] || return 0
	debootstrap --variant=minbase "$2" "$directory" "${3:-$(root_mirror)}"
	# Nobody needs it after a crash.
	echo force-unsafe-io >"$directory/etc/dpkg/dpkg.cfg.d/unsafe-io"
	# How this machine reaches the mirror.
	for file in /etc/apt/apt.conf.d/*proxy* /etc/resolv.conf /etc/hosts; do
		[[ ! -e $file ]] || cp --parents "$file" "$directory"
	done
	touch "$directory/made"
}

# root_extract DIRECTORY RELEASE PROCESSOR PACKAGES [MIRROR]: packages of another processor with all that they need, unpacked
# alone: setting them up would take an hour under emulation.
root_extract() {
	local directory=$1
	mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
	update-binfmts --enable
	[[ ! -e $directory/made ]] || return 0
	mmdebstrap --variant=extract --architectures="$3" --include="$4" "$2" "$directory" "${5:-$(root_mirror)}"
	echo root:x:0:0:root:/root:/bin/bash >"$directory/etc/passwd"
	cp /etc/hosts "$directory/etc/hosts"
	touch "$directory/made"
}

# root_mount DIRECTORY: what programs expect to find, with devices and a /dev/shm of its own, so that nothing done to them is done to this machine's; root_leave takes all of it away.
root_mount() {
	local directory=$1 node
	# A mount of its own, or nothing in it could have a namespace of mounts.
	mount --bind "$directory" "$directory"
	mount -t proc proc "$directory/proc"
	mount -t sysfs -o ro sysfs "$directory/sys"
	mount -t tmpfs -o mode=755 tmpfs "$directory/dev"
	for node in null zero full random urandom tty; do
		cp -a "/dev/$node" "$directory/dev/"
	done
	[[ ! -e /dev/net/tun ]] || { mkdir "$directory/dev/net" && cp -a /dev/net/tun "$directory/dev/net/"; }
	ln -s /proc/self/fd "$directory/dev/fd"
	ln -s /proc/self/fd/0 "$directory/dev/stdin"
	ln -s /proc/self/fd/1 "$directory/dev/stdout"
	ln -s /proc/self/fd/2 "$directory/dev/stderr"
	mkdir "$directory/dev/pts" "$directory/dev/shm"
	mount --bind /dev/pts "$directory/dev/pts"
	ln -s pts/ptmx "$directory/dev/ptmx"
	mount -t tmpfs -o size=4g,mode=1777 tmpfs "$directory/dev/shm"
}

root_leave() {
	local point
	while read -r point; do
		umount "$point"
	done < <(cut -d ' ' -f 2 /proc/mounts | grep -E "^$(realpath "$1")(/|$)" | tac)
}

# root_copy DIRECTORY: the sources of the tree at hand, and none of what an earlier call left there but its builds.
root_copy() {
	mkdir -p "$1"
	find "$1" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf {} +
	tar -c --exclude='./build*' --exclude=./.git --exclude=./runs . | tar -xmC "$1"
}

# root_run DIRECTORY COMMAND...: in a clean environment.
root_run() {
	local directory=$1
	shift
	env -i HOME=/root USER=root TERM=dumb LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot "$directory" "$@"
}

# root_holds LOG WHAT COMMAND...: whether it does, with the end of what it said, in LOG, where it does not; counted in `failed`.
root_holds() {
	local log=$1 what=$2
	shift 2
	if "$@" >"$log" 2>&1; then
		echo "ok: $what"
	else
		failed=$((failed + 1))
		tail -n 40 "$log" | sed 's/^/        /'
		echo "FAILED: $what"
	fi
}
