"""Float64 goldens of conditional VAEs, from PyTorch.

    python conditional.py > conditional.json

Bounds, and gradients in every variable, of nets with one hidden softplus layer, at draws that are given. Densities and
divergences are those of torch.distributions. Inputs are rounded to float32 first.
"""

import json

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Categorical, Independent, Normal, kl_divergence

generator = torch.Generator().manual_seed(11)
B, K, D, Z, H = 3, 3, 5, 2, 4


def normal(*shape, scale=1.0):
    return (scale * torch.randn(shape, generator=generator, dtype=torch.float64)).float().double()


def listed(x):
    return {"shape": list(x.shape), "values": [float(f"{v:.12g}") for v in x.detach().flatten().tolist()]}


def variables(labels, classifier):
    """By the names and in the shapes of the library; the label's weights are those of `labels` rows."""
    shapes = {
        "encoder/hidden/kernel": (D, H),
        "encoder/hidden/labelKernel": (labels, H),
        "encoder/hidden/bias": (H,),
        "encoder/mean/kernel": (H, Z),
        "encoder/mean/bias": (Z,),
        "encoder/logVar/kernel": (H, Z),
        "encoder/logVar/bias": (Z,),
        "decoder/hidden/kernel": (Z, H),
        "decoder/hidden/labelKernel": (labels, H),
        "decoder/hidden/bias": (H,),
        "decoder/output/kernel": (H, D),
        "decoder/output/bias": (D,),
        "prior/mean": (labels, Z),
        "prior/logVar": (labels, Z),
    }
    if classifier:
        shapes |= {
            "classifier/hidden/kernel": (D, H),
            "classifier/hidden/bias": (H,),
            "classifier/logits/kernel": (H, K),
            "classifier/logits/bias": (K,),
        }
    return {name: normal(*shape, scale=0.7).requires_grad_() for name, shape in shapes.items()}


def hidden(w, net, values, labels=None):
    sums = values @ w[f"{net}/hidden/kernel"] + w[f"{net}/hidden/bias"]
    return F.softplus(sums if labels is None else sums + labels @ w[f"{net}/hidden/labelKernel"])


def dense(w, name, values):
    return values @ w[f"{name}/kernel"] + w[f"{name}/bias"]


def gaussian(mean, log_var):
    return Independent(Normal(mean, torch.exp(log_var / 2)), 1)


def bound(w, x, labels, noise):
    """log p(x|z,c), KL(q(z|x,c) ‖ p(z|c)), and log p(x|z,c) + log p(z|c) − log q(z|x,c)."""
    h = hidden(w, "encoder", x, labels)
    mean, log_var = dense(w, "encoder/mean", h), dense(w, "encoder/logVar", h)
    q = gaussian(mean, log_var)
    p = gaussian(labels @ w["prior/mean"], labels @ w["prior/logVar"])
    z = mean + torch.exp(log_var / 2) * noise
    logits = dense(w, "decoder/output", hidden(w, "decoder", z, labels))
    likelihood = Independent(Bernoulli(logits=logits, validate_args=False), 1, validate_args=False).log_prob(x)
    return likelihood, kl_divergence(q, p), likelihood + p.log_prob(z) - q.log_prob(z)


def gradients(w, value, upstream):
    found = torch.autograd.grad(value, list(w.values()), upstream, allow_unused=True)
    return {name: listed(g) for name, g in zip(w, found) if g is not None}


def token():
    w, x, noise, upstream = variables(K + 1, False), torch.sigmoid(normal(B, D)).float().double(), normal(B, Z), normal(B)
    labels = F.one_hot(torch.tensor([1, 3, 2]), K + 1).double()
    likelihood, kl, log_weight = bound(w, x, labels, noise)
    return {
        "variables": {name: listed(v) for name, v in w.items()},
        "x": listed(x),
        "labels": listed(labels),
        "noise": listed(noise),
        "upstream": listed(upstream),
        "logLikelihood": listed(likelihood),
        "latentKl": listed(kl),
        "elbo": listed(likelihood - kl),
        "logWeight": listed(log_weight),
        "gradients": gradients(w, likelihood - kl, upstream),
    }


def marginal():
    w, x, noise, upstream = variables(K, True), torch.sigmoid(normal(B, D)).float().double(), normal(B * K, Z), normal(B)
    label_prior = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    every = torch.eye(K, dtype=torch.float64).repeat(B, 1)
    likelihood, kl, _ = bound(w, x.repeat_interleave(K, 0), every, noise)
    at_label = (likelihood - kl).reshape(B, K) + torch.log(label_prior)
    q = Categorical(logits=dense(w, "classifier/logits", hidden(w, "classifier", x)))
    unlabeled = (q.probs * at_label).sum(1) + q.entropy()
    return {
        "variables": {name: listed(v) for name, v in w.items()},
        "x": listed(x),
        "labelPrior": label_prior.tolist(),
        "noise": listed(noise),
        "upstream": listed(upstream),
        "atLabel": listed(at_label),
        "unlabeled": listed(unlabeled),
        "gradients": gradients(w, unlabeled, upstream),
    }


def class_gaussian():
    mean, log_var = normal(K, Z).requires_grad_(), normal(K, Z).requires_grad_()
    labels = torch.softmax(normal(B, K), 1).float().double().requires_grad_()
    value = torch.cat([torch.einsum("rk,kz->rz", labels, v) for v in (mean, log_var)], 1)
    upstream = normal(B, 2 * Z)
    found = torch.autograd.grad(value, [mean, log_var, labels], upstream)
    return {
        "mean": listed(mean),
        "logVar": listed(log_var),
        "labels": listed(labels),
        "value": listed(value),
        "upstream": listed(upstream),
        "gradients": [listed(g) for g in found],
    }


print(json.dumps({"token": token(), "marginal": marginal(), "classGaussian": class_gaussian()}))
