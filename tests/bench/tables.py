#!/usr/bin/env python3
"""A table of tables: genre-dist beside scikit-learn and XGBoost, all with their defaults, on the same rows.

    tables.py PROGRAM FOLDER [--tables Vehicle,spam] [--splits 3] [--preprocess "OPTIONS"] [--train "OPTIONS"] [--members 16] [--tune 2m] [--ours] [--inner] [--json FILE]

FOLDER holds gzipped CSV files; TARGETS below says which and what is to be predicted, of others --tables NAME=COLUMN does. Each split is `preprocess --seed N`: our training and validation rows are the peers' training rows,
and records that preprocess dropped are scored for nobody. Prints accuracy and log-loss, mean and deviation over the splits, each method's mean rank, and seconds.
--members and --tune add columns: ours with so many members, and the best few that `tune --budget` found, averaged.
--inner splits the training and validation rows of split 0 once more: on these the preset's rule was chosen, so that no test row chose anything.
Debian: python3-sklearn python3-pandas python3-h5py; python3-xgboost where it is installed.
"""
import argparse
import glob
import gzip
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import warnings

import h5py
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

try:
    import xgboost
except ImportError:
    xgboost = None

warnings.simplefilter("ignore")
TARGETS = {
    "Vehicle": "Class", "Vowel": "Class", "Soybean": "Class", "attrition": "Attrition", "cells": "class", "DNA": "Class", "spam": "type",
    "Satellite": "classes", "income": "INCOME", "LetterRecognition": "lettr",
}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def rows_of(path):
    with h5py.File(path) as file:
        return {part: file[part]["source_row"][:] - 1 for part in ("train", "validation", "test") if part in file}


def keep_training_rows(program, source, target, work):
    """The CSV of the rows that split 0 trains and validates on."""
    run(program, "preprocess", source, "--target", target, "-o", f"{work}/outer.h5", "-q")
    rows = rows_of(f"{work}/outer.h5")
    table = pd.read_csv(source, dtype=str, keep_default_na=False)
    table.iloc[np.sort(np.concatenate([rows["train"], rows["validation"]]))].to_csv(f"{work}/inner.csv", index=False)
    return f"{work}/inner.csv"


def evaluate(program, models, dataset, seconds):
    scores = json.loads(run(program, "evaluate", *models, "--data", dataset, "--json"))
    return [scores["accuracy"], scores["log_loss"], scores["expected_calibration_error"], seconds]


def train(program, dataset, directory, *extra):
    subprocess.run(["rm", "-rf", directory], check=True)
    before = time.time()
    run(program, "train", "--data", dataset, "--run", directory, "-q", *extra)
    return evaluate(program, [f"{directory}/model.h5"], dataset, time.time() - before)


def tune(program, dataset, directory, budget):
    subprocess.run(["rm", "-rf", directory], check=True)
    before = time.time()
    run(program, "tune", "--data", dataset, "--run", directory, "--budget", budget, "-q")
    seconds = time.time() - before
    return evaluate(program, sorted(glob.glob(f"{directory}/best/best-*/model.h5")), dataset, seconds)


def score_ours(options, source, target, split, work):
    dataset, directory = f"{work}/data.h5", f"{work}/run"
    run(options.program, "preprocess", source, "--target", target, "-o", dataset, "-q", "--force", "--seed", str(split), *shlex.split(options.preprocess))
    scores = {"ours": train(options.program, dataset, directory, *shlex.split(options.train))}
    if options.members:
        scores[f"{options.members} members"] = train(options.program, dataset, directory, "--members", str(options.members), *shlex.split(options.train))
    if options.tune:
        scores[f"tune {options.tune}"] = tune(options.program, dataset, directory, options.tune)
    return rows_of(dataset), scores


def calibration_error(probabilities, right):
    bins = np.minimum((probabilities.max(1) * 15).astype(int), 14)
    return sum(abs(right[bins == b].mean() - probabilities.max(1)[bins == b].mean()) * (bins == b).mean() for b in range(15) if (bins == b).any())


