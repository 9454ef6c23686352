#!/usr/bin/python3
"""Writes the golden files beside this script from independent implementations: trainings and schedules
by PyTorch, scores by NumPy (encodings: generate_encodings.py). Debian packages: python3-torch (1.13), python3-numpy. Run: ./generate.py

A golden file is text: entries `name count` followed by `count` words. Weights are stored as ours are,
[inputs, outputs]; float32 values have 9 digits, which give back the same bits.
"""
import os
import warnings

import numpy
import torch

warnings.filterwarnings("ignore", message="Detected call of `lr_scheduler.step")  # no optimizer runs in `schedules`

HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = 20
ROWS, INPUTS, HIDDEN, CLASSES = 96, 7, (10, 8), 3

ACTIVATIONS = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh,
               "gelu": torch.nn.GELU, "silu": torch.nn.SiLU}

# What the C test knows as well; a case names what differs from these.
DEFAULTS = {"activation": "tanh", "batch_norm": 0, "optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9,
            "nesterov": 0, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0, "decay": "all",
            "clip_norm": 0.0, "label_smoothing": 0.0, "class_weights": (1.0, 1.0, 1.0)}

WEIGHTS = (0.5, 2.0, 1.25)
ROW_WEIGHTS = tuple(row * 7 % 5 * 0.75 for row in range(ROWS))  # some are 0
ADAM = {"optimizer": "adam", "learning_rate": 0.01}
ADAMW = {"optimizer": "adamw", "learning_rate": 0.01}
CASES = {
    "sgd_relu": {"activation": "relu"},
    "sgd_sigmoid": {"activation": "sigmoid"},
    "sgd_tanh": {"activation": "tanh"},
    "sgd_gelu": {"activation": "gelu"},
    "sgd_silu": {"activation": "silu"},
    "sgd_plain": {"momentum": 0.0, "weight_decay": 0.02},
    "sgd_nesterov": {"nesterov": 1, "weight_decay": 0.02},
    "sgd_weight_decay": {"weight_decay": 0.05},
    "sgd_decay_weights": {"weight_decay": 0.05, "decay": "weights"},
    "sgd_clip": {"clip_norm": 0.1},
    "sgd_label_smoothing": {"label_smoothing": 0.1},
    "sgd_class_weights": {"class_weights": WEIGHTS},
    "sgd_row_weights": {"row_weights": ROW_WEIGHTS},
    "sgd_all_weights": {"row_weights": ROW_WEIGHTS, "class_weights": WEIGHTS, "label_smoothing": 0.1, "batch_norm": 1},
    "sgd_batch_norm": {"batch_norm": 1, "activation": "relu"},
    "sgd_everything": {"batch_norm": 1, "activation": "gelu", "nesterov": 1, "weight_decay": 0.02, "decay": "weights",
                       "clip_norm": 0.15, "label_smoothing": 0.1, "class_weights": WEIGHTS},
    "adam": dict(ADAM),
    "adam_everything": dict(ADAM, activation="silu", weight_decay=0.02, clip_norm=0.15, label_smoothing=0.1,
                            class_weights=WEIGHTS),
    "adam_batch_norm": dict(ADAM, batch_norm=1, activation="sigmoid"),
    "adamw_batch_norm": dict(ADAMW, batch_norm=1, weight_decay=0.3),
    "adamw": dict(ADAMW, weight_decay=0.3),
    "adamw_decay_weights": dict(ADAMW, weight_decay=0.3, decay="weights", activation="gelu"),
}


def word(value):
    if isinstance(value, str):
        return value
    if isinstance(value, numpy.float32):
        return "%.9g" % value
    if isinstance(value, (float, numpy.floating)):
        return repr(float(value))
    return str(int(value))


def write(name, entries):
    with open(os.path.join(HERE, name + ".txt"), "w", encoding="ascii") as out:
        for key, values in entries:
            values = numpy.atleast_1d(values) if isinstance(values, numpy.ndarray) else values
            if isinstance(values, (str, int, float)):
                values = [values]
            words = [word(value) for value in values]
            out.write("%s %d\n" % (key, len(words)))
            for i in range(0, len(words), 10):
                out.write(" ".join(words[i:i + 10]) + "\n")


def build(case, double, inputs=INPUTS, widths=HIDDEN):
    layers, width = [], inputs
    for hidden in widths:
        layers.append(torch.nn.Linear(width, hidden))
        if case["batch_norm"]:
            layers.append(torch.nn.BatchNorm1d(hidden))
        layers.append(ACTIVATIONS[case["activation"]]())
        width = hidden
    layers.append(torch.nn.Linear(width, CLASSES))
    model = torch.nn.Sequential(*layers)
    return model.double() if double else model


