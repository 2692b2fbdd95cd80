"""The step in PyTorch, by hand. Variants: fused (Adam), compiled, channels-last (convolutions), apart (labels)."""

import platform

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from data import Pool
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
        nets = build(workload, "apart" in variant).to(device)
        if channels_last:
            nets = nets.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(nets.parameters(), lr=1e-3, fused=True if "fused" in variant else None)
        self.pool = Pool(workload, device, channels_last)
        self.parameters = sum(parameter.numel() for parameter in nets.parameters())
        self.versions = f"PyTorch {torch.__version__}, Python {platform.python_version()}"
        handling = workload["labelHandling"]

        def loss_of(x, y, unlabeled):
            return m1_loss(nets, unlabeled) if workload["model"] == "m1" else m2_loss(nets, handling, x, y, unlabeled)

        self.compiled = "compiled" in variant
        self.loss_of = torch.compile(loss_of, dynamic=False) if self.compiled else loss_of
        self.last = None

    def step(self):
        loss = self.loss_of(*self.pool.next())
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.last = loss.detach()

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
