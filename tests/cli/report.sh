#!/usr/bin/env bash
# report: one page, complete, harmless, and readable by a browser, whatever the run holds; and the model card of info.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 1500 --seed 4 -o songs.csv -q || exit 2
"$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || exit 2
"$GENRE_DIST" preprocess songs.csv -o unvalidated.h5 --validation-fraction 0 >/dev/null 2>&1 || exit 2
"$GENRE_DIST" preprocess songs.csv -o untested.h5 --test-fraction 0 >/dev/null 2>&1 || exit 2
small=(--hidden 16 --batch-size 256 -q)
ranks 2 train --preset study --data songs.h5 --run whole "${small[@]}" --epochs 6 >/dev/null || exit 2
ranks 1 train --preset study --data unvalidated.h5 --run unvalidated "${small[@]}" --epochs 3 --ema 0.5 >/dev/null || exit 2
ranks 1 train --preset study --data untested.h5 --run untested "${small[@]}" --epochs 2 >/dev/null || exit 2
ranks 1 train --preset study --data songs.h5 --run single "${small[@]}" --epochs 1 --schedule cosine >/dev/null || exit 2
ranks 1 train --preset study --data songs.h5 --run zero "${small[@]}" --epochs 0 >/dev/null || exit 2
ranks 1 train --preset study --data songs.h5 --run stopped "${small[@]}" --epochs 3 --max-steps 2 >/dev/null || exit 2
rm -f stopped/model.h5 # as if it had been killed
mkdir begun && cp whole/config.ini begun/

# Names that would do harm in a shell, in gnuplot or in a page.
python3 - <<'END'
import csv, random
random.seed(1)
classes = ["<script>alert(1)</script>", "`touch pwned1`", "$(touch pwned2)", "a\"b'c&d;]]>", "<img src=http://127.0.0.1:9/x>", "Ünïcødé \\\\ %s {x_1}"]
with open("nasty.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["x<b>", "`touch pwned3`", "\" ; system \"touch pwned4", "colour </svg>", "kind"])
    for i in range(900):
        c = random.randrange(6)
        w.writerow([random.gauss(c, 1), random.gauss(-c, 2), random.random(), random.choice(["<i>red", "EOD", "`touch pwned5`", "GDT3"]), classes[c]])
END
expect 0 '' "$GENRE_DIST" preprocess nasty.csv --target kind
expect 0 '' ranks 1 train --preset study --data nasty.h5 --run "na'sty <i>&" "${small[@]}" --epochs 2
mv "na'sty <i>&" nasty_run

for run in whole unvalidated untested single zero stopped begun nasty_run; do
	expect 0 "wrote '$run/report.html'" "$GENRE_DIST" report "$run"
done
compgen -G 'pwned*' >/dev/null && fail "a name was run by a shell"

# While a run goes on.
mpirun -n 2 "$GENRE_DIST" train --preset study --data songs.h5 --run going "${small[@]}" --epochs 1000000 >/dev/null 2>going.txt &
launcher=$!
for _ in $(seq 200); do
	[[ -s going/metrics.h5 && -s going/checkpoint.h5 ]] && break
	sleep 0.05
done
expect 0 'wrote' "$GENRE_DIST" report going
kill -TERM "$launcher"
wait "$launcher"
grep -q 'The run is going on' going/report.html || fail "the report does not say that the run goes on"

# Every page: its parts, nothing active, no address, every plot well-formed by itself.
cat >check.py <<'END'
import json, re, sys, xml.etree.ElementTree
from html.parser import HTMLParser
VOID = {"meta", "br", "hr", "img", "link", "input"}
class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.stack, self.text = [], [], []
    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "iframe", "object", "embed", "link", "img", "form", "base"), tag
        for name, value in attributes:
            assert not name.startswith("on"), name
            assert name not in ("src", "srcset", "action", "data", "background"), name
            if name in ("href", "xlink:href"):
                assert value.startswith("#"), value
            if name == "id":
                assert value not in self.ids, "twice: " + value
                self.ids.append(value)
        if tag not in VOID:
            self.stack.append(tag)
    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.stack.pop()
    def handle_endtag(self, tag):
        assert self.stack and self.stack[-1] == tag, (tag, self.stack[-3:])
        self.stack.pop()
    def handle_data(self, data):
        self.text.append(data)
path, plots, wanted, unwanted = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(), sys.argv[4].split()
raw = open(path, encoding="utf-8").read()
assert len(raw.encode()) < 300000, len(raw)
page = Page()
page.feed(raw)
page.close()
assert not page.stack, page.stack
for name in wanted:
    assert name in page.ids, "lacks " + name