def tensors(model):
    """Our names with the torch tensors."""
    dense = norm = 0
    for layer in model:
        if isinstance(layer, torch.nn.Linear):
            yield "dense_%d/weight" % dense, layer.weight
            yield "dense_%d/bias" % dense, layer.bias
            dense += 1
        if isinstance(layer, torch.nn.BatchNorm1d):
            yield "batch_norm_%d/scale" % norm, layer.weight
            yield "batch_norm_%d/shift" % norm, layer.bias
            yield "batch_norm_%d/running_mean" % norm, layer.running_mean
            yield "batch_norm_%d/running_variance" % norm, layer.running_var
            norm += 1


def ours(name, tensor):
    """A view of a tensor's values as ours lie: dense weights [inputs, outputs]."""
    return tensor.detach().t() if name.startswith("dense") and tensor.dim() == 2 and name.endswith("weight") else tensor.detach()


def flat(name, tensor):
    return ours(name, tensor).contiguous().numpy().reshape(-1).copy()


def draw_start(generator):
    """Rows of three overlapping clouds, and a start of nn.Linear's default with batch norms that are not neutral."""
    labels = torch.randint(CLASSES, (ROWS,), generator=generator)
    centres = torch.randn(CLASSES, INPUTS, generator=generator)
    x = torch.randn(ROWS, INPUTS, generator=generator) + 0.8 * centres[labels]
    start = {}
    for name, tensor in tensors(build(dict(DEFAULTS, batch_norm=1), False)):
        tensor = ours(name, tensor)
        if name.startswith("dense"):
            inputs = INPUTS if name.startswith("dense_0") else HIDDEN[int(name[6]) - 1]
            start[name] = (2 * torch.rand(tensor.shape, generator=generator) - 1) / inputs ** 0.5
        elif name.endswith(("scale", "running_variance")):
            start[name] = 0.5 + torch.rand(tensor.shape, generator=generator)
        else:
            start[name] = torch.rand(tensor.shape, generator=generator) - 0.5
    return x, labels, start


def train(case, model, inputs, labels, start, tensors=tensors):
    """Twenty steps of model(*inputs); what is noted besides: gradients of the first and the last step, and the average."""
    kind = next(model.parameters()).dtype
    for name, tensor in tensors(model):
        ours(name, tensor).copy_(start[name])
    decayed = [p for name, p in model.named_parameters() if name.endswith("weight") and p.dim() > 1]
    others = [p for p in model.parameters() if all(p is not d for d in decayed)]
    groups = [{"params": decayed, "weight_decay": case["weight_decay"]},
              {"params": others, "weight_decay": case["weight_decay"] if case["decay"] == "all" else 0.0}]
    if case["optimizer"] == "sgd":
        optimizer = torch.optim.SGD(groups, lr=case["learning_rate"], momentum=case["momentum"],
                                    nesterov=bool(case["nesterov"]))
    else:
        twin = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[case["optimizer"]]
        optimizer = twin(groups, lr=case["learning_rate"], betas=(case["beta1"], case["beta2"]), eps=case["epsilon"])
    class_weights = torch.tensor(case["class_weights"], dtype=kind)
    criterion = torch.nn.CrossEntropyLoss(weight=class_weights, label_smoothing=case["label_smoothing"])
    if "row_weights" in case:
        row_weights = torch.tensor(case["row_weights"], dtype=kind)
        each = torch.nn.CrossEntropyLoss(weight=class_weights, label_smoothing=case["label_smoothing"], reduction="none")

        def criterion(logits, y):
            return (row_weights * each(logits, y)).sum() / (row_weights * class_weights[y]).sum()
    decay = case.get("ema", 0.0)
    average = torch.optim.swa_utils.AveragedModel(model, avg_fn=lambda mean, value, count: decay * mean + (1 - decay) * value)
    average.update_parameters(model)  # the first one copies
    losses, norms, noted = [], [], []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss = criterion(model(*inputs), labels)
        loss.backward()
        if step in (1, STEPS):
            noted += [("gradient_%d/%s" % (step, name), flat(name, p.grad)) for name, p in tensors(model) if p.requires_grad]
        limit = case["clip_norm"] or float("inf")
        norm = float(torch.nn.utils.clip_grad_norm_(model.parameters(), limit))
        assert not case["clip_norm"] or norm > case["clip_norm"], "the clip is to be active in every step"
        losses.append(float(loss))
        norms.append(norm)
        optimizer.step()
        average.update_parameters(model)
    noted += [("ema/" + name, flat(name, p)) for name, p in tensors(average.module) if p.requires_grad]
    return losses, norms, [(name, flat(name, tensor)) for name, tensor in tensors(model)], noted


def report_noise(name, final, final64):
    for (key, single), (_, double) in zip(final, final64):
        noise = numpy.linalg.norm(single - double) / numpy.linalg.norm(double)
        if noise > 1e-6:
            print("%s: %s: PyTorch's float32 is %.1e from its float64" % (name, key, noise))


