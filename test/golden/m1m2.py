"""Float64 goldens of M1+M2: its bound at labels and at every label, its objectives and their gradients, from PyTorch.

    python m1m2.py > m1m2.json

Every net has one hidden layer of softplus units. Weights have the names and the layout of the library, [in, out]. The draws of
z1 and z2 are given. All numbers are rounded to float32 first.
"""

import json

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Categorical, Independent, Normal, kl_divergence

generator = torch.Generator().manual_seed(11)
B, D, C, K, F1, Z = 3, 5, 2, 3, 4, 2
HIDDEN, INNER = 4, 3


def normal(*shape, scale=0.6):
    return (scale * torch.randn(shape, generator=generator, dtype=torch.float64)).float().double()


def listed(x):
    return {"shape": list(x.shape), "values": [float(f"{v:.12g}") for v in x.detach().flatten().tolist()]}


weights = {}


def net(name, inputs, hidden, heads, beside=0):
    weights[f"{name}/hidden/kernel"] = normal(inputs, hidden)
    if beside:
        weights[f"{name}/hidden/labelKernel"] = normal(beside, hidden)
    weights[f"{name}/hidden/bias"] = normal(hidden)
    for head, units in heads.items():
        weights[f"{name}/{head}/kernel"] = normal(hidden, units)
        weights[f"{name}/{head}/bias"] = normal(units)


net("encoder", D, HIDDEN, {"mean": F1, "logVar": F1}, C)
net("classifier", F1, INNER, {"logits": K})
net("latentEncoder", F1, INNER, {"mean": Z, "logVar": Z}, K)
net("featurePrior", Z, INNER, {"mean": F1, "logVar": F1}, K)
net("decoder", F1, HIDDEN, {"output": D}, C)
for w in weights.values():
    w.requires_grad_()


def run(name, x, beside=None):
    h = x @ weights[f"{name}/hidden/kernel"] + weights[f"{name}/hidden/bias"]
    if beside is not None:
        h = h + beside @ weights[f"{name}/hidden/labelKernel"]
    h = F.softplus(h)
    head = lambda key: h @ weights[f"{name}/{key}/kernel"] + weights[f"{name}/{key}/bias"]
    if f"{name}/mean/kernel" not in weights:
        return head("logits" if name == "classifier" else "output")
    return Independent(Normal(head("mean"), torch.exp(0.5 * head("logVar"))), 1)


x = torch.rand((B, D), generator=generator, dtype=torch.float64).float().double()
domain = F.one_hot(torch.tensor([0, 1, 0]), C).double()
labels = F.one_hot(torch.tensor([2, 0, 1]), K).double()
prior = torch.tensor([0.5, 0.25, 0.25], dtype=torch.float64)
epsilon1, epsilon2 = normal(B, F1, scale=1), normal(B, K, Z, scale=1)


def terms_at(y, epsilon):
    """Terms of the bound at one label for each example."""
    q1 = run("encoder", x, domain)
    z1 = q1.mean + q1.stddev * epsilon1
    q2 = run("latentEncoder", z1, y)
    z2 = q2.mean + q2.stddev * epsilon
    log_likelihood = Independent(Bernoulli(logits=run("decoder", z1, domain), validate_args=False), 1).log_prob(x)
    feature_kl = q1.log_prob(z1) - run("featurePrior", z2, y).log_prob(z1)
    standard = Independent(Normal(torch.zeros_like(z2), torch.ones_like(z2)), 1)
    latent_kl = kl_divergence(q2, standard)
    elbo = log_likelihood - feature_kl - latent_kl
    log_weight = log_likelihood - feature_kl + standard.log_prob(z2) - q2.log_prob(z2)
    logits = run("classifier", z1)
    return {"elbo": elbo, "logLikelihood": log_likelihood, "featureKl": feature_kl, "latentKl": latent_kl, "logWeight": log_weight, "logits": logits}


def gradients(value):
    found = torch.autograd.grad(value, list(weights.values()), allow_unused=True)
    return {name: listed(torch.zeros_like(w) if g is None else g) for (name, w), g in zip(weights.items(), found)}


known = terms_at(labels, epsilon2[:, 0])
labeled = known["elbo"] + torch.log(labels @ prior)
cross_entropy = F.cross_entropy(known["logits"], labels, reduction="none")
every = [terms_at(F.one_hot(torch.tensor(k), K).double().expand(B, K), epsilon2[:, k]) for k in range(K)]
q = torch.softmax(every[0]["logits"], 1)
bounds = torch.stack([terms["elbo"] for terms in every], 1) + torch.log(prior)
unlabeled = (q * bounds).sum(1) + Categorical(q).entropy()
encoded = run("encoder", x, domain)

print(
    json.dumps(
        {
            "weights": {name: listed(w) for name, w in weights.items()},
            "x": listed(x),
            "covariates": listed(domain),
            "labels": listed(labels),
            "labelPrior": prior.tolist(),
            "epsilon1": listed(epsilon1),
            "epsilon2": listed(epsilon2),
            "labeled": {name: listed(term) for name, term in known.items()},
            "labeledGradients": gradients((labeled - cross_entropy).sum()),
            "everyLabel": {
                name: listed(torch.stack([terms[name] for terms in every], 1).flatten())
                for name in ("elbo", "logLikelihood", "featureKl", "latentKl", "logWeight")
            },
            "unlabeled": listed(unlabeled),
            "unlabeledGradients": gradients(unlabeled.sum()),
            "classify": listed(run("classifier", encoded.mean)),
        }
    )
)
