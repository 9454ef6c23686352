#!/usr/bin/python3
"""Writes the golden files of the encodings beside this script, computed from their definitions: tables by NumPy and
Python's statistics, trainings by PyTorch with the columns written out. Packages as of generate.py. Run: ./generate_encodings.py

Source of the definitions: Y. Gorishniy, I. Rubachev, A. Babenko, "On embeddings for numerical features in tabular deep
learning", NeurIPS 2022: piecewise-linear encoding (eq. 1) and periodic embeddings (section 3.3). A normal quantile is that of a
value's rank among the training rows, (rows below + half of the rows equal) / rows, clipped to .001 ... .999; a model holds it at
129 knots and interpolates.
"""
import math
import statistics

import numpy
import torch

from generate import ADAMW, CLASSES, DEFAULTS, WEIGHTS, build, ours, report_noise, tensors, train, write

ROWS = 300            # of the tables
TRAINED, WIDTHS = 96, (6, 5)
FREQUENCIES, WIDTH = 4, 3
STEPS_OF_KNOTS = 128
NORMAL = statistics.NormalDist()


def distinct(values, mean, deviation):
    """Those that single precision tells apart once they are standardised."""
    kept = []
    for value in sorted(values):
        if not kept or numpy.float32((value - mean) / deviation) > numpy.float32((kept[-1] - mean) / deviation):
            kept.append(value)
    return numpy.array(kept)


def edges_of(x, bins):
    edges = numpy.quantile(x, [k / bins for k in range(bins + 1)])
    twin = torch.quantile(torch.tensor(x), torch.tensor([k / bins for k in range(bins + 1)], dtype=torch.float64))
    assert numpy.allclose(edges, twin.numpy(), rtol=1e-13, atol=0)
    return distinct(edges, x.mean(), x.std())


def normal_of(x, values):
    """Of any values, by their ranks in x."""
    ranks = [((x < v).sum() + 0.5 * (x == v).sum()) / len(x) for v in values]
    return numpy.array([NORMAL.inv_cdf(min(max(r, 0.001), 0.999)) for r in ranks])


def knots_of(x, steps):
    """Ends, quantiles at equal steps of the normal distribution, and both neighbours of a value that several of those are."""
    x = numpy.sort(x)
    last = NORMAL.inv_cdf(0.999)
    quantiles = numpy.quantile(x, [NORMAL.cdf(last * (2 * k / steps - 1)) for k in range(steps + 1)])
    knots = [x.min(), x.max(), *quantiles]
    for value in quantiles[1:][quantiles[1:] == quantiles[:-1]]:
        knots += [*x[x < value][-1:], *x[x > value][:1]]
    return distinct(knots, x.mean(), x.std())


def piecewise(x, edges):
    """Columns [values, bins] of eq. 1 with the first and the last bin clipped like the others."""
    return numpy.clip((x[:, None] - edges[:-1]) / (edges[1:] - edges[:-1]), 0, 1)


def standardised(columns, training):
    return (columns - training.mean(axis=0)) / (training.std(axis=0) + 1e-8)


def tables():
    random = numpy.random.default_rng(11)
    samples = {
        "smooth": (random.lognormal(size=ROWS), 32, 128),
        "floor": (numpy.where(random.random(ROWS) < 0.3, 0.0, random.exponential(size=ROWS)), 16, 128),
        "plateau": (numpy.where(random.random(ROWS) < 0.4, 0.5, random.normal(size=ROWS)), 10, 20),
        "integers": (numpy.floor(20 * random.beta(2, 3, size=ROWS)), 8, 128),
        "two": (numpy.where(random.random(ROWS) < 0.2, 3.0, -1.0), 5, 7),
    }
    for name, (x, bins, steps) in samples.items():
        edges, knots = edges_of(x, bins), knots_of(x, steps)
        normals = normal_of(x, knots)
        columns, ranks = piecewise(x, edges), numpy.interp(x, knots, normals)
        # Beyond both ends, on every edge and between.
        asked = numpy.concatenate([[x.min() - 5, x.max() + 5], edges, random.uniform(x.min(), x.max(), 20)])
        write("encoding_" + name, [
            ("bins", bins), ("steps", steps), ("values", x), ("edges", edges), ("knots", knots), ("normals", normals),
            ("mean", columns.mean(axis=0)), ("deviation", columns.std(axis=0)), ("asked", asked),
            ("columns", standardised(piecewise(asked, edges), columns).T.reshape(-1)),
            ("ranks", numpy.interp(asked, knots, normals)),
            ("quantile", standardised(numpy.interp(asked, knots, normals), ranks)), ("exact", normal_of(x, x))])


