#!/usr/bin/env bash
# The Debian package's life, as root: built in one root, installed into a clean one, used there by an ordinary user without
# any source, removed without a trace.
#   tests/portability/package.sh RELEASE BUILD_ROOT CLEAN_ROOT [MIRROR]
# RELEASE is bookworm or trixie. Roots that are not there are made; BUILD_ROOT gets what jobs/setup.sh installs and lintian.
# Prints a log; the last line sums up; exit code 0 only if nothing failed.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
. "$here/root.bash"
root_needs debootstrap
(($# >= 3)) || { echo "usage: tests/portability/package.sh RELEASE BUILD_ROOT CLEAN_ROOT [MIRROR]" >&2; exit 2; }
release=$1 build=$(realpath -m "$2") clean=$(realpath -m "$3")
cd "$here/../.."
failed=0
begin=$SECONDS
say() {
	printf '%4d s  %s\n' $((SECONDS - begin)) "$*"
}
holds() {
	printf '%4d s  ' $((SECONDS - begin))
	root_holds "$clean.log" "$@"
}

root_make "$build" "$release" "${4-}"
root_make "$clean" "$release" "${4-}"
trap 'root_leave "$build"; root_leave "$clean"' EXIT
root_mount "$build"
root_mount "$clean"
say "two roots of $release"

# In a path with a blank, without git.
source="/package of genre-dist"
rm -rf "${build:?}$source"
root_copy "$build$source"
root_run "$build" bash -c 'apt-get update -qq && cd "$1" && jobs/setup.sh && apt-get install -qq -y --no-install-recommends lintian file dpkg-dev >/dev/null' bash "$source" >"$clean.log" 2>&1
say "what building needs"
holds "built, in a path with a blank" root_run "$build" bash -c 'cd "$1" && cmake --preset release -DBUILD_TESTING=OFF && cmake --build --preset release && cd build && cpack' bash "$source"
package=$(basename "$(ls "$build$source"/build/genre-dist_*.deb)")
cp "$build$source/build/$package" "$clean/tmp/"
say "$package: $(stat -c %s "$clean/tmp/$package") bytes"
root_run "$build" dpkg-deb -f "$source/build/$package" Depends Recommends Installed-Size
root_run "$build" lintian --allow-root "$source/build/$package" | sed 's/^/        lintian: /' || true

# What is there: names of files, but for the diaries of apt and dpkg, and packages.
inventory() {
	root_run "$clean" bash -c 'find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /var/cache -o -path /var/log -o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -print | sort; dpkg-query -W -f "\${Package} \${db:Status-Status}\n"'
}
root_run "$clean" bash -c 'apt-get update -qq && { id somebody || useradd -m somebody; }' >"$clean.log" 2>&1
# Its libraries' own traces (caches, alternatives) are not the package's: they are there before and stay.
root_run "$clean" bash -c "DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \$(dpkg-deb -f /tmp/$package Depends | sed 's/([^)]*)//g; s/,/ /g')" >"$clean.log" 2>&1
inventory >"$clean.before"
say "a clean root with the libraries"
start=$SECONDS
holds "installed" root_run "$clean" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "/tmp/$package"
holds "an ordinary user: from nothing to a model and its score" root_run "$clean" su -l somebody -c 'set -e
	rm -rf songs.* first predicted.csv
	. /usr/share/genre-dist/jobs/environment.sh
	genre-dist synth --rows 5000 --seed 1 -o songs.csv -q
	genre-dist preprocess songs.csv
	mpirun -n 4 genre-dist train --data songs.h5 --run first --epochs 5 --hidden 32 -q
	mpirun -n 2 genre-dist evaluate first/model.h5 --data songs.h5
	genre-dist predict first/model.h5 songs.csv -o predicted.csv -q
	[ "$(wc -l <predicted.csv)" = 5001 ]'
say "installed and trained within $((SECONDS - start)) s"
holds "info --check on four ranks" root_run "$clean" su -l somebody -c '. /usr/share/genre-dist/jobs/environment.sh; mpirun -n 4 genre-dist info --check /tmp'
sed 's/^/        /' "$clean.log"
for file in /usr/share/man/man1/genre-dist-train.1.gz /usr/share/bash-completion/completions/genre-dist /usr/share/genre-dist/data/spotify.ini /usr/share/genre-dist/jobs/train.sbatch; do
	# A minimal root leaves out manuals and documents by dpkg's own configuration.
	[[ $file == */man/* && -e $clean/etc/dpkg/dpkg.cfg.d/docker ]] || holds "$file" test -e "$clean$file"
done
holds "removed" root_run "$clean" env DEBIAN_FRONTEND=noninteractive apt-get purge -qq -y genre-dist
inventory >"$clean.after"
holds "no trace" diff <(grep -v '^/home/somebody' "$clean.before") <(grep -v '^/home/somebody' "$clean.after")
echo "package on $release: $failed failed"
((failed == 0))
