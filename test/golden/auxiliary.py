"""Float64 goldens of the auxiliary deep generative models, from PyTorch: terms of the bounds, and gradients of an objective.

    python auxiliary.py > auxiliary.json

The factors are written out from Maaløe et al. 2016. Weights have the names and the layout of the library, draws the names of
its streams. Inputs are rounded to float32 first.
"""

import json
import math

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(11)
B, D, A, Z, K, H = 2, 4, 2, 2, 3, 3


def normal(*shape):
    return torch.randn(shape, generator=generator, dtype=torch.float64).float().double()


def listed(x):
    return {"shape": list(x.shape), "values": [float(f"{v:.12g}") for v in x.detach().flatten().tolist()]}


def weights_of(kind):
    """Kernels of the first layers: what has a row for each example, and what has one for each label."""
    first = {
        "auxiliaryEncoder": (D, 0),
        "classifier": (A + D, 0),
        "encoder": (A + D, K),
        "auxiliaryDecoder": (D, Z + K) if kind == "adgm" else (Z, K),
        "decoder": (Z, K) if kind == "adgm" else (A, Z + K),
    }
    heads = {
        "auxiliaryEncoder": {"mean": A, "logVar": A},
        "classifier": {"logits": K},
        "encoder": {"mean": Z, "logVar": Z},
        "auxiliaryDecoder": {"mean": A, "logVar": A},
        "decoder": {"output": D},
    }
    weights = {}
    for net, (features, labels) in first.items():
        weights[f"{net}/hidden/kernel"] = normal(features, H)
        if labels:
            weights[f"{net}/hidden/labelKernel"] = normal(labels, H)
        weights[f"{net}/hidden/bias"] = normal(H)
        for head, width in heads[net].items():
            weights[f"{net}/{head}/kernel"] = normal(H, width)
            weights[f"{net}/{head}/bias"] = normal(width)
    return {name: weight.requires_grad_() for name, weight in weights.items()}


def log_normal(z, mean, log_var):
    return -0.5 * (math.log(2 * math.pi) + log_var + (z - mean) ** 2 * torch.exp(-log_var)).sum(1)


class Model:
    def __init__(self, kind):
        self.kind = kind
        self.w = weights_of(kind)

    def net(self, name, heads, *inputs):
        w = self.w
        kernels = [w[f"{name}/hidden/kernel"]]
        if f"{name}/hidden/labelKernel" in w:
            kernels.append(w[f"{name}/hidden/labelKernel"])
        hidden = F.softplus(torch.cat(inputs, 1) @ torch.cat(kernels, 0) + w[f"{name}/hidden/bias"])
        return [hidden @ w[f"{name}/{head}/kernel"] + w[f"{name}/{head}/bias"] for head in heads]

    def terms(self, x, y, a, qa, z_noise):
        """Each factor of the bound at labels; every argument has a row for each label."""
        gaussian = ["mean", "logVar"]
        qz = self.net("encoder", gaussian, a, x, y)
        z = qz[0] + torch.exp(0.5 * qz[1]) * z_noise
        if self.kind == "adgm":
            pa = self.net("auxiliaryDecoder", gaussian, x, z, y)
            (logits,) = self.net("decoder", ["output"], z, y)
        else:
            pa = self.net("auxiliaryDecoder", gaussian, z, y)
            (logits,) = self.net("decoder", ["output"], a, z, y)
        log_likelihood = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
        latent_kl = 0.5 * (qz[0] ** 2 + torch.exp(qz[1]) - 1 - qz[1]).sum(1)
        auxiliary_kl = log_normal(a, *qa) - log_normal(a, *pa)
        zero = torch.zeros_like(z)
        log_ratio = log_normal(z, zero, zero) - log_normal(z, *qz)
        return {
            "elbo": log_likelihood - latent_kl - auxiliary_kl,
            "logLikelihood": log_likelihood,
            "latentKl": latent_kl,
            "auxiliaryKl": auxiliary_kl,
            "logWeight": log_likelihood + log_ratio - auxiliary_kl,
        }

    def infer(self, x, noise):
        qa = self.net("auxiliaryEncoder", ["mean", "logVar"], x)
        a = qa[0] + torch.exp(0.5 * qa[1]) * noise
        return a, qa, self.net("classifier", ["logits"], a, x)[0]


def golden(kind):
    model = Model(kind)
    x = {part: torch.rand((B, D), generator=generator, dtype=torch.float64).float().double() for part in ("labeled", "unlabeled")}
    y = F.one_hot(torch.tensor([2, 0]), K).double()
    noise = {
        "labeled/auxiliary": normal(B, A),
        "labeled/latent": normal(B, Z),
        "unlabeled/auxiliary": normal(B, A),
        "unlabeled/latent": normal(B * K, Z),
    }
    a, qa, logits = model.infer(x["labeled"], noise["labeled/auxiliary"])
    labeled = model.terms(x["labeled"], y, a, qa, noise["labeled/latent"])
    cross_entropy = -(y * torch.log_softmax(logits, 1)).sum(1)

    def repeated(v):
        return v.repeat_interleave(K, 0)

    au, qau, logits_u = model.infer(x["unlabeled"], noise["unlabeled/auxiliary"])
    every = model.terms(
        repeated(x["unlabeled"]),
        torch.eye(K, dtype=torch.float64).repeat(B, 1),
        repeated(au),
        [repeated(v) for v in qau],
        noise["unlabeled/latent"],
    )
    q, log_q = torch.softmax(logits_u, 1), torch.log_softmax(logits_u, 1)
    unlabeled = (q * (every["elbo"].view(B, K) - math.log(K) - log_q)).sum(1)
    objective = (labeled["elbo"] - math.log(K) - cross_entropy).mean() + unlabeled.mean()
    gradients = torch.autograd.grad(objective, list(model.w.values()))
    return {
        "weights": {name: listed(weight) for name, weight in model.w.items()},
        "x": {part: listed(value) for part, value in x.items()},
        "y": listed(y),
        "noise": {name: listed(value) for name, value in noise.items()},
        "logits": {"labeled": listed(logits), "unlabeled": listed(logits_u)},
        "labeled": {name: listed(value) for name, value in labeled.items()},
        "every": {name: listed(value) for name, value in every.items()},
        "unlabeled": listed(unlabeled),
        "crossEntropy": listed(cross_entropy),
        "gradients": {name: listed(g) for name, g in zip(model.w, gradients)},
    }


print(json.dumps({kind: golden(kind) for kind in ("adgm", "sdgm")}))