for name in unwanted:
    assert name not in page.ids, "has " + name
svgs = re.findall(r"<svg.*?</svg>", raw, re.S)
assert len(svgs) == plots, "%d plots" % len(svgs)
for svg in svgs:
    root = xml.etree.ElementTree.fromstring(svg)
    text = "".join(root.itertext())
    assert root.get("aria-label") and "GDT" not in text.replace("GDT3", "") and "rgb(  1" not in svg
for word in ("url(", "@import"):
    for at in re.finditer(re.escape(word), re.sub(r"http://www.w3.org/(2000/svg|1999/xlink)", "", raw)):
        piece = at.string[at.start():at.start() + 8]
        assert piece.startswith("url(#"), "an address: " + at.string[at.start() - 40:at.start() + 60]
if len(sys.argv) > 5:
    scores = json.load(open(sys.argv[5]))
    table = re.search(r'id="confusion".*?</table>', raw, re.S).group(0)
    counts = [int(n) for n in re.findall(r"<td[^>]*>(\d+)<small>", table)]
    assert counts == sum(scores["confusion"], []), "another confusion matrix than evaluate's"
    table = re.search(r'id="classes".*?</table>', raw, re.S).group(0)
    assert ["%.4f" % c["recall"] for c in scores["per_class"]] == re.findall(r"</th><td>[\d.]+</td><td>([\d.]+)", table)
    if "importance" in scores:
        table = re.search(r'id="importance".*?</table>', raw, re.S).group(0)
        worth = [("%.4f" % c["log_loss"], "%.4f" % c["accuracy"]) for c in scores["importance"]]
        assert worth == re.findall(r"<td class[^>]*>([-\d.]+)</td><td>([-\d.]+)", table), "another worth of the columns than evaluate's"
    assert "%.4f (95" % scores["accuracy"] in "".join(page.text)
END
all="status training time scores confusion classes importance data class-counts correlation repeat command-train command-preprocess weights-sha256 configuration versions origin"
drawn=1
command -v gnuplot >/dev/null || drawn=0
curves="plot-loss plot-accuracy plot-rate plot-norm plot-seconds plot-speed plot-roc plot-reliability plot-classcounts plot-groupa"
((drawn)) || { curves=no-plots && echo "gnuplot is not installed: the plots are not looked at"; }
ranks 1 evaluate whole/model.h5 --data songs.h5 --importance --json >whole.json
ranks 1 evaluate unvalidated/model.h5 --data unvalidated.h5 --json >unvalidated.json
for output in - /dev/stdout; do
	expect 0 '' "$GENRE_DIST" report whole -o $output
	grep -q '^<!DOCTYPE html>' out.txt && grep -q '</html>' out.txt || fail "no page on '$output'"
done
expect 0 '' "$GENRE_DIST" report whole -o /dev/null
[[ ! -e ./- && -c /dev/null ]] || fail "a file named -, or none that is /dev/null"
expect 0 '' python3 check.py whole/report.html $((10 * drawn)) "$all epochs audit $curves" "no-dataset no-scores" whole.json
expect 0 '' python3 check.py unvalidated/report.html $((10 * drawn)) "$all epochs $curves" "no-dataset" unvalidated.json
grep -q 'no validation part' unvalidated/report.html || fail "a run without validation is not said to be one"
expect 0 '' python3 check.py single/report.html $((10 * drawn)) "$all epochs $curves" "no-scores"
expect 0 '' python3 check.py untested/report.html $((10 * drawn)) "$all" ""
grep -q 'chose the model' untested/report.html || fail "scores of the validation part are not called flattering"
expect 0 '' python3 check.py zero/report.html $((4 * drawn)) "status training scores confusion data" "epochs time"
expect 0 '' python3 check.py stopped/report.html $((4 * drawn)) "status scores data repeat" "epochs"
expect 0 '' python3 check.py begun/report.html 0 "status configuration" "confusion"
expect 0 '' python3 check.py going/report.html $((10 * drawn)) "$all" ""
expect 0 '' python3 check.py nasty_run/report.html $((10 * drawn)) "$all" ""
grep -qF '&lt;script&gt;alert(1)&lt;/script&gt;' nasty_run/report.html || fail "the class's name is not shown as it is"
grep -q "$(weights_of whole/model.h5)" whole/report.html || fail "the page lacks the hash of the weights"
grep -q 'genre-dist train --preset study --data songs.h5 --hidden 16 --epochs 6 --batch-size 256<' whole/report.html || fail "the command to repeat is not as expected"
# That command gives that model.
eval "$(sed -n 's/.*<pre id="command-train">genre-dist \(.*\)<\/pre>.*/ranks 1 \1 --run again -q/p' whole/report.html)" >/dev/null
equal "the repeated model" "$(weights_of again/model.h5)" "$(weights_of whole/model.h5)"
# That of a run that stopped on the way stops there.
eval "$(sed -n 's/.*<pre id="command-train">genre-dist \(.*\)<\/pre>.*/ranks 1 \1 --run again_stopped -q/p' stopped/report.html)" >/dev/null
equal "the repeated state of a stopped run" "$(weights_of again_stopped/checkpoint.h5)" "$(weights_of stopped/checkpoint.h5)"
expect 0 '' "$GENRE_DIST" info stopped/checkpoint.h5
grep -q ' --max-steps 2$' out.txt || fail "the model card's command goes past its model"

