"""Repeats in PyTorch the steps that export.ts wrote, and compares every term of every step.

    python bench/parity/torch_parity.py [--dir runs/parity] [--case NAME ...] [--out FILE]

With the same batches and the same random draws, the same optimizer takes the same steps. PyTorch takes them in float64,
ours are in float32:

    restarted   from our weights and moments, put back every ten steps; passes where no term of any step differs by
                more than 1e-3
    free        from our initial weights through all steps
    rounding    PyTorch in float32 against itself in float64, free: what rounding alone does

Left alone, a rounding error grows: it decides the sign of Adam's first updates of weights whose gradients are nearly
zero, and the side of a ReLU, and all later steps follow. So the free way passes where no term differs by more than
1e-3, or by more than twice what PyTorch's own float32 does.

The relative difference of a term is |a - b| / max(|b|, floor), a and b its means over the batch. The floor is
1e-3 nats: terms that are differences of quantities of the order log K (entropies, divergences of labels,
cross-entropies of examples already fitted) pass near zero with an absolute error of some 1e-7, which is float32's.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

import nets as nets_module
import objective

FLOOR = 1e-3
TOLERANCE = 1e-3


class Recording:
    """A file of export.ts."""

    def __init__(self, path):
        self.file = safe_open(path, framework="pt")
        self.names = self.file.keys()
        self.meta = json.loads(self.file.metadata()["ssvae"])

    def below(self, prefix):
        """The arrays whose names start with `prefix/`, without it."""
        skip = len(prefix) + 1
        return {name[skip:]: self.file.get_tensor(name) for name in self.names if name.startswith(f"{prefix}/")}


class RecordedDraws:
    """The draws that our trainer made at one step."""

    def __init__(self, recording, step):
        self.arrays = recording.below(f"draw/trainingSteps/objective/{step}")

    def normal(self, name, shape, like):
        values = self.arrays[name].to(like.dtype)
        if values.shape != shape:
            raise ValueError(f"draw {name} is {tuple(values.shape)}, needed {tuple(shape)}")
        return values

    gumbel = normal


def pixels(batch, dtype):
    """Bytes, channels last, to numbers in [0, 1], channels first."""
    return (batch.to(torch.float32) / 255).permute(0, 3, 1, 2).to(dtype).contiguous()


def put(recording, step, nets, optimizer):
    """Our weights and Adam's moments, as they were before a step, in place of PyTorch's."""
    dtype = next(nets.parameters()).dtype
    nets.load_state_dict(nets_module.convert(nets, recording.below(f"state/{step}/weight")))
    optimizer.state.clear()
    first = recording.below(f"state/{step}/moment/first")
    second = recording.below(f"state/{step}/moment/second")
    updates = recording.meta["updates"][str(step)]
    for name, parameter in nets.named_parameters():
        ours, turn = nets.layout()[name]
        if not all(part in updates for part in ours):
            continue
        optimizer.state[parameter] = {
            "step": torch.tensor(float(updates[ours[0]])),
            "exp_avg": turn(*(first[part] for part in ours)).to(dtype).contiguous(),
            "exp_avg_sq": turn(*(second[part] for part in ours)).to(dtype).contiguous(),
        }


def repeat(recording, dtype, restarted):
    """Takes the steps again: the terms of each, and how far the weights end from ours, as a share of our way."""
    settings, steps = recording.meta["settings"], recording.meta["steps"]
    nets = nets_module.build(settings, tuple(recording.below("batch/0/labeled")["x"].shape[1:])).to(dtype)
    optimizer = objective.adam(nets, settings)
    recorded = [int(step) for step in recording.meta["updates"]]
    starts = [step for step in recorded if step < steps] if restarted else [0]
    history, apart = [], 0.0
    for start, end in zip(starts, [*starts[1:], steps]):
        put(recording, start, nets, optimizer)
        for step in range(start, end):
            history.append(take_step(recording, step, nets, optimizer, settings, dtype))
        apart = max(apart, distance(nets, recording, end) / distance(nets, recording, end, of=start))
    return history, apart


def take_step(recording, step, nets, optimizer, settings, dtype):
    batch = recording.below(f"batch/{step}")
    labeled = pixels(batch["labeled/x"], dtype), batch["labeled/y"].to(dtype)
    unlabeled = pixels(batch["unlabeled/x"], dtype) if "unlabeled/x" in batch else None
    terms = objective.all_terms(nets, labeled, unlabeled, RecordedDraws(recording, step), settings)
    loss = objective.loss_of(terms, settings)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return {"loss": loss.item(), **{name: values.detach().double().mean().item() for name, values in terms.items()}}


def distance(nets, recording, step, of=None):
    """Euclidean distance of PyTorch's weights, or of ours before step `of`, from ours before `step`."""
    there = nets_module.convert(nets, recording.below(f"state/{step}/weight"))
    here = nets.state_dict() if of is None else nets_module.convert(nets, recording.below(f"state/{of}/weight"))
    return sum(((here[name].double() - there[name].double()) ** 2).sum().item() for name in there) ** 0.5