class Network(torch.nn.Module):
    """Perceptron of columns and of periodic embeddings of `u` [rows, features]; with members TabM-mini's: factors in front, layers of one's own behind."""

    def __init__(self, case, columns, features):
        super().__init__()
        self.periodic = case["periodic"]
        if self.periodic:
            self.frequency = torch.nn.Parameter(torch.empty(features, FREQUENCIES))
            self.weight = torch.nn.Parameter(torch.empty(features, 2 * FREQUENCIES, WIDTH))
            self.bias = torch.nn.Parameter(torch.empty(features, WIDTH))
        columns += features * WIDTH if self.periodic else 0
        self.members = case["members"]
        self.rest = build(case, False, columns, WIDTHS)
        if self.members:
            self.rest = self.rest[:-1]
            self.factor = torch.nn.Parameter(torch.empty(self.members, columns))
            self.last_weight = torch.nn.Parameter(torch.empty(self.members, WIDTHS[-1], CLASSES))
            self.last_bias = torch.nn.Parameter(torch.empty(self.members, CLASSES))

    def forward(self, columns, u):
        """Logits [rows, classes], of member after member."""
        x = self.embed(columns, u)
        if not self.members:
            return self.rest(x)
        hidden = self.rest((self.factor.unsqueeze(1) * x).flatten(0, 1)).unflatten(0, (self.members, -1))
        return (hidden @ self.last_weight + self.last_bias.unsqueeze(1)).flatten(0, 1)

    def embed(self, columns, u):
        if not self.periodic:
            return columns
        angle = 2 * math.pi * self.frequency * u.unsqueeze(2)
        waves = torch.cat([torch.cos(angle), torch.sin(angle)], 2)
        embedded = torch.relu(torch.einsum("rfk,fkw->rfw", waves, self.weight) + self.bias)
        return torch.cat([columns, embedded.flatten(1)], 1)


def all_tensors(network):
    if network.periodic:
        for name in ("frequency", "weight", "bias"):
            yield "periodic/" + name, getattr(network, name)
    if network.members:
        yield "members/factor", network.factor
    yield from tensors(network.rest)
    if network.members:
        yield "dense_%d/weight" % len(WIDTHS), network.last_weight
        yield "dense_%d/bias" % len(WIDTHS), network.last_bias


CASES = {
    "encoded_sgd": {"activation": "silu"},
    "encoded_adamw": dict(ADAMW, activation="silu", weight_decay=0.3, decay="weights"),
    "periodic_sgd": {"encoded": 0, "periodic": FREQUENCIES, "ema": 0.8},
    "periodic_adamw": dict(ADAMW, encoded=0, periodic=FREQUENCIES, weight_decay=0.3, activation="gelu"),
    "recipe_adamw": dict(ADAMW, periodic=FREQUENCIES, activation="silu", weight_decay=0.3, decay="weights", ema=0.9),
    "recipe_sgd": {"periodic": FREQUENCIES, "batch_norm": 1, "nesterov": 1, "weight_decay": 0.02, "decay": "weights",
                   "clip_norm": 0.05, "label_smoothing": 0.1, "class_weights": WEIGHTS, "ema": 0.9},
    "members_sgd": {"members": 3, "activation": "silu"},
    "members_adamw": dict(ADAMW, members=4, encoded=0, weight_decay=0.3, decay="weights", activation="relu"),
    "members_recipe": {"members": 5, "periodic": FREQUENCIES, "batch_norm": 1, "nesterov": 1, "weight_decay": 0.02, "decay": "weights",
                       "clip_norm": 0.05, "label_smoothing": 0.1, "class_weights": WEIGHTS, "ema": 0.9},
}


