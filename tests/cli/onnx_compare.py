"""Runs an exported model by ONNX Runtime and compares it with what predict wrote:
    onnx_compare.py MODEL.onnx TABLE.csv PREDICTIONS.csv [PACKAGE]
By Python's onnxruntime, or with PACKAGE, the directory of onnxruntime-web or onnxruntime-node, by node. Prints a line; exit code 1 where a label differs or a
probability by more than 1e-5. The table's dates are YYYY, YYYY-MM or YYYY-MM-DD, perhaps with a time HH:MM:SS; numbers are plain."""
import csv
import json
import os
import re
import subprocess
import sys

TRUTHS = {word: value for value, words in ((1.0, "true yes on t y 1"), (0.0, "false no off f n 0")) for word in words.split()}


def to_number(text):
    try:
        return float(text) if re.fullmatch(r"\s*[-+.\d].*", text) else TRUTHS.get(text.lower())
    except ValueError:
        return None


def to_normal(text):
    """A number without what does not change it, as the model's doc_string asks."""
    found = re.fullmatch(r"([-+]?)(0|[1-9]\d*|)(?:\.(\d*))?", text)
    if not found or not re.search(r"\d", text):
        return text
    sign, whole, decimals = found[1], found[2] or "0", (found[3] or "").rstrip("0")
    number = f"{whole}.{decimals}" if decimals else whole
    return f"-{number}" if sign == "-" and number != "0" else number


def to_date(text):
    found = re.fullmatch(r"(?:(\d{4})(?:-(\d\d))?(?:-(\d\d))?)?[ T]?(?:(\d\d):(\d\d)(?::(\d\d))?)?", text)
    if not text or not found:
        return -1, 0, 0, -1
    year, month, day, hour, minute, second = (None if part is None else int(part) for part in found.groups())
    return (-1 if year is None else year), month or 0, day or 0, -1 if hour is None else 3600 * hour + 60 * minute + (second or 0)


def readings_of(header, rows):
    """What an input may ask for: {name: {type: [a value a row]}}."""
    readings = {}
    for place, name in enumerate(header):
        cells = [row[place] for row in rows]
        texts, dates = [to_normal(cell) for cell in cells], zip(*(to_date(cell) for cell in cells))
        readings.setdefault(name, {}).update(float64=[to_number(cell) for cell in cells], string=texts)
        readings.setdefault(name + "_text", {}).update(string=texts)
        for part, values in zip(("year", "month", "day", "seconds"), dates):
            readings.setdefault(f"{name}_{part}", {}).update(int64=values)
    return readings


def run_python(model, rows, readings):
    import numpy
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    feeds, missing = {}, []
    for each in session.get_inputs():
        kind, form = {"tensor(double)": ("float64", "float64"), "tensor(int64)": ("int64", "int64"), "tensor(string)": ("string", object)}[each.type]
        values = readings.get(each.name, {}).get(kind)
        if values:
            feeds[each.name] = numpy.array(values, dtype=form).reshape(rows, 1)
        else:
            missing.append(f"{each.name} ({kind})")
    label, probabilities = ([], numpy.empty(0)) if missing else session.run(["label", "probabilities"], feeds)
    return {"runtime": f"onnxruntime {onnxruntime.__version__}", "missing": missing, "label": list(label), "probabilities": probabilities.ravel().tolist()}


def run_node(package, model, rows, readings):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx_run.js")
    feeds = json.dumps({"rows": rows, "readings": readings})
    done = subprocess.run(["node", script, package, model], input=feeds, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    return json.loads(done.stdout)


def run(model, rows, readings, package=None):
    """{runtime, missing, label, probabilities}; a NaN may be None."""
    return run_node(package, model, rows, readings) if package else run_python(model, rows, readings)


def compare(outputs, predictions):
    """(labels that differ, records without a prediction, the greatest difference of a probability); of predict's rows, without a header."""
    labels = sum(label != row[1] for label, row in zip(outputs["label"], predictions))
    expected = [None if cell == "" else float(cell) for row in predictions for cell in row[2:]]
    actual = [None if value is None or value != value else value for value in outputs["probabilities"]]
    if len(outputs["label"]) != len(predictions) or len(actual) != len(expected):
        return len(predictions), 0, float("inf")
    worst = 0.0
    for one, other in zip(expected, actual):
        away = 0.0 if one is other is None else float("inf") if one is None or other is None else abs(one - other)
        worst = max(worst, away)
    return labels, sum(row[1] == "" for row in predictions), worst


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0], [row for row in rows[1:] if row]


def main(model, table, predictions, package=None):
    header, rows = read(table)
    outputs = run(model, len(rows), readings_of(header, rows), package)
    if outputs["missing"]:
        sys.exit(f"the table has no column for the inputs {', '.join(outputs['missing'])}")
    labels, gaps, worst = compare(outputs, read(predictions)[1])
    empty = f"{gaps} empty, " if gaps else ""
    print(f"{outputs['runtime']}: {len(rows)} records, {empty}{labels} labels differ, probabilities by {worst:.1e}")
    return labels > 0 or worst > 1e-5


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