def differences(a, b):
    """Relative difference of each term at each step."""
    return {name: np.abs(a[name] - b[name]) / np.maximum(np.abs(b[name]), FLOOR) for name in b}


def columns(history):
    return {name: np.array([row[name] for row in history]) for name in history[0]}


def through(values):
    """Steps before the first that differs by more than the tolerance."""
    above = np.max(list(values.values()), axis=0) > TOLERANCE
    return int(above.argmax()) if above.any() else len(above)


def compare(path):
    """Prints the differences of one case, and returns them."""
    recording = Recording(path)
    meta = recording.meta
    ours = {name: values.numpy() for name, values in recording.below("term").items()}
    history, apart = repeat(recording, torch.float64, restarted=True)
    free = columns(repeat(recording, torch.float64, restarted=False)[0])
    single = columns(repeat(recording, torch.float32, restarted=False)[0])
    if set(ours) != set(free):
        raise ValueError(f"terms of one side alone: {sorted(set(ours) ^ set(free))}")
    ways = {
        "restarted": differences(ours, columns(history)),
        "free": differences(ours, free),
        "rounding": differences(single, free),
    }
    print(f"\n{meta['case']}: {meta['steps']} steps, ours on {meta['backend']}, PyTorch on cpu")
    print(f"  {'term':26}{'first':>11}{'last':>11}" + "".join(f"{way:>14} (step)" for way in ways))
    for name in sorted(ours):
        cells = (f"{way[name].max():14.1e} ({way[name].argmax():4})" for way in ways.values())
        print(f"  {name:26}{ours[name][0]:11.4f}{ours[name][-1]:11.4f}" + "".join(cells))
    largest = {way: float(max(values.max() for values in terms.values())) for way, terms in ways.items()}
    allowed = {"restarted": TOLERANCE, "free": max(TOLERANCE, 2 * largest["rounding"])}
    print(f"  weights apart after ten steps at most, as a share of the way: {apart:.1e}")
    for way, limit in allowed.items():
        verdict = "PASS" if largest[way] <= limit else "FAIL"
        steps = f"within {TOLERANCE:.0e} for {through(ways[way])} steps"
        print(f"  {verdict} {way}: largest relative difference {largest[way]:.1e}, allowed {limit:.1e}; {steps}")
    print(f"  PyTorch's own float32 stays within {TOLERANCE:.0e} for {through(ways['rounding'])} steps")
    return {
        "case": meta["case"],
        "steps": meta["steps"],
        "settings": meta["settings"],
        "backend": meta["backend"],
        "torch": torch.__version__,
        "passes": all(largest[way] <= limit for way, limit in allowed.items()),
        "largest": {way: float(f"{value:.2g}") for way, value in largest.items()},
        "stepsWithin": {way: through(terms) for way, terms in ways.items()},
        "weightsApart": float(f"{apart:.2g}"),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=Path, default=Path("runs/parity"))
    parser.add_argument("--case", action="append", help="default: every case in the folder")
    parser.add_argument("--out", type=Path, help="file of JSON lines to write the differences to")
    args = parser.parse_args()
    paths = [args.dir / f"{case}.safetensors" for case in args.case or []] or sorted(args.dir.glob("*.safetensors"))
    if not paths:
        sys.exit(f"torch_parity: {args.dir} holds no case, needed the files of export.ts")
    results = [compare(path) for path in paths]
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text("".join(json.dumps(result) + "\n" for result in results))
    sys.exit(0 if all(result["passes"] for result in results) else 1)


if __name__ == "__main__":
    main()
