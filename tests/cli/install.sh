#!/usr/bin/env bash
# What is installed works from there, and only that is installed.
. "$(dirname "$0")/checks.bash"

expect 0 '' cmake --install "$(dirname "$GENRE_DIST")" --prefix "$directory/prefix"
expect 0 '' env -C "$directory" prefix/bin/genre-dist synth -q --rows 300 -o songs.h5
expect 0 '' env -C "$directory" prefix/bin/genre-dist train -q --data songs.h5 --run first --epochs 1 --config prefix/share/genre-dist/jobs/one-hidden-layer.ini
expect 0 '' env -C "$directory" prefix/bin/genre-dist info first
for name in quickstart.sh setup.sh; do
	[[ ! -e $directory/prefix/share/genre-dist/jobs/$name ]] || fail "$name is installed, and works in a clone only"
done
[[ -r $directory/prefix/share/genre-dist/jobs/environment.sh ]] || fail "environment.sh is not installed"
finish
