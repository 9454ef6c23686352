# results.tsv -> scaling.svg: lines are simulated, points planned. Greys and colours that are legible on white and on black.
set terminal svg size 1000,540 font "sans-serif,13"
set output "jobs/scaling/scaling.svg"
set datafile separator "\t"
ink = "#808080"; orange = "#d95f02"; green = "#1b9e77"; violet = "#8078d0"
set border 3 linecolor rgb ink
set tics nomirror textcolor rgb ink
set grid linecolor rgb ink linewidth 0.3
set key below maxcols 2 textcolor rgb ink spacing 1.2 samplen 2
set xlabel "ranks" textcolor rgb ink
set logscale x 2
set xrange [7:1200]
file = "jobs/scaling/results.tsv"
# Rows of one series on one network.
pick(name, network, value) = (strcol(1) eq name && strcol(2) eq network) ? value : NaN
set datafile missing NaN
set style data lines
set linetype 1 linewidth 2 dashtype 1 linecolor rgb orange
set linetype 2 linewidth 2 dashtype 2 linecolor rgb orange
set linetype 3 linewidth 2 dashtype 1 linecolor rgb green
set linetype 4 linewidth 2 dashtype 2 linecolor rgb green
set linetype 5 linewidth 2 dashtype 1 linecolor rgb violet
set linetype 6 linewidth 2 dashtype 2 linecolor rgb violet
set linetype 7 linewidth 2 dashtype 1 linecolor rgb ink
set linetype 8 linewidth 2 dashtype 2 linecolor rgb ink
set linetype 9 linewidth 2 dashtype 3 linecolor rgb orange
set linetype 10 linewidth 2 dashtype 3 linecolor rgb violet
set linetype 11 linewidth 2 dashtype 3 linecolor rgb ink
set multiplot layout 1,2

set title "Strong scaling: milliseconds of a step" textcolor rgb ink
set logscale y
set yrange [0.5:150]
plot file using 3:(pick("strong-wide", "100", 1e3 * $5)) linetype 5 title "32-1024-1024-6, 8192 rows", "" using 3:(pick("strong-wide", "10", 1e3 * $5)) linetype 6 notitle, \
	"" using 3:(pick("strong-large", "100", 1e3 * $5)) linetype 3 title "20-256-256-6, 65536 rows", "" using 3:(pick("strong-large", "10", 1e3 * $5)) linetype 4 notitle, \
	"" using 3:(pick("strong", "100", 1e3 * $5)) linetype 1 title "20-256-256-6, 1024 rows", "" using 3:(pick("strong", "10", 1e3 * $5)) linetype 2 notitle, \
	for [s in "strong-wide strong-large strong"] for [n in "10 100"] "" using 3:(pick(s, n, 1e3 * $8)) with points pointtype 6 pointsize 0.7 linecolor rgb ink notitle, \
	NaN linetype 7 title "100 Gb/s", NaN linetype 8 title "10 Gb/s", NaN with points pointtype 6 pointsize 0.7 linecolor rgb ink title "bench --plan"

set title "Weak scaling: efficiency" textcolor rgb ink
unset logscale y
set yrange [0:1.05]
plot file using 3:(pick("weak-wide", "100", $7)) linetype 5 title "32-1024-1024-6, 512 rows a rank", "" using 3:(pick("weak-wide", "10", $7)) linetype 6 notitle, \
	"" using 3:(pick("weak", "100", $7)) linetype 1 title "20-256-256-6, 256 rows a rank", "" using 3:(pick("weak", "10", $7)) linetype 2 notitle, \
	for [n in "10-tapered 100-tapered"] "" using 3:(pick("weak-wide", n, $7)) linetype 10 notitle, for [n in "10-tapered 100-tapered"] "" using 3:(pick("weak", n, $7)) linetype 9 notitle, \
	NaN linetype 7 title "100 Gb/s", NaN linetype 8 title "10 Gb/s", NaN linetype 11 title "the same, tapered"
unset multiplot
