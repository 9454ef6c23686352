#!/usr/bin/env bash
# What is installed works from there, and only that is installed.
. "$(dirname "$0")/checks.bash"
source=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")

expect 0 '' cmake --install "$(dirname "$GENRE_DIST")" --prefix "$directory/prefix"
expect 0 '' env -C "$directory" prefix/bin/genre-dist synth -q --rows 300 -o songs.h5
expect 0 '' env -C "$directory" prefix/bin/genre-dist train -q --data songs.h5 --run first --epochs 1 --config prefix/share/genre-dist/jobs/one-hidden-layer.ini
expect 0 '' env -C "$directory" prefix/bin/genre-dist info first
for name in quickstart.sh setup.sh; do
	[[ ! -e $directory/prefix/share/genre-dist/jobs/$name ]] || fail "$name is installed, and works in a clone only"
done
[[ -r $directory/prefix/share/genre-dist/jobs/environment.sh ]] || fail "environment.sh is not installed"
# In a prefix with a blank, on a table with one; what it says to type next can be typed.
cp -r prefix "my prefix"
expect 0 '' "my prefix/bin/genre-dist" synth -q --rows 300 -o "my songs.csv"
# A table whose batches are one block is not trained on more ranks than one; of 50,000 songs they are four.
expect 0 "next: genre-dist train --data 'my songs.h5'" "my prefix/bin/genre-dist" preprocess "my songs.csv"
expect 0 '' "my prefix/bin/genre-dist" synth -q --rows 50000 -o "my songs.csv" --force
# One core is not asked for more ranks; several are, each hardware thread of a core being no core.
expect 0 "next: genre-dist train --data 'my songs.h5'" taskset -c "$(taskset -cp $$ | grep -oE '[0-9]+' | sed -n 2p)" bash -c '"$0" "$@"; exit $?' "my prefix/bin/genre-dist" preprocess --force "my songs.csv"
cores=$(lscpu -p=CORE,SOCKET | grep -v '^#' | sort -u | wc -l)
expect 0 "next: (mpirun -n [2-4] )?genre-dist train --data 'my songs.h5'" "my prefix/bin/genre-dist" preprocess --force "my songs.csv"
ranks=$(sed -n 's/.*next: mpirun -n \([0-9]*\) .*/\1/p' err.txt)
[[ ${ranks:-1} -le $cores ]] || fail "$ranks ranks on $cores cores: $(cat err.txt)"
expect 0 "training on 31500 rows .* on 1 rank" "my prefix/bin/genre-dist" train --data "my songs.h5" --run "a batch" --max-steps 1
holds "blocks of a batch" "$(h5dump -a /progress/block_rows "a batch/checkpoint.h5" | sed -n 's/.*(0): //p') * 4 == 256"
# Built in a path with a blank: what finds the libraries knows such paths, wherever an HDF5 of one's own is named, and whether or not something else is.
configured() {
	local what=$1 hdf5=$2
	shift 2
	rm -rf "a build"
	expect 0 '' "$@" cmake -S "$source" -B "a build" -DBUILD_TESTING=OFF
	grep -q "^   HDF5 .*: $hdf5/lib" out.txt || fail "$what: HDF5 is not that in '$hdf5': $(grep '^   HDF5' out.txt)"
}
of_cache() {
	sed -n "s/^$1:[A-Z]*=//p" "$(dirname "$GENRE_DIST")/CMakeCache.txt"
}
library=$(of_cache HDF5_hdf5_LIBRARY_RELEASE) headers=$(of_cache HDF5_C_INCLUDE_DIR)
if [[ -f $library && -d $headers ]]; then
	own="$directory/my libraries"
	mkdir -p "$own" other
	ln -s "$(dirname "$library")" "$own/lib" && ln -s "$headers" "$own/include"
	usual=$(dirname "$(dirname "$library")")
	configured "nothing named" "$usual"
	[[ $usual != /usr/* ]] || equal "directories that an installed program searches" "$(grep -c 'NEW_RPATH "/' "a build/cmake_install.cmake")" 0
	configured "another prefix" "$usual" env CMAKE_PREFIX_PATH="$directory/other"
	configured "a prefix" "$own" env CMAKE_PREFIX_PATH="$directory/other:$own"
	grep -q "NEW_RPATH .*$own/lib" "a build/cmake_install.cmake" || fail "an installed program does not find its HDF5"
	mkdir "$own/bin" && printf '#!/bin/sh\nexit 1\n' >"$own/bin/h5pcc" && chmod +x "$own/bin/h5pcc"
	configured "a module that sets PATH" "$own" env PATH="$own/bin:$PATH"
	expect 1 'no parallel HDF5 with' cmake -S "$source" -B "no build" -DBUILD_TESTING=OFF -DHDF5_ROOT="$directory/other"
fi
# A page for each command, and one for them all; the completion is found by the command's name.
for page in genre-dist $("$GENRE_DIST" --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\) .*/genre-dist-\1/p'); do
	[[ -s $directory/prefix/share/man/man1/$page.1 ]] || fail "$page.1 is not installed"
	checks=$((checks + 1))
done
((checks > 6)) || fail "no commands were found"
[[ -s $directory/prefix/share/bash-completion/completions/genre-dist ]] || fail "the completion is not installed"
expect 0 '' man -M "$directory/prefix/share/man" -w genre-dist-train
finish
