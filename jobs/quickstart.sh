#!/usr/bin/env bash
# From a fresh clone to a trained and tested model: jobs/quickstart.sh [SONGS.csv]
#
# Songs: the file given; else data/spotify_songs.csv; else synthetic ones from `genre-dist synth`.
# The dataset data/spotify.h5 is kept if it was made from the very same songs; one made from others is moved aside,
# never overwritten. Each call trains into a run directory of its own. RANKS=4 in the environment changes the 8 ranks.
set -euo pipefail

if (($# > 1)) || [[ ${1-} == -* ]]; then
	echo "usage: jobs/quickstart.sh [SONGS.csv]" >&2
	exit 2
fi
songs=
if (($# == 1)); then
	if ! songs=$(realpath -e -- "$1" 2>/dev/null) || [[ ! -f $songs ]]; then
		echo "quickstart: there is no file '$1'" >&2
		exit 3
	fi
fi

cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
. jobs/environment.sh
ranks=${RANKS:-8}
program=build/genre-dist
dataset=data/spotify.h5

say() {
	printf '\n== %s\n' "$*"
}

say "Set-up"
jobs/setup.sh
echo "every package is there"

say "Build (build/)"
mkdir -p build
if ! { cmake --preset release >build/build.log 2>&1 && cmake --build --preset release --target genre-dist >>build/build.log 2>&1; }; then
	tail -n 40 build/build.log >&2
	echo "quickstart: the build failed; the whole of it is in $PWD/build/build.log" >&2
	exit 1
fi
"$program" --version | head -n 1

say "Songs"
if [[ $songs ]]; then
	echo "the songs given: $songs"
elif [[ -f data/spotify_songs.csv ]]; then
	songs=data/spotify_songs.csv
	echo "the songs in $songs"
else
	songs=data/synthetic_songs.csv
	echo "SYNTHETIC songs: there is no data/spotify_songs.csv, so they are drawn from the shipped profile of the real ones."
	echo "(data/README.md says where the real songs come from.)"
	"$program" synth --force -o "$songs"
fi

say "Dataset ($dataset)"
# The digest of the songs that a dataset was made from; nothing for what is no dataset.
source_of() {
	h5dump -a /source_sha256 "$1" 2>/dev/null | sed -n 's/.*(0): "\([0-9a-f]\{64\}\)".*/\1/p' || true
}
if [[ -e $dataset && $(source_of "$dataset") == "$(jobs/source_sha256.sh "$songs")" ]]; then
	echo "kept as it is: it was made from these very songs"
else
	if [[ -e $dataset ]]; then
		aside=data/spotify.$(date -u +%Y%m%dT%H%M%SZ).h5
		mv -n -- "$dataset" "$aside"
		echo "the one that was there came from other songs; it is now $aside"
	fi
	"$program" preprocess "$songs" -o "$dataset"
fi

run=runs/quickstart-$(date -u +%Y%m%dT%H%M%SZ)-$$
say "Training on $ranks ranks ($run)"
mpirun -n "$ranks" "$program" train --data "$dataset" --run "$run"

say "The test part"
mpirun -n "$ranks" "$program" evaluate "$run/model.h5" --data "$dataset"

say "Where things are, under $PWD"
cat <<END
  songs     $songs
  dataset   $dataset
  model     $run/model.h5
  metrics   $run/metrics.h5
  settings  $run/config.ini

What to type next:
  cd $PWD && . jobs/environment.sh
  $program info $run
  $program predict $run/model.h5 $songs -o predictions.csv
  h5dump -d /epochs/validation_accuracy $run/metrics.h5
  $program report $run -o report.html                # curves, scores, settings on one page
  mpirun -n $(nproc) $program tune --data $dataset --budget 5m      # looks for better settings
  $program train --help
END
