"""The step in PyTorch, by hand. Variants: fused (Adam), compiled, channels-last (convolutions), apart (labels)."""

import platform

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from data import Pool
from family import MODELS as FAMILY, build_family, losses
from models import build, m1_loss, m2_loss
from serve import serve


class Count(TorchDispatchMode):
    """Counts ATen operators, views of a tensor left out."""

    def __init__(self):
        super().__init__()
        self.operators = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.operators += not func.is_view
        return func(*args, **(kwargs or {}))


class Contender:
    def __init__(self, task):
        workload, variant, device = task["workload"], task["variant"], task["device"]
        if device == "cuda" and not torch.cuda.is_available():
            raise RuntimeError("PyTorch finds no CUDA device")
        torch.set_num_threads(task["threads"])
        torch.set_num_interop_threads(1)
        torch.manual_seed(1)
        channels_last = "channels-last" in variant
        of_family = workload["model"] in FAMILY
        nets = (build_family(workload) if of_family else build(workload, "apart" in variant)).to(device)
        if channels_last:
            nets = nets.to(memory_format=torch.channels_last)
        self.pool = Pool(workload, device, channels_last)
        self.parameters = sum(parameter.numel() for parameter in nets.parameters())
        self.versions = f"PyTorch {torch.__version__}, Python {platform.python_version()}"
        handling = workload["labelHandling"]

        def loss_of(x, y, unlabeled):
            return m1_loss(nets, unlabeled) if workload["model"] == "m1" else m2_loss(nets, handling, x, y, unlabeled)

        self.compiled = "compiled" in variant
        self.phases = [
            (
                parameters,
                torch.compile(loss, dynamic=False) if self.compiled else loss,
                torch.optim.Adam(parameters, lr=1e-3, fused=True if "fused" in variant else None),
            )
            for parameters, loss in (losses(nets, workload) if of_family else [([*nets.parameters()], loss_of)])
        ]
        self.flat = of_family
        self.last = None

    def step(self):
        batch = self.pool.next()
        if self.flat:
            x, y, unlabeled = batch
            batch = x.flatten(1), y, unlabeled.flatten(1)
        self.last = 0
        for parameters, loss_of, optimizer in self.phases:
            loss = loss_of(*batch)
            optimizer.zero_grad()
            # One phase moves some parameters alone: no gradient is taken of the others.
            loss.backward(inputs=parameters if len(self.phases) > 1 else None)
            optimizer.step()
            self.last = self.last + loss.detach()

    def loss(self):
        return self.last.item()

    def count(self):
        if self.compiled:
            return None
        with Count() as count:
            self.step()
        return count.operators


if __name__ == "__main__":
    serve(Contender)
