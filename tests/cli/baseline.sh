#!/usr/bin/env bash
# baseline: what an independent implementation says, on any number of ranks, and one sentence for what it refuses.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 2500 --seed 5 -o songs.h5 2>/dev/null >/dev/null || exit 2
"$GENRE_DIST" synth --rows 500 --seed 6 -o other.h5 2>/dev/null >/dev/null || exit 2

# Fields of one JSON object, compared without the time.
scores() {
	ranks "$@" --data songs.h5 --json 2>/dev/null | sed 's/"seconds": [0-9.]*, //'
}

names="logistic knn"
trees=0
if ! "$GENRE_DIST" baseline --help | grep -q 'not in this build'; then
	names="$names tree forest boosting"
	trees=1
fi
for name in $names; do
	scores 1 baseline "$name" >"$name.json"
	equal "$name on 3 ranks" "$(scores 3 baseline "$name")" "$(cat "$name.json")"
	holds "$name learns" "$(json_number "$name.json" accuracy) > 0.3"
done
# Boosting's rounds end by the validation part, where there is one: of noise there is nothing to learn.
if ((trees)); then
	awk 'BEGIN { srand(7); print "a,b,c,side"; for (i = 0; i < 3000; i++) print rand() "," rand() "," rand() "," (rand() < .5 ? "left" : "right") }' >noise.csv
	for share in 0.2 0; do
		"$GENRE_DIST" preprocess noise.csv --target side --validation-fraction "$share" -o "noise$share.h5" -q 2>/dev/null >/dev/null || fail "no noise"
		"$GENRE_DIST" baseline boosting --data "noise$share.h5" --json 2>/dev/null >"noise$share.json"
	done
	holds "boosting stops in time" "$(json_number noise0.2.json log_loss) < 0.7 && $(json_number noise0.json log_loss) > 0.72"
	equal "boosting that stops, on 3 ranks" "$(ranks 3 baseline boosting --data noise0.2.h5 --json 2>/dev/null | sed 's/"seconds": [0-9.]*, //')" "$(sed 's/"seconds": [0-9.]*, //' noise0.2.json)"
fi
# Copies of one song under two genres apart, a record's nearest neighbour in its own part is itself.
scores 2 baseline knn --neighbours 1 --part train >itself.json
holds "knn finds the record itself" "$(json_number itself.json accuracy) > 0.9"
equal "run directories" "$(ls -d runs 2>/dev/null)" ""

if python3 -c 'import h5py, numpy' 2>/dev/null; then
	scores 2 baseline logistic --part train >logistic_train.json
	python3 - >expected.txt <<'END'
import h5py, numpy as np
with h5py.File('songs.h5', 'r') as f:
    x, y = f['train/features'][:].astype(float), f['train/labels'][:]
    a, b = f['test/features'][:].astype(float), f['test/labels'][:]
d = ((a[:, None, :] - x[None, :, :]) ** 2).sum(2)
near = y[np.argsort(d, axis=1, kind='stable')[:, :5]]
votes = np.stack([(near == c).sum(1) for c in range(6)], 1)
print((votes.argmax(1) == b).mean())
w, v, c, one = np.zeros((20, 6)), np.zeros((20, 6)), np.zeros(6), np.eye(6)[y]
vc = np.zeros(6)
for i in range(6000):  # heavy ball
    z = x @ w + c
    p = np.exp(z - z.max(1, keepdims=True)); p /= p.sum(1, keepdims=True)
    g = (p - one) / len(y)
    v = 0.95 * v - 0.2 * (x.T @ g); vc = 0.95 * vc - 0.2 * g.sum(0)
    w += v; c += vc
print(-np.log(p[np.arange(len(y)), y]).mean())
END
	holds "knn as numpy says" "$(json_number knn.json accuracy) - $(sed -n 1p expected.txt) < 1e-9 && $(sed -n 1p expected.txt) - $(json_number knn.json accuracy) < 1e-9"
	holds "the regression's minimum" "$(json_number logistic_train.json log_loss) - $(sed -n 2p expected.txt) < 2e-4 && $(sed -n 2p expected.txt) - $(json_number logistic_train.json log_loss) < 2e-4"
fi

# Beside a network, on the same rows.
ranks 2 train --data songs.h5 --run first --hidden none --encoding standard --preset study --epochs 3 --quiet >/dev/null 2>&1
for count in 1 3; do
	ranks "$count" baseline knn first/model.h5 --data songs.h5 --json 2>/dev/null | sed 's/"seconds": [0-9.]*, //' >"beside$count.json"
done
equal "a comparison on 3 ranks" "$(cat beside3.json)" "$(cat beside1.json)"
if python3 -c 'import h5py, numpy' 2>/dev/null; then
	python3 - >expected.txt <<'END'
import h5py, numpy as np
with h5py.File('songs.h5', 'r') as f, h5py.File('first/model.h5', 'r') as m:
    x, y = f['train/features'][:].astype(float), f['train/labels'][:]
    a, b = f['test/features'][:].astype(float), f['test/labels'][:]
    mine = (a @ m['model/dense_0/weight'][:].astype(float) + m['model/dense_0/bias'][:]).argmax(1) == b
d = ((a[:, None, :] - x[None, :, :]) ** 2).sum(2)
near = y[np.argsort(d, axis=1, kind='stable')[:, :5]]
other = np.stack([(near == c).sum(1) for c in range(6)], 1).argmax(1) == b
print((mine & ~other).sum(), (other & ~mine).sum())
END
	equal "rows on which one alone is right" "$(json_number beside1.json right_alone | cut -d. -f1) $(json_number beside1.json wrong_alone | cut -d. -f1)" "$(cat expected.txt)"
fi
expect 0 'knn took' ranks 2 baseline knn first/model.h5 --data songs.h5
grep -q "^On [0-9]* rows it is .* knn: right where that is wrong .*McNemar's exact test" out.txt || fail "no verdict is printed"
refuse 2 'a model and --folds' ranks 2 baseline knn first/model.h5 --data songs.h5 --folds 3
refuse 3 'trained on another preprocessing' ranks 2 baseline knn first/model.h5 --data other.h5

if ((trees)); then
	scores 1 baseline forest --seed 1 >other.json
	cmp -s forest.json other.json && fail "the seed changes no forest"
fi
expect 0 'knn took [0-9.]* s' ranks 1 baseline knn --data songs.h5
grep -q 'confusion matrix' out.txt || fail "no table is printed"

refuse 3 "'songs.h5' is a dataset, which is named by --data songs.h5" ranks 2 baseline knn songs.h5
refuse 2 'takes a name' ranks 2 baseline --data songs.h5
refuse 2 "did you mean 'forest'" ranks 2 baseline forrest --data songs.h5
refuse 2 "unknown baseline 'svm'" ranks 1 baseline svm --data songs.h5
refuse 2 'neighbours' ranks 2 baseline knn --data songs.h5 --neighbours 0
refuse 2 'neighbours goes with knn alone' ranks 2 baseline forest --data songs.h5 --neighbours 5
refuse 2 'neighbours' ranks 2 baseline knn --data songs.h5 --neighbours 100000
refuse 3 "absent.h5" ranks 3 baseline knn --data absent.h5
"$GENRE_DIST" synth --rows 500 -o songs.csv 2>/dev/null && "$GENRE_DIST" preprocess songs.csv -o whole.h5 --validation-fraction 0 >/dev/null 2>&1
refuse 3 'no validation part' ranks 2 baseline knn --data whole.h5 --part validation
((trees)) || refuse 1 'libxgboost-dev' ranks 2 baseline forest --data songs.h5
finish