# Without gnuplot, with one that fails, without the dataset, with the dataset elsewhere, with another one.
mkdir empty broken
printf '#!/bin/sh\nexit 1\n' >broken/gnuplot && chmod +x broken/gnuplot
expect 0 '' env PATH="$PWD/empty" "$GENRE_DIST" report whole -o plain.html
expect 0 '' python3 check.py plain.html 0 "$all epochs no-plots" "" whole.json
grep -q 'gnuplot is not installed' plain.html || fail "the page does not say that gnuplot is missing"
expect 0 '' env PATH="$PWD/broken" "$GENRE_DIST" report whole -o plain.html
grep -q 'gnuplot failed' plain.html || fail "the page does not say that gnuplot failed"
mv songs.h5 moved.h5
expect 0 '' "$GENRE_DIST" report whole -o lacking.html
expect 0 '' python3 check.py lacking.html $((8 * drawn)) "status training time data repeat no-dataset no-scores class-counts audit distribution-a" "confusion correlation"
expect 0 '' "$GENRE_DIST" report whole -o elsewhere.html --data moved.h5
expect 0 '' python3 check.py elsewhere.html $((10 * drawn)) "$all" "no-dataset" whole.json
expect 0 "warning: the page has nothing of the data: 'nasty.h5' is not the dataset of this run" "$GENRE_DIST" report whole -o other.html --data nasty.h5
expect 0 "warning: the page has nothing of the data: cannot read 'nowhere.h5': no such file" "$GENRE_DIST" report whole -o other.html --data nowhere.h5
expect 0 '' "$GENRE_DIST" report whole -o other.html --data nasty.h5
grep -q 'is not the dataset of this run' other.html || fail "another dataset is taken for the run's"
mv moved.h5 songs.h5

# A sweep: its tables are those of the sweep, and each trial has its curve.
printf '[sweep]\nrepeats = 2\n[base]\npreset = study\ndata = songs.h5\nhidden = 8\nbatch-size = 256\nepochs = 2\n[vary]\nlearning-rate = 0.003 0.01 0.03\ndropout = 0 0.5\n[trial wild]\noptimizer = sgd\nlearning-rate = 1e6\n' >sweep.ini
ranks 2 sweep sweep.ini --run swept --json >sweep.json 2>/dev/null
expect 0 "wrote 'swept/report.html'" "$GENRE_DIST" report swept
expect 0 '' python3 check.py swept/report.html $((2 * drawn)) "status configurations curves trials repeat sweep-file" "no-plots"
equal "trials and configurations" "$(grep -o '<th scope="row">' swept/report.html | wc -l)" $((14 + 7))
best=$(sed -n '1s/.*"validation_loss": {"mean": \([0-9]\.[0-9]*\).*/\1/p' sweep.json)
grep -q "<td>$(printf %.4f "$best")</td>" swept/report.html || fail "the best configuration's mean is not in the page"
expect 0 '' env PATH="$PWD/empty" "$GENRE_DIST" report swept/wild-seed0 -o wild.html
dd if=/dev/zero of=swept/sweep.h5 bs=1 seek=3000 count=8 conv=notrunc 2>/dev/null
refuse 3 "swept/sweep.h5" "$GENRE_DIST" report swept

refuse 3 "'empty' is no run directory" "$GENRE_DIST" report empty
refuse 3 "no run directory" "$GENRE_DIST" report nowhere
refuse 3 "no run directory" "$GENRE_DIST" report songs.csv
refuse 2 "needs a run directory" "$GENRE_DIST" report
refuse 3 "'whole/model.h5' is no run directory but a file" "$GENRE_DIST" report whole/model.h5
for input in model.h5 config.ini; do
	before=$(sha256sum <whole/$input)
	refuse 2 "'whole/$input' is both input and output" "$GENRE_DIST" report whole -o whole/$input
	equal "$input after a report in its place" "$(sha256sum <whole/$input)" "$before"
