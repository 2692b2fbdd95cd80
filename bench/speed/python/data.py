"""Batches as they come from anywhere: arrays in the memory of the host, used in turn, of which each step makes tensors."""

import numpy as np
import torch

POOL = 8


class Pool:
    """Uniform pixels and one-hot labels; images channels first, and lying so in memory unless `channels_last`."""

    def __init__(self, workload, device, channels_last=False):
        rng = np.random.default_rng(1)
        height, width, channels = workload["inputShape"]
        self.device, self.steps = device, 0

        def images(count):
            values = rng.random((count, height, width, channels), dtype=np.float32)
            first = values.transpose(0, 3, 1, 2)
            return first if channels_last else np.ascontiguousarray(first)

        labels = np.eye(workload["classes"], dtype=np.float32)[np.arange(workload["labeled"]) % workload["classes"]]
        self.batches = [(images(workload["labeled"]), labels, images(workload["unlabeled"])) for _ in range(POOL)]

    def next(self):
        """x and y of the labelled examples, x of the others."""
        batch = self.batches[self.steps % POOL]
        self.steps += 1
        return tuple(torch.from_numpy(values).to(self.device) for values in batch)
