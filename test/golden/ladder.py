"""Float64 goldens of the bound of a ladder VAE and of its gradients, from PyTorch.

    python ladder.py > ladder.json

Weights go by the library's names, inputs are rounded to float32 first, and a draw is its mean plus its deviation times the
epsilon given. Precisions and torch.distributions stand where the library has log-variances and closed forms of its own.
"""

import json

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

generator = torch.Generator().manual_seed(16)
WIDTH, CLASSES = 6, 3


def normal(*shape, scale=1.0):
    return (scale * torch.randn(shape, generator=generator, dtype=torch.float64)).float().double()


def listed(x):
    return {"shape": list(x.shape), "values": [float(f"{v:.12g}") for v in x.detach().flatten().tolist()]}


def diagonal(mean, log_var):
    return Independent(Normal(mean, torch.exp(0.5 * log_var), validate_args=False), 1, validate_args=False)


class Ladder:
    def __init__(self, widths, latents, norm, decoder_sees_label):
        self.latents, self.norm, self.decoder_sees_label, self.weights = latents, norm, decoder_sees_label, {}
        top = len(latents)
        before = WIDTH
        for i, width in enumerate(widths, 1):
            self.hidden(f"bottomUp/hidden{i}", before, width)
            before = width
        for i in range(1, top):
            self.heads("bottomUp", widths[i - 1], latents[i - 1], i)
        self.dense("classifier/logits", widths[-1], CLASSES)
        self.hidden("encoder/hidden", widths[-1], widths[-1], label=True)
        self.heads("encoder", widths[-1], latents[-1])
        for i in range(1, top):
            self.hidden(f"prior{i}/hidden", latents[i], widths[i], label=i == top - 1)
            self.heads(f"prior{i}", widths[i], latents[i - 1])
        self.hidden("decoder/hidden", latents[0], widths[0], label=decoder_sees_label)
        self.dense("decoder/output", widths[0], WIDTH)

    def dense(self, name, inputs, outputs):
        self.weights[f"{name}/kernel"] = normal(inputs, outputs, scale=inputs**-0.5)
        self.weights[f"{name}/bias"] = normal(outputs, scale=0.3)

    def hidden(self, name, inputs, outputs, label=False):
        self.dense(name, inputs, outputs)
        if label:
            self.weights[f"{name}/labelKernel"] = normal(CLASSES, outputs, scale=0.5)
        if self.norm:
            self.weights[f"{name}Norm/gamma"] = 1 + normal(outputs, scale=0.2).float().double()
            self.weights[f"{name}Norm/beta"] = normal(outputs, scale=0.2)
            self.weights = {k: v.float().double() for k, v in self.weights.items()}

    def heads(self, net, inputs, outputs, suffix=""):
        self.dense(f"{net}/mean{suffix}", inputs, outputs)
        self.dense(f"{net}/logVar{suffix}", inputs, outputs)

    def linear(self, name, x, y=None):
        w = self.weights
        value = x @ w[f"{name}/kernel"] + w[f"{name}/bias"]
        return value if y is None else value + y @ w[f"{name}/labelKernel"]

    def layer(self, name, x, y=None):
        value = self.linear(name, x, y)
        if not self.norm:
            return F.softplus(value)
        w = self.weights
        return torch.relu(F.batch_norm(value, None, None, w[f"{name}Norm/gamma"], w[f"{name}Norm/beta"], True))

    def gaussian(self, net, h, suffix="", clip=True):
        log_var = self.linear(f"{net}/logVar{suffix}", h)
        return self.linear(f"{net}/mean{suffix}", h), 10 * torch.tanh(log_var / 10) if clip else log_var

    def terms(self, x, y, epsilons):
        top = len(self.latents)
        messages, d = {}, x
        for i in range(1, top + 1):
            d = self.layer(f"bottomUp/hidden{i}", d)
            if i < top:
                messages[i] = self.gaussian("bottomUp", d, i)
        logits = self.linear("classifier/logits", d)
        times = len(y) // len(x)
        rows = lambda v: v.repeat_interleave(times, 0)

        mean, log_var = self.gaussian("encoder", self.layer("encoder/hidden", rows(d), y), clip=False)
        q, p = diagonal(mean, log_var), diagonal(torch.zeros_like(mean), torch.zeros_like(mean))
        z = mean + torch.exp(0.5 * log_var) * epsilons[top]
        kls, ratio = {top: kl_divergence(q, p)}, p.log_prob(z) - q.log_prob(z)
        for i in range(top - 1, 0, -1):
            prior_mean, prior_log_var = self.gaussian(f"prior{i}", self.layer(f"prior{i}/hidden", z, y if i == top - 1 else None))
            said, of_prior = torch.exp(-rows(messages[i][1])), torch.exp(-prior_log_var)
            precision = said + of_prior
            mean = (said * rows(messages[i][0]) + of_prior * prior_mean) / precision
            q, p = diagonal(mean, -torch.log(precision)), diagonal(prior_mean, prior_log_var)
            z = mean + precision**-0.5 * epsilons[i]
            kls[i] = kl_divergence(q, p)
            ratio = ratio + p.log_prob(z) - q.log_prob(z)
        output = self.linear("decoder/output", self.layer("decoder/hidden", z, y if self.decoder_sees_label else None))
        likelihood = Bernoulli(logits=output, validate_args=False).log_prob(rows(x)).sum(1)
        named = {("latentKl" if i == 1 else f"latentKl.{i}"): kl for i, kl in sorted(kls.items())}
        bound = {"elbo": likelihood - sum(kls.values()), "logLikelihood": likelihood, **named}
        return logits, {**bound, "logWeight": likelihood + ratio}


def case(title, widths, latents, norm=False, decoder_sees_label=False, every_label=False, rows=4):
    model = Ladder(widths, latents, norm, decoder_sees_label)
    x = (torch.rand((rows, WIDTH), generator=generator, dtype=torch.float64) > 0.5).double()
    y = torch.eye(CLASSES, dtype=torch.float64).repeat(rows, 1) if every_label else F.one_hot(torch.arange(rows) % CLASSES, CLASSES).double()
    epsilons = {i: normal(len(y), width) for i, width in enumerate(latents, 1)}
    for weight in model.weights.values():
        weight.requires_grad_()
    logits, terms = model.terms(x, y, epsilons)
    upstream = normal(len(y))
    names = list(model.weights)
    gradients = torch.autograd.grad(terms["elbo"], list(model.weights.values()), upstream, allow_unused=True)
    return {
        "title": title,
        "widths": widths,
        "latents": latents,
        "batchNorm": norm,
        "decoderSeesLabel": decoder_sees_label,
        "weights": {name: listed(weight) for name, weight in model.weights.items()},
        "x": listed(x),
        "y": listed(y),
        "epsilons": {("latent" if i == 1 else f"latent.{i}"): listed(e) for i, e in epsilons.items()},
        "labelLogits": listed(logits),
        "terms": {name: listed(term) for name, term in terms.items()},
        "upstream": listed(upstream),
        "gradients": {name: listed(torch.zeros_like(model.weights[name]) if g is None else g) for name, g in zip(names, gradients)},
    }


cases = [
    case("one layer", [5], [2], decoder_sees_label=True),
    case("two layers", [5, 4], [3, 2]),
    case("three layers, the label at the decoder too, at every label", [5, 4, 3], [3, 2, 2], decoder_sees_label=True, every_label=True),
    case("three layers in training with batch norm", [6, 5, 4], [3, 2, 2], norm=True, rows=8),
]
print("[\n " + ",\n ".join(map(json.dumps, cases)) + "\n]")