def trainings():
    x, labels, start = draw_start(torch.Generator().manual_seed(20200121))
    write("start", [("x", x.numpy().reshape(-1)), ("labels", labels.numpy()), ("hidden", list(HIDDEN))] +
          [(name, tensor.numpy().reshape(-1)) for name, tensor in start.items()])
    for name, changes in CASES.items():
        case = dict(DEFAULTS, **changes)
        _, _, final, _ = train(case, build(case, False), [x], labels, start)
        losses64, norms64, final64, _ = train(case, build(case, True), [x.double()], labels, start)
        report_noise(name, final, final64)
        # Float64 results rounded to 12 digits: far below what is compared.
        write(name, list(case.items()) + [("losses", losses64), ("gradient_norms", norms64)] +
              [("float32/" + key, values) for key, values in final] +
              [("float64/" + key, ["%.12g" % value for value in values]) for key, values in final64])


def rates(scheduler_of, steps, peak, count_of=lambda step: 1):
    """Learning rates that the optimizer has at step 1 … steps; count_of(step) scheduler steps follow step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = scheduler_of(optimizer)
    out = []
    for step in range(1, steps + 1):
        out.append(float(optimizer.param_groups[0]["lr"]))
        if step < steps:
            for _ in range(count_of(step)):
                scheduler.step()
    return out


def schedules():
    lr = torch.optim.lr_scheduler
    entries = []
    # 7 epochs of 5 steps; StepLR moves once an epoch.
    entries.append(("step", rates(lambda o: lr.StepLR(o, step_size=2, gamma=0.3), 35, 0.05, lambda s: int(s % 5 == 0))))
    for steps in (1, 2, 3, 4, 10, 35):
        entries.append(("one_cycle_%d" % steps, rates(lambda o: lr.OneCycleLR(o, max_lr=0.05, total_steps=steps), steps, 0.05)))
    # CosineAnnealingLR starts at its step 0, which our step 1 … T leaves out, and reaches 0 at its step T.
    entries.append(("cosine", rates(lambda o: lr.CosineAnnealingLR(o, T_max=30), 31, 0.05)[1:]))
    write("schedules", entries)


def scores():
    random = numpy.random.default_rng(7)
    rows, classes = 700, 5
    # Class 4 occurs rarely and class 3 never; some rows are certain, some on an edge of the bins, some tied.
    labels = random.choice([0, 1, 2, 4], size=rows, p=[0.5, 0.3, 0.19, 0.01])
    logits = random.normal(size=(rows, classes)) * 2
    logits[numpy.arange(rows), labels] += 1.5
    p = numpy.exp(logits)
    p = (p / p.sum(axis=1, keepdims=True)).astype(numpy.float32)
    p[0] = [0, 0, 1, 0, 0]
    labels[0] = 0
    p[1] = [1, 0, 0, 0, 0]
    labels[1] = 0
    p[2] = [0.25, 0.375, 0.375, 0, 0]
    p[3] = [0.2, 0.2, 0.2, 0.2, 0.2]
    predicted = p.argmax(axis=1)
    confusion = numpy.zeros((classes, classes), dtype=int)
    numpy.add.at(confusion, (labels, predicted), 1)
    accuracy = (predicted == labels).mean()
    support, guessed, hits = confusion.sum(axis=1), confusion.sum(axis=0), confusion.diagonal()
    with numpy.errstate(invalid="ignore", divide="ignore"):
        precision = numpy.nan_to_num(hits / guessed)
        recall = numpy.nan_to_num(hits / support)
        f1 = numpy.nan_to_num(2 * precision * recall / (precision + recall))
    z = 1.959963984540054
    # The interval's bounds are the roots of (accuracy - q)^2 = z^2 q (1 - q) / rows.
    low, high = sorted(numpy.roots([1 + z * z / rows, -(2 * accuracy + z * z / rows), accuracy ** 2]))
    of_label = p[numpy.arange(rows), labels].astype(float)
    confidence = p.max(axis=1).astype(float)
    error = 0.0
    for k in range(15):
        inside = (confidence * 15 > k) & (confidence * 15 <= k + 1)
        if inside.any():
            error += inside.sum() / rows * abs((predicted == labels)[inside].mean() - confidence[inside].mean())
    # A probability of 0 counts as FLT_MIN.
    log_loss = -numpy.log(numpy.maximum(of_label, numpy.finfo(numpy.float32).tiny)).mean()
    write("scores", [
        ("labels", labels), ("probabilities", p.reshape(-1)), ("confusion", confusion.reshape(-1)),
        ("accuracy", float(accuracy)), ("interval", [float(low), float(high)]),
        ("balanced_accuracy", float(recall[support > 0].mean())),
        ("f1_macro", float(f1[(support > 0) | (guessed > 0)].mean())), ("log_loss", float(log_loss)),
        ("expected_calibration_error", float(error)), ("precision", precision), ("recall", recall), ("f1", f1),
        ("support", support)])


if __name__ == "__main__":
    torch.set_num_threads(1)
    trainings()
    schedules()
    scores()