done
refuse 2 "found 'single' as well" "$GENRE_DIST" report whole single
refuse 2 "there is no directory 'nowhere'" "$GENRE_DIST" report whole -o nowhere/report.html
cp -r whole damaged
dd if=/dev/zero of=damaged/model.h5 bs=1 seek=4000 count=8 conv=notrunc 2>/dev/null
refuse 3 "damaged/model.h5" "$GENRE_DIST" report damaged

# A browser: every part is there once it is rendered, and nothing was complained about. A page that has something to complain of comes first, lest the
# check cannot fail.
browse() { # FILE: rendered.html and console.txt
	local profile
	profile=$(mktemp -d "$PWD/profile-XXXX")
	timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$profile" --enable-logging=stderr --v=0 --dump-dom "file://$PWD/$1" >rendered.html 2>console.txt
}
if ! command -v chromium >/dev/null; then
	echo "chromium is not installed (jobs/setup.sh --tests does it): pages are not opened in a browser"
elif ! browse plain.html || ! grep -q '<main>' rendered.html; then
	echo "chromium does not run here: pages are not opened in a browser"
else
	sed 's/<main>/<main><script>document.title = "wrong"<\/script>/' whole/report.html >active.html
	browse active.html
	checks=$((checks + 1))
	grep -q 'CONSOLE' console.txt || fail "the browser's complaints go unseen"
	grep -q '<title>wrong' rendered.html && fail "the page's policy lets scripts run"
	for page in whole nasty_run going; do
		checks=$((checks + 1))
		browse "$page/report.html" || fail "chromium cannot open $page/report.html"
		grep 'CONSOLE' console.txt && fail "the browser complains about $page/report.html"
		for id in $all $curves; do
			grep -q "id=\"$id\"" rendered.html || fail "$page/report.html as rendered lacks $id"
		done
	done
fi

# The model card.
expect 0 '' "$GENRE_DIST" info whole/model.h5
for line in 'purpose .*playlist_genre.*6 classes: pop, rap' '^use .*predict whole/model.h5' 'trained on .*songs.csv, sha256' '^split .*random, seed 0' 'shared test records.*ceiling' '^scores .*validation loss' \
	'evaluate whole/model.h5 --data songs.h5' '^limits' 'tempo  *[0-9.]+  *[0-9.]+  *[0-9.]+  *[0-9.]+' '^again .*genre-dist preprocess songs.csv' 'genre-dist train --preset study --data songs.h5 --hidden 16'; do
	checks=$((checks + 1))
	grep -Eq "$line" out.txt || fail "the model card lacks '$line'"
done
expect 0 '' "$GENRE_DIST" info unvalidated/model.h5
grep -q 'no validation part' out.txt || fail "the model card does not say that there was no validation"
# Copies of records are found without groups, too, but there is no table that a limit could speak of.
seq 300 | awk -v OFS=, 'BEGIN {print "a,b,k"} {for (i = 0; i < 2; i++) print $1 % 7, $1 % 11, $1 % 3}' >copies.csv
expect 0 '' "$GENRE_DIST" preprocess copies.csv --target k
expect 0 '' "$GENRE_DIST" train --data copies.h5 --run copies --hidden 8 --epochs 1 --calibrate -q
expect 0 '' "$GENRE_DIST" info copies/model.h5
grep -q 'copies of training records' out.txt || fail "the model card does not say that records are copies"
grep -q ceiling out.txt && fail "the model card speaks of a table that it does not have"
grep -q '^best validation loss .*with its temperature' out.txt || fail "the best loss does not say that it is the one with a temperature"

# Memory does not grow with the rows of a wide table: 4,000 rows of 5,700 features are 90 MB.
awk 'BEGIN { srand(8); for (j = 0; j < 60; j++) printf "c%d,", j; print "kind"; for (i = 0; i < 6600; i++) { for (j = 0; j < 60; j++) printf "l%d,", rand() * 100; print i % 2 } }' >wide.csv
"$GENRE_DIST" preprocess wide.csv --target kind -q || exit 2
ranks 1 train --preset study --data wide.h5 --run wide --hidden none --epochs 1 -q >/dev/null || exit 2
peak_of() { # RUN, in kB
	python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$GENRE_DIST" report "$1" -q
}
narrow=$(peak_of whole) wide=$(peak_of wide)
holds "memory of a wide table's report, $wide kB beside $narrow" "$wide > 0 && $narrow > 0 && $wide < $narrow + 50000"
finish
