#!/usr/bin/env python3
"""Samples a second beside PyTorch's, and exact beside fast reduction: tests/bench/compare.py [--repeats N] [--only WORD...]

Every figure is a ratio of runs that took turns on the same cores, the median of --repeats such pairs. Needs a release
build (--program, default build/genre-dist), mpirun and PyTorch (Debian: python3-torch); `--no-peer` goes without, and
`--before PROGRAM` puts an older build beside this one. The peer has its best: each BLAS that is installed, OpenBLAS with
the kernels of several processors too, and each --python are tried on each piece of work, and the fastest is named.
Prints one table row a piece of work as soon as it is measured. Run it on a machine that does nothing else.
"""
import argparse
import glob
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
ROWS = 22979  # the study's training part

# name, table, widths behind the input, activation, dropout, batch, ranks, epochs of a run (ours, the peer's), goal of the ratio (a processor with AVX-512)
WORK = [
    ("20-32-6 sigmoid, batch 5000", "narrow", [32], "sigmoid", 0, 5000, 1, (300, 60), 14),
    ("20-32-6 sigmoid, batch 256", "narrow", [32], "sigmoid", 0, 256, 1, (200, 15), 28),
    ("20-32-6 sigmoid, batch 5000", "narrow", [32], "sigmoid", 0, 5000, 2, (300, 60), 45),
    ("20-32-6 sigmoid, batch 256", "narrow", [32], "sigmoid", 0, 256, 2, (200, 4), 150),
    ("20-128-64-32-16-6 ReLU, dropout .2, batch 1024", "narrow", [128, 64, 32, 16], "relu", 0.2, 1024, 1, (40, 10), 8),
    ("20-256-256-6 ReLU, batch 5000", "narrow", [256, 256], "relu", 0, 5000, 1, (12, 8), 4.2),
    ("32-1024-1024-6 ReLU, batch 5000", "wide", [1024, 1024], "relu", 0, 5000, 1, (3, 3), 1.8),
    ("32-1024-1024-6 ReLU, batch 5000", "wide", [1024, 1024], "relu", 0, 5000, 2, (4, 4), 2.8),
    ("531 columns in bins-256-256-6 SiLU, dropout .5, batch 1024", "bins", [256, 256], "silu", 0.5, 1024, 1, (8, 4), 6.5),
]


# As a user has who sources jobs/environment.sh first.
ENVIRONMENT = dict(item.split("=", 1) for item in subprocess.run(
    ["bash", "-c", f". '{TOP}/jobs/environment.sh' && env -0"], capture_output=True, text=True, check=True).stdout.split("\0") if item)


def run(command, environment=ENVIRONMENT, may_fail=False):
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode and may_fail:
        return None
    if done.returncode:
        sys.exit(f"compare: '{' '.join(command)}' failed:\n{done.stderr}")
    return done.stdout


