"""PyTorch's side of bench/speed/products.ts: products of matrices, and the time of the fastest call."""

import json
import platform
import sys
import time

import torch


def say(line):
    print(json.dumps(line), flush=True)


def fastest(product, budget):
    m, k, n, transposed = (product[name] for name in ("m", "k", "n", "transposed"))
    a = torch.rand(k, m).T if transposed == "a" else torch.rand(m, k)
    b = torch.rand(n, k).T if transposed == "b" else torch.rand(k, n)
    torch.mm(a, b)
    best = float("inf")
    end = time.perf_counter() + budget / 1000
    while True:
        start = time.perf_counter()
        torch.mm(a, b)
        now = time.perf_counter()
        best = min(best, now - start)
        if now > end:
            return 1000 * best


torch.set_num_threads(json.loads(sys.argv[-1])["threads"])
say({"versions": f"PyTorch {torch.__version__}, Python {platform.python_version()}"})
for line in sys.stdin:
    task = json.loads(line)
    say({"ms": fastest(task["product"], task["budget"])})
