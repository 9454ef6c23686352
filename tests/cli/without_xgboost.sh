#!/usr/bin/env bash
# A build without XGBoost: one sentence for the baselines that need it, everything else as ever.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 700 --seed 5 -o songs.h5 >/dev/null 2>&1 || exit 2
expect 0 '' "$GENRE_DIST" baseline --help
equal "names that the help strikes out" "$(grep 'not in this build' out.txt | awk '{ print $1 }' | xargs)" "tree forest boosting"
for name in tree forest boosting; do
	refuse 1 "baseline '$name' needs XGBoost, which this build lacks; install libxgboost-dev" ranks 2 baseline "$name" --data songs.h5 --json
	equal "what $name prints" "$(cat out.txt)" ""
done
refuse 3 'absent.h5' ranks 1 baseline forest --data absent.h5
for name in logistic knn; do
	expect 0 '' ranks 2 baseline "$name" --data songs.h5 --json -q
	holds "$name learns" "$(json_number out.txt accuracy) > 0.25"
done

# What jobs/study.sh looks for, in its words.
for name in tree forest boosting; do
	"$GENRE_DIST" baseline --help | grep -q "^  $name .*not in this build" || fail "jobs/study.sh does not see that $name is not there"
done
for name in logistic knn; do
	"$GENRE_DIST" baseline --help | grep -q "^  $name .*not in this build" && fail "jobs/study.sh takes $name for missing"
done
finish