def peers(pythons):
    """What PyTorch may run on, as (name, python, environment): each interpreter with each libblas.so.3, which Debian keeps in folders."""
    plain = {name: value for name, value in ENVIRONMENT.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    plain["OPENBLAS_NUM_THREADS"] = "1"
    found = []
    for python in pythons:
        version = run([python, "-c", "import torch; print(torch.__version__)"], plain, may_fail=True)
        if version is None:
            continue
        torch = "torch " + version.strip()
        found.append((torch + ", its own BLAS", python, plain))
        for library in sorted(glob.glob("/usr/lib/*/*/libblas.so.3") + glob.glob("/usr/lib64/*/libblas.so.3")):
            blas = os.path.basename(os.path.dirname(library))
            environment = dict(plain, LD_LIBRARY_PATH=os.path.dirname(library))
            found.append((f"{torch}, {blas}", python, environment))
            if blas.startswith("openblas"):
                found += [(f"{torch}, {blas} {core}", python, dict(environment, OPENBLAS_CORETYPE=core)) for core in ("Haswell", "Zen", "SkylakeX", "Cooperlake")]
    if not found:
        sys.exit("compare: no python has PyTorch (Debian: python3-torch); --no-peer goes without")
    return found


class Bench:
    def __init__(self, options, folder):
        self.program, self.before, self.folder, self.peer = options.program, options.before, folder, not options.no_peer
        self.peers = peers(options.python) if self.peer else []
        self.best = {}
        self.count = 0
        self.made = {}

    def table(self, name):
        """A dataset of ROWS training rows, and how many columns its network reads."""
        if name in self.made:
            return self.made[name]
        dataset = os.path.join(self.folder, name + ".h5")
        source = os.path.join(self.folder, name + ".csv")
        if name == "bins":
            # The songs' rich features; 32 bins for the date as for all others.
            schema = os.path.join(self.folder, "rich.ini")
            with open(os.path.join(TOP, "data", "spotify_rich.ini")) as rich, open(schema, "w") as out:
                out.write(rich.read().replace("piecewise-linear 256", "piecewise-linear 32"))
            run([self.program, "synth", "-o", source, "--rows", str(ROWS + 10)])
            arguments, columns = ["--schema", schema], 531
        else:
            columns = {"narrow": 20, "wide": 32}[name]
            draw = random.Random(1)
            with open(source, "w") as out:
                out.write(",".join(f"x{i}" for i in range(columns)) + ",y\n")
                for row in range(ROWS + 10):
                    out.write(",".join(f"{draw.random():.4f}" for _ in range(columns)) + f",c{row % 6}\n")
            arguments = ["--target", "y"]
        share = 10 / (ROWS + 10)
        run([self.program, "preprocess", source, "-o", dataset, "--validation-fraction", "0", "--test-fraction", f"{share:.9f}"] + arguments)
        self.made[name] = dataset, columns
        return self.made[name]

    def ours(self, work, extra=(), program=None):
        """Samples a second of one run: rows over the time of steps and exchanges, median of its epochs."""
        _, table, hidden, activation, dropout, batch, ranks, epochs, _ = work
        dataset, _ = self.table(table)
        self.count += 1
        directory = os.path.join(self.folder, f"run{self.count}")
        command = [program or self.program, "train", "--data", dataset, "--run", directory, "--hidden", ",".join(map(str, hidden)), "--activation", activation,
                   "--dropout", str(dropout), "--batch-size", str(batch), "--epochs", str(epochs[0] + 1), "--checkpoint-every", "0",
                   "--checkpoint-seconds", "0", "--learning-rate", "0.001", "--progress", "off", *extra]
        if command[0] == self.program:  # nothing but what is named here; older builds have no presets
            command += ["--preset", "study"]
        run((["mpirun", "-n", str(ranks)] if ranks > 1 else []) + command)
        printed = run(["h5dump", "-y", "-w", "1", "-d", "/epochs/samples_per_second", os.path.join(directory, "metrics.h5")])
        rates = [float(line.strip().rstrip(",")) for line in printed.splitlines() if line.strip() and line.strip()[0].isdigit()]
        return len(rates[1:]) / sum(1 / rate for rate in rates[1:])

    def torch(self, work):
        """Samples a second of one run of the peer's fastest kind, which is found first."""
        name = f"{work[0]}, {work[6]} ranks"
        if name not in self.best:
            tried = [(self.run_peer(work, peer, 1) or 0, peer) for peer in self.peers]
            self.best[name] = max(tried, key=lambda one: one[0])[1]
        return self.run_peer(work, self.best[name], work[7][1])

    def run_peer(self, work, peer, epochs):
        _, table, hidden, activation, dropout, batch, ranks, _, _ = work
        _, columns = self.table(table)
        _, python, environment = peer
        printed = run([python, os.path.join(HERE, "peer.py"), "--widths", ",".join(map(str, [columns, *hidden, 6])), "--activation", activation,
                       "--dropout", str(dropout), "--batch-size", str(batch), "--epochs", str(epochs), "--ranks", str(ranks), "--rows", str(ROWS)],
                      environment, may_fail=epochs == 1)
        return json.loads(printed.splitlines()[-1])["samples_per_second"] if printed else None


def rate(value):
    return f"{value / 1e6:.3g}" if value >= 1e4 else f"{value:.0f}e-6"


def compare(bench, work, repeats):
    ours, fast, peer, before = [], [], [], []
    for _ in range(repeats):
        ours.append(bench.ours(work))
        if bench.before:
            before.append(bench.ours(work, program=bench.before))
        fast.append(bench.ours(work, ["--reduction", "fast"]))
        if bench.peer:
            peer.append(bench.torch(work))
    slower = statistics.median(f / o - 1 for o, f in zip(ours, fast))
    ratio = statistics.median(o / p for o, p in zip(ours, peer)) if peer else None
    cells = [work[0], str(work[6]), rate(statistics.median(ours)), rate(statistics.median(peer)) if peer else "", f"{ratio:.2f}" if peer else "", f"{work[8]:g}",
             f"{100 * slower:+.0f} %", f"{statistics.median(o / b for o, b in zip(ours, before)):.2f}" if before else "",
             bench.best[f"{work[0]}, {work[6]} ranks"][0] if peer else ""]
    print("| " + " | ".join(cells) + " |", flush=True)


def whole_process(bench, ranks, repeats):
    """From command to model file: ten epochs of 20-32-6."""
    dataset, _ = bench.table("narrow")
    ours, peer = [], []
    for repeat in range(repeats):
        directory = os.path.join(bench.folder, f"whole{ranks}-{repeat}")
        before = time.time()
        run((["mpirun", "-n", str(ranks)] if ranks > 1 else []) + [bench.program, "train", "--data", dataset, "--run", directory, "--hidden", "32",
            "--activation", "sigmoid", "--dropout", "0", "--batch-size", "256", "--epochs", "10", "--progress", "off", "--preset", "study"])
        ours.append(time.time() - before)
        if bench.peer:
            before = time.time()
            run([bench.peers[0][1], os.path.join(HERE, "peer.py"), "--batch-size", "256", "--epochs", "10", "--ranks", str(ranks), "--cold", "--rows", str(ROWS),
                 "--save", os.path.join(bench.folder, "peer.pt")], bench.peers[0][2])
            peer.append(time.time() - before)
    ratio = f"{statistics.median(p / o for o, p in zip(ours, peer)):.2f}" if peer else ""
    print(f"| whole process, 10 epochs of 20-32-6, batch 256 | {ranks} | {statistics.median(ours):.2f} s | {f'{statistics.median(peer):.2f} s' if peer else ''} | {ratio} | 3 | | | {bench.peers[0][0] if peer else ''} |", flush=True)


def oversubscribed(bench, repeats):
    """Eight ranks on the cores of this machine against as many ranks as cores."""
    cores = len(os.sched_getaffinity(0))
    work = WORK[2]
    ratios = []
    for _ in range(repeats):
        few = bench.ours(work[:6] + (cores,) + work[7:])
        ratios.append(bench.ours(work[:6] + (8,) + work[7:]) / few)
    print(f"| 20-32-6 sigmoid, batch 5000: 8 ranks against {cores} on {cores} cores | 8 | | | {statistics.median(ratios):.2f} | 0.8 | | | |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(TOP, "build", "genre-dist"))
    parser.add_argument("--before", help="an older build")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], help="words that a piece of work must have in its name")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--python", nargs="*", default=list(dict.fromkeys([sys.executable, "/usr/bin/python3"])), help="interpreters whose PyTorch is tried")
    options = parser.parse_args()
    print("| work (Adam) | ranks | ours, million samples/s | PyTorch | ratio | goal | fast sums gain | over --before | the peer |\n|---|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        wanted = lambda name: all(word in name for word in options.only)  # noqa: E731
        for work in WORK:
            if wanted(f"{work[0]}, {work[6]} ranks"):
                compare(bench, work, options.repeats)
        for ranks in (1, 2):
            if wanted(f"whole process, {ranks} ranks"):
                whole_process(bench, ranks, options.repeats)
        if wanted("oversubscribed, 8 ranks"):
            oversubscribed(bench, options.repeats)


if __name__ == "__main__":
    main()
