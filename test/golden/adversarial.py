"""Float64 goldens of an adversarial autoencoder, from PyTorch: its terms, and the objective and gradient of each phase.

    python adversarial.py > adversarial.json

Every draw (code, Gumbel noise of the label, noise on a discriminator's input) has the values `draws`, so K = Z.
Inputs and weights are rounded to float32 first.
"""

import json
import math

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(11)
B, D, K, Z, WIDTH, JUDGE, NOISE = 4, 5, 3, 3, 4, 6, 0.3


def normal(*shape):
    return torch.randn(shape, generator=generator, dtype=torch.float64).float().double()


def listed(x):
    return {"shape": list(x.shape), "values": [float(f"{v:.12g}") for v in x.detach().flatten().tolist()]}


def dense(weights, name, x):
    return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]


def conditioned(weights, name, x, y):
    return dense(weights, name, x) + y @ weights[f"{name}/labelKernel"]


def make_weights(has_class_prior):
    shapes = {}

    def add(name, inputs, outputs, label=None):
        shapes[f"{name}/kernel"] = (inputs, outputs)
        if label:
            shapes[f"{name}/labelKernel"] = (label, outputs)
        shapes[f"{name}/bias"] = (outputs,)

    add("trunk/hidden", D, WIDTH)
    if not has_class_prior:
        add("classifier/logits", WIDTH, K)
    add("encoder/code", WIDTH, Z)
    add("decoder/hidden", Z, WIDTH, None if has_class_prior else K)
    add("decoder/output", WIDTH, D)
    if not has_class_prior:
        add("labelDiscriminator/hidden", K, JUDGE)
        add("labelDiscriminator/logit", JUDGE, 1)
    add("codeDiscriminator/hidden", Z, JUDGE, K + 1 if has_class_prior else None)
    add("codeDiscriminator/logit", JUDGE, 1)
    return {name: (0.7 * normal(*shape)).float().double().requires_grad_() for name, shape in shapes.items()}


def judge(weights, net, x, c=None):
    first = dense(weights, f"{net}/hidden", x) if c is None else conditioned(weights, f"{net}/hidden", x, c)
    return dense(weights, f"{net}/logit", F.softplus(first)).squeeze(1)


def terms(real, fake):
    return F.logsigmoid(real) + F.logsigmoid(-fake), F.logsigmoid(fake)


def model(has_class_prior):
    weights = make_weights(has_class_prior)
    draws, y = normal(B, Z), F.one_hot(torch.tensor([0, 2, 1, 2]), K).double()
    x = {"labeled": normal(B, D), "unlabeled": normal(B, D)}
    prior = torch.tensor([0.5, 0.2, 0.3], dtype=torch.float64)
    drawn = F.one_hot((draws + prior.log()).argmax(1), K).double()
    names = list(weights)

    def code(part):
        h = F.softplus(dense(weights, "trunk/hidden", x[part]))
        logits = None if has_class_prior else dense(weights, "classifier/logits", h)
        return logits, dense(weights, "encoder/code", h)

    def reconstruction(part):
        logits, z = code(part)
        if has_class_prior:
            hidden = dense(weights, "decoder/hidden", z)
        else:
            label = y if part == "labeled" else logits.softmax(1)
            hidden = conditioned(weights, "decoder/hidden", z, label)
        mean = dense(weights, "decoder/output", F.softplus(hidden))
        return (-0.5 * ((x[part] - mean) ** 2 + math.log(2 * math.pi))).sum(1)

    def adversaries(part):
        logits, z = code(part)
        if has_class_prior:
            known = y if part == "labeled" else torch.zeros(B, K, dtype=torch.float64)
            c = torch.cat([known, 1 - known.sum(1, keepdim=True)], 1)
            real = 2 * (y if part == "labeled" else drawn) + draws  # the class prior of the test
        else:
            c, real = None, draws
        pairs = [
            tuple(judge(weights, "codeDiscriminator", v + NOISE * draws, c) for v in (real, z)),
        ]
        if not has_class_prior:
            pairs.append(
                tuple(judge(weights, "labelDiscriminator", v + NOISE * draws) for v in (drawn, logits.softmax(1)))
            )
        return pairs

    def phase(name, objective, parts, nets):
        values = {part: objective(part) for part in parts}
        moved = [n for n in names if n.split("/")[0] in nets]
        loss = sum(-v.mean() for v in values.values())
        gradients = torch.autograd.grad(loss, [weights[n] for n in moved], allow_unused=True)
        return {
            "name": name,
            "objective": {part: listed(v) for part, v in values.items()},
            "gradients": {n: listed(g) for n, g in zip(moved, gradients) if g is not None},
        }

    seen = ["labeled", "unlabeled"] if has_class_prior else ["unlabeled"]
    phases = [
        phase("reconstruction", reconstruction, ["labeled", "unlabeled"], ["trunk", "classifier", "encoder", "decoder"]),
        phase(
            "discriminators",
            lambda part: sum(terms(*pair)[0] for pair in adversaries(part)),
            seen,
            ["labelDiscriminator", "codeDiscriminator"],
        ),
        phase(
            "generator",
            lambda part: sum(terms(*pair)[1] for pair in adversaries(part)),
            seen,
            ["trunk", "classifier", "encoder"],
        ),
    ]
    if not has_class_prior:
        phases.append(
            phase(
                "classification",
                lambda part: -F.cross_entropy(code(part)[0], y, reduction="none"),
                ["labeled"],
                ["trunk", "classifier"],
            )
        )
    return {
        "weights": {name: listed(w) for name, w in weights.items()},
        "x": {part: listed(v) for part, v in x.items()},
        "y": listed(y),
        "draws": listed(draws),
        "labelPrior": prior.tolist(),
        "phases": phases,
    }


def primitive():
    real = torch.tensor([0.0, 1.5, -2.0, 30.0, -90.0], dtype=torch.float64, requires_grad=True)
    fake = torch.tensor([0.0, -0.5, 3.0, -30.0, 90.0], dtype=torch.float64, requires_grad=True)
    discriminator, generator_ = terms(real, fake)
    upstream = normal(5)
    return {
        "real": listed(real),
        "fake": listed(fake),
        "discriminator": listed(discriminator),
        "generator": listed(generator_),
        "upstream": listed(upstream),
        "gradients": {
            "discriminator": [listed(g) for g in torch.autograd.grad(discriminator, [real, fake], upstream)],
            "generator": [listed(g) for g in torch.autograd.grad(generator_, [fake], upstream)],
        },
    }


print(json.dumps({"terms": primitive(), "models": {"label": model(False), "classPrior": model(True)}}))