def draw_rows(random):
    """Numbers to be cut into bins (with ties), ranked, and left alone; a category; labels that depend on all of them."""
    category = random.integers(3, size=TRAINED)
    numbers = [random.lognormal(size=TRAINED), numpy.floor(9 * random.beta(1, 2, size=TRAINED)),
               numpy.where(random.random(TRAINED) < 0.25, 0.0, random.exponential(size=TRAINED)), random.normal(3, 2, size=TRAINED)]
    signal = sum(numpy.sin(2 * (x - x.mean()) / x.std()) for x in numbers) + category + 0.5 * random.normal(size=TRAINED)
    return numbers, category, numpy.searchsorted(numpy.quantile(signal, [1 / 3, 2 / 3]), signal)


def trainings():
    random = numpy.random.default_rng(12)
    numbers, category, labels = draw_rows(random)
    bins = (6, 8)
    one_hot = (category[:, None] == numpy.arange(3)).astype(float)
    cut = [piecewise(x, edges_of(x, b)) for x, b in zip(numbers, bins)]
    knots = [knots_of(x, STEPS_OF_KNOTS) for x in numbers]
    u = numpy.stack([numpy.interp(x, k, normal_of(x, k)) for x, k in zip(numbers, knots)], 1)
    rest = [numpy.stack([numbers[3]], 1), one_hot]
    encoded = numpy.concatenate([standardised(c, c) for c in (*cut, u[:, 2:3], *rest)], 1)
    plain = numpy.concatenate([standardised(c, c) for c in (numpy.stack(numbers[:3], 1), *rest)], 1)
    write("encoded", [("number_%d" % i, x) for i, x in enumerate(numbers)] +
          [("category", category), ("labels", labels), ("hidden", list(WIDTHS)), ("bins", list(bins))])
    labels = torch.tensor(labels)
    for name, changes in CASES.items():
        case = dict(DEFAULTS, encoded=1, periodic=0, members=0, ema=0.0) | changes
        columns = torch.tensor(encoded if case["encoded"] else plain)
        generator = torch.Generator().manual_seed(len(name))
        single, double = Network(case, columns.shape[1], u.shape[1]), Network(case, columns.shape[1], u.shape[1]).double()
        start = {}
        for key, tensor in all_tensors(single):
            start[key] = 0.8 * (torch.rand(ours(key, tensor).shape, generator=generator) - 0.5)
            if key.endswith(("scale", "running_variance")):
                start[key] += 1.0
        inputs, goals = (columns, torch.tensor(u)), labels.repeat(case["members"] or 1)
        _, _, final, _ = train(case, single, [i.float() for i in inputs], goals, start, all_tensors)
        losses, norms, final64, noted = train(case, double, inputs, goals, start, all_tensors)
        report_noise(name, final, final64)
        write(name, list(case.items()) + [("columns", columns.shape[1]), ("losses", losses), ("gradient_norms", norms)] +
              [("start/" + key, value.numpy().reshape(-1)) for key, value in start.items()] +
              [("float32/" + key, values) for key, values in final] +
              [("float64/" + key, ["%.12g" % value for value in values]) for key, values in final64] +
              [(key, ["%.12g" % value for value in values]) for key, values in noted
               if case["ema"] or not key.startswith("ema")])


if __name__ == "__main__":
    torch.set_num_threads(1)
    tables()
    trainings()
