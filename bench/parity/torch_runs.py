"""Repeats the runs of a results file in PyTorch: same settings, same labelled and held-out examples, own random numbers.

    npx tsx bench/parity/splits.ts --data DIR
    python bench/parity/torch_runs.py --data DIR [--results docs/results/mnist.jsonl] [--case NAME ...] [--seed 1 ...]

Reads what `bench/study/run.ts` wrote and appends a line of the same form for each run, to the file beside it whose
name ends in `-pytorch`. A run that is there already is not repeated. IDX files, gzipped, as they are distributed.
"""

import argparse
import copy
import gzip
import json
import os
import platform
import time
from pathlib import Path

import numpy as np
import torch

import nets as nets_module
import objective


def read_idx(path):
    """An IDX file of bytes."""
    raw = gzip.decompress(path.read_bytes())
    shape = np.frombuffer(raw, ">i4", raw[3], 4)
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=4 + 4 * len(shape)).reshape(shape).copy())


def read_examples(folder, part):
    """Images in [0, 1], channels first, and their classes."""
    x, y = (read_idx(folder / f"{part}-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1"))
    return x.unsqueeze(1).float() / 255, y.long()


@torch.no_grad()
def accuracy(nets, examples):
    x, y = examples
    guesses = [nets.classify(nets.features(part)).argmax(1) for part in x.split(1000)]
    return (torch.cat(guesses) == y).double().mean().item()


def train(cell, train_set, test_set, split):
    """A run: validation accuracy after each epoch, and test accuracy of the weights that are best by it."""
    settings, (x, y) = cell["settings"], train_set
    torch.manual_seed(cell["seed"])
    kept = torch.ones(len(x), dtype=torch.bool)
    labeled, held = torch.tensor(split["labeled"]), torch.tensor(split["validation"])
    kept[labeled] = kept[held] = False
    unlabeled = kept.nonzero().squeeze(1)
    one_hot = torch.nn.functional.one_hot(y, 10).float()
    nets = nets_module.build(settings, (*x.shape[2:], x.shape[1]))
    optimizer = objective.adam(nets, settings)
    draws, size = objective.RandomDraws(), settings["batchSize"]
    curve, best, started = [], None, time.perf_counter()
    for epoch in range(cell["epochs"]):
        order = unlabeled[torch.randperm(len(unlabeled))]
        steps = len(order) // size["unlabeled"]
        cycled = torch.cat([labeled[torch.randperm(len(labeled))] for _ in range(steps)])
        for step in range(steps):
            rows = cycled[step * size["labeled"] :][: size["labeled"]]
            unseen = x[order[step * size["unlabeled"] :][: size["unlabeled"]]]
            terms = objective.all_terms(nets, (x[rows], one_hot[rows]), unseen, draws, settings)
            loss = objective.loss_of(terms, settings)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        curve.append(accuracy(nets, (x[held], y[held])))
        print(f"  epoch {epoch + 1}: validation {curve[-1]:.4f}, loss {loss.item():.2f}", flush=True)
        if curve[-1] > max([-1.0, *curve[:-1]]):
            best = copy.deepcopy(nets.state_dict())
    seconds = time.perf_counter() - started
    nets.load_state_dict(best)
    return {
        **cell,
        "purpose": "report",
        "steps": cell["epochs"] * steps,
        "seconds": round(seconds),
        "validationAccuracy": max(curve),
        "bestEpoch": 1 + curve.index(max(curve)),
        "validationCurve": [round(value, 4) for value in curve],
        "testAccuracy": round(accuracy(nets, test_set), 4),
        "backend": "pytorch",
        "platform": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {platform.machine()}",
        "load": round(os.getloadavg()[0], 1),
    }


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--results", type=Path, default=Path("docs/results/mnist.jsonl"))
    parser.add_argument("--splits", type=Path, default=Path("runs/parity"))
    parser.add_argument("--case", action="append")
    parser.add_argument("--seed", action="append", type=int)
    parser.add_argument("--out", type=Path, help="default: RESULTS-pytorch.jsonl beside the results")
    args = parser.parse_args()
    out = args.out or args.results.with_name(f"{args.results.stem}-pytorch.jsonl")
    train_set, test_set = read_examples(args.data, "train"), read_examples(args.data, "t10k")
    for line in read_lines(args.results):
        cell = {name: line[name] for name in ("case", "dataset", "labels", "seed", "epochs", "settings")}
        if args.case and cell["case"] not in args.case or args.seed and cell["seed"] not in args.seed:
            continue
        if any(all(done[name] == cell[name] for name in cell) for done in read_lines(out)):
            continue
        print(f"{cell['case']}, seed {cell['seed']}", flush=True)
        split = args.splits / f"{cell['dataset']}-{cell['labels']}-{cell['seed']}.json"
        result = train(cell, train_set, test_set, json.loads(split.read_text()))
        with out.open("a") as file:
            file.write(json.dumps(result) + "\n")
        print(f"  test {result['testAccuracy']}, {1000 * result['seconds'] / result['steps']:.0f} ms a step", flush=True)


if __name__ == "__main__":
    main()
