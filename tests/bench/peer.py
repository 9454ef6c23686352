#!/usr/bin/env python3
"""The peer of the comparison: the same network, batch and optimizer in PyTorch, in one process or with DDP over gloo.

Prints one JSON line: samples_per_second over the timed epochs (after one that warms up) and `seconds` of the process so far.
Rows are random and held in memory; each epoch shuffles them, as the trainer does. Debian: python3-torch.
"""
import argparse
import json
import os
import socket
import time

STARTED = time.time()

import torch  # noqa: E402 (its import is part of what is timed)
import torch.distributed
import torch.multiprocessing

ACTIVATIONS = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "silu": torch.nn.SiLU, "tanh": torch.nn.Tanh, "gelu": torch.nn.GELU}
OPTIMIZERS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}


def make_network(widths, activation, dropout):
    modules = []
    for inputs, outputs in zip(widths[:-2], widths[1:-1]):
        modules += [torch.nn.Linear(inputs, outputs), ACTIVATIONS[activation]()]
        if dropout > 0:
            modules.append(torch.nn.Dropout(dropout))
    return torch.nn.Sequential(*modules, torch.nn.Linear(widths[-2], widths[-1]))


def train_epoch(network, optimizer, features, labels, batch):
    loss = torch.nn.CrossEntropyLoss()
    order = torch.randperm(len(labels))
    for first in range(0, len(labels), batch):
        rows = order[first : first + batch]
        optimizer.zero_grad(set_to_none=False)
        loss(network(features[rows]), labels[rows]).backward()
        optimizer.step()


def run(rank, options):
    torch.set_num_threads(1)
    torch.manual_seed(rank)
    widths = [int(width) for width in options.widths.split(",")]
    network = make_network(widths, options.activation, options.dropout)
    if options.ranks > 1:
        os.environ["MASTER_ADDR"], os.environ["MASTER_PORT"] = "127.0.0.1", str(options.port)
        torch.distributed.init_process_group("gloo", rank=rank, world_size=options.ranks)
        network = torch.nn.parallel.DistributedDataParallel(network)
    optimizer = OPTIMIZERS[options.optimizer](network.parameters(), lr=1e-3)
    rows = options.rows // options.ranks
    features, labels = 2 * torch.rand(rows, widths[0]) - 1, torch.randint(0, widths[-1], (rows,))
    batch = max(1, options.batch_size // options.ranks)
    if not options.cold:
        train_epoch(network, optimizer, features, labels, batch)
    if options.ranks > 1:
        torch.distributed.barrier()
    before = time.time()
    for _ in range(options.epochs):
        train_epoch(network, optimizer, features, labels, batch)
    if options.ranks > 1:
        torch.distributed.barrier()
    seconds = time.time() - before
    if options.save and rank == 0:
        torch.save(network.state_dict(), options.save)
    if rank == 0:
        print(json.dumps({"samples_per_second": rows * options.ranks * options.epochs / seconds, "seconds": time.time() - STARTED}))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--widths", default="20,32,6", help="of all layers, inputs and classes included")
    parser.add_argument("--activation", default="sigmoid", choices=sorted(ACTIVATIONS))
    parser.add_argument("--dropout", type=float, default=0)
    parser.add_argument("--optimizer", default="adam", choices=sorted(OPTIMIZERS))
    parser.add_argument("--rows", type=int, default=22979)
    parser.add_argument("--batch-size", type=int, default=5000, help="over all processes")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--ranks", type=int, default=1, help="processes")
    parser.add_argument("--cold", action="store_true", help="no epoch to warm up")
    parser.add_argument("--save", help="file for the model")
    options = parser.parse_args()
    options.port = free_port()
    if options.ranks == 1:
        run(0, options)
    else:
        torch.multiprocessing.spawn(run, args=(options,), nprocs=options.ranks)


if __name__ == "__main__":
    main()
