#!/usr/bin/env bash
# The container of jobs/install/genre-dist.def, built and used by Apptainer itself, as root, in a root of Debian 13:
#   tests/portability/container.sh RELEASE DIRECTORY [MIRROR]
# RELEASE, bookworm or trixie, is the image's. Makes the root, or takes the one that an earlier call made. Apptainer is a
# package of Debian's unstable release. The image's Debian comes from the mirror, by debootstrap, and not from a registry: of
# the definition only its first two lines are changed. An ordinary user builds the image and runs it, on one rank, and on
# several that the root's mpirun (Open MPI 5) starts, a container each, which an image with Open MPI 4 (bookworm) must refuse.
# The last line sums up; exit code 0 only if nothing failed.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
. "$here/root.bash"
root_needs debootstrap unshare pivot_root
(($# >= 2)) || { echo "usage: tests/portability/container.sh RELEASE DIRECTORY [MIRROR]" >&2; exit 2; }
release=$1 root=$(realpath -m "$2") mirror=${3:-$(root_mirror)}
cd "$here/../.."
failed=0
# within COMMAND...: in the root as the root of all mounts, since nobody may make a namespace of users in a mere chroot.
within() {
	unshare --mount --propagation private bash -c 'cd "$1" && shift && mkdir -p outside && pivot_root . outside && exec "$@"' bash "$root" \
		/usr/bin/env -i HOME=/root USER=root TERM=dumb LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		bash -c 'umount -l /outside && cd / && exec "$@"' bash "$@"
}
holds() {
	root_holds "$root.log" "$@"
}

root_make "$root" trixie "$mirror"
trap 'root_leave "$root"' EXIT
root_mount "$root"
[[ ! -e /dev/fuse ]] || { cp -a /dev/fuse "$root/dev/" && chmod 666 "$root/dev/fuse"; }
# A mirror that stands still for some weeks has a list out of date.
echo "deb [check-valid-until=no] $mirror sid main" >"$root/etc/apt/sources.list.d/sid.list"
printf 'Package: *\nPin: release a=unstable\nPin-Priority: 50\n' >"$root/etc/apt/preferences.d/sid"
holds "apptainer installed" within bash -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends apptainer debootstrap squashfuse openmpi-bin &&
	{ id somebody || useradd -m somebody; }'
within apptainer --version
rm -rf "$root/genre-dist" && root_copy "$root/genre-dist"
sed -i "s|^Bootstrap: docker|Bootstrap: localimage|; s|^From: debian:12|From: /debian.sif|" "$root/genre-dist/jobs/install/genre-dist.def"
root_make "$root/$release" "$release" "$mirror"
holds "an image of $release" within apptainer build --force /debian.sif "/$release"
holds "image built, and its test passed" within su -l somebody -c 'cd /genre-dist && apptainer build --force --fakeroot ~/genre-dist.sif jobs/install/genre-dist.def'
holds "version" within su -l somebody -c 'apptainer -q run genre-dist.sif --version'
cat "$root.log"
holds "help of the image" within su -l somebody -c 'apptainer run-help genre-dist.sif | grep -q "trained over MPI"'
holds "one rank: songs, a dataset, a training" within su -l somebody -c 'set -e; rm -rf first second songs.*
	for words in "synth -q --rows 3000 --seed 1 -o songs.csv" "preprocess -q songs.csv" "train -q --data songs.h5 --run first --epochs 2"; do
		apptainer -q exec genre-dist.sif genre-dist $words
	done'
if [[ $release == bookworm ]]; then
	holds "a launcher of another major version is refused" within su -l somebody -c '! mpirun --oversubscribe -n 3 apptainer -q exec genre-dist.sif genre-dist info --check . >said 2>&1 && cat said && grep -q "each is a job of 1 rank of its own" said'
else
	holds "hybrid: info --check on 3 ranks" within su -l somebody -c 'mpirun --oversubscribe -n 3 apptainer -q exec --sharens genre-dist.sif genre-dist info --check .'
	cat "$root.log"
	holds "hybrid: the bits of one rank" within su -l somebody -c 'set -e
		mpirun --oversubscribe -n 3 apptainer -q exec --sharens genre-dist.sif genre-dist train -q --data songs.h5 --run second --epochs 2
		hash() { apptainer -q exec genre-dist.sif h5dump -a weights_sha256 "$1/model.h5" | grep "(0)"; }
		hash first; hash second; [ "$(hash first)" = "$(hash second)" ]'
fi
cat "$root.log"
echo "container of $release: $failed failed"
((failed == 0))
