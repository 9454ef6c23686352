#!/usr/bin/env bash
# Models learn what they should: on the real songs where data/spotify_songs.csv is there, else on synthetic ones.
. "$(dirname "$0")/checks.bash"

songs=$GD_SOURCE_DIRECTORY/data/spotify_songs.csv
# The real songs: the study's network .54, the default .565; synthetic ones are a little harder.
one_hidden=0.54 default=0.565
if [[ ! -f $songs ]]; then
	songs=songs.csv one_hidden=0.515 default=0.54
	"$GENRE_DIST" synth -o "$songs" 2>/dev/null || exit 2
fi
"$GENRE_DIST" preprocess "$songs" -o songs.h5 --validation-fraction 0 >/dev/null 2>&1 || exit 2
expect 0 '' ranks 2 train --preset study --data songs.h5 --config "$GD_SOURCE_DIRECTORY/jobs/one-hidden-layer.ini" --run narrow -q
ranks 2 evaluate narrow/model.h5 --data songs.h5 --json >narrow.json
holds "accuracy of the study's network on $songs" "$(json_number narrow.json accuracy) >= $one_hidden"

"$GENRE_DIST" preprocess "$songs" -o songs.h5 --force >/dev/null 2>&1 || exit 2
expect 0 '' ranks 2 train --preset study --data songs.h5 --run default -q
ranks 2 evaluate default/model.h5 --data songs.h5 --json >default.json
holds "accuracy of the default on $songs" "$(json_number default.json accuracy) >= $default"
echo "accuracy: $(json_number narrow.json accuracy) with one hidden layer of 32, $(json_number default.json accuracy) by default"
finish