def score_peers(source, target, rows):
    train, test = np.concatenate([rows["train"], rows.get("validation", np.array([], int))]), rows["test"]
    table = pd.read_csv(source, na_values=["?"])
    label, x = table[target].astype(str), table.drop(columns=[target])
    for column in x.columns:
        if x[column].dtype == object:
            x[column] = x[column].astype("category").cat.codes.replace(-1, np.nan)
    classes = sorted(label.iloc[np.concatenate([train, test])].unique())
    code = label.map({name: i for i, name in enumerate(classes)})
    models = {"HGB": HistGradientBoostingClassifier(random_state=0), "forest": RandomForestClassifier(300, random_state=0), "MLP": make_pipeline(StandardScaler(), MLPClassifier(random_state=0))}
    if xgboost:
        models["XGBoost"] = xgboost.XGBClassifier(n_jobs=1, verbosity=0)
    scores = {}
    for name, model in models.items():
        filled = x.fillna(-1) if name in ("forest", "MLP") else x
        before = time.time()
        model.fit(filled.iloc[train], code.iloc[train].astype(int))
        seconds = time.time() - before
        p = np.clip(model.predict_proba(filled.iloc[test]), 1e-6, 1)
        p /= p.sum(1, keepdims=True)
        right = np.array(model.classes_)[p.argmax(1)] == code.iloc[test].to_numpy()
        scores[name] = [right.mean(), log_loss(code.iloc[test], p, labels=model.classes_), calibration_error(p, right), seconds]
    return scores


def mean_ranks(results, methods, place, sign):
    total = {method: 0.0 for method in methods}
    for table in results:
        value = {m: sign * np.mean(results[table][m], axis=0)[place] for m in methods}
        for m in methods:
            ties = sum(abs(value[m] - value[o]) < 1e-9 for o in methods)
            total[m] += sum(value[o] < value[m] - 1e-9 for o in methods) + (ties + 1) / 2
    return {m: total[m] / len(results) for m in methods}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--tables", default=",".join(TARGETS))
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--preprocess", default="")
    parser.add_argument("--train", default="")
    parser.add_argument("--members", type=int)
    parser.add_argument("--tune", metavar="BUDGET")
    parser.add_argument("--ours", action="store_true", help="no peers")
    parser.add_argument("--inner", action="store_true")
    parser.add_argument("--json", help="a line a table and split is added here")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    results = {}
    for named in options.tables.split(","):
        table, target = named.split("=") if "=" in named else (named, TARGETS[named])
        with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as work:
            source = f"{work}/{table}.csv"
            with open(source, "wb") as out:
                out.write(gzip.open(f"{options.folder}/{table}.csv.gz").read())
            if options.inner:
                source = keep_training_rows(options.program, source, target, work)
            for split in range(options.splits):
                rows, ours = score_ours(options, source, target, split, work)
                scores = {**ours, **({} if options.ours else score_peers(source, target, rows))}
                for method, score in scores.items():
                    results.setdefault(table, {}).setdefault(method, []).append(score)
                if options.json:
                    with open(options.json, "a") as out:
                        print(json.dumps({"table": table, "split": split, "train": len(rows["train"]), "test": len(rows["test"]), "scores": scores}), file=out)
                print(table, split, {m: "%.4f / %.4f" % (s[0], s[1]) for m, s in scores.items()}, file=sys.stderr, flush=True)
    methods = list(next(iter(results.values())))
    print("| table |" + "".join(f" {m} |" for m in methods) + "\n|---|" + "---|" * len(methods))
    for table, scores in results.items():
        cells = []
        for m in methods:
            mean, deviation = np.mean(scores[m], axis=0), np.std(scores[m], axis=0)
            cells.append("%.4f ± %.4f / %.4f ± %.4f" % (mean[0], deviation[0], mean[1], deviation[1]))
        print(f"| {table} | " + " | ".join(cells) + " |")
    accuracy, loss = mean_ranks(results, methods, 0, -1), mean_ranks(results, methods, 1, 1)
    print("| mean rank | " + " | ".join("%.2f / %.2f" % (accuracy[m], loss[m]) for m in methods) + " |")
    overall = {m: np.mean([np.mean(s[m], axis=0) for s in results.values()], axis=0) for m in methods}
    print("| mean calibration error, seconds | " + " | ".join("%.3f, %.1f" % (overall[m][2], overall[m][3]) for m in methods) + " |")


main()
