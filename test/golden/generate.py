"""Float64 goldens of the primitives, from PyTorch.

    python generate.py > goldens.json

Inputs are rounded to float32 first, so a golden is the value of the function at exactly the numbers the library
is given. Every case holds the inputs, the value, a random upstream, and the gradient of sum(upstream * value) in
each input. Where torch.distributions or torch.nn.functional has the quantity, it is taken from there; the rest
is written as the formula in the function's documentation, in probabilities rather than logarithms where that is
safe in float64, so that the two sides share as little as possible.
"""

import json
import math
import zlib

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Categorical, Independent, Normal, kl_divergence
from torch.special import entr, xlogy

generator = torch.Generator()
cases = {}


def normal(*shape, scale=1.0):
    return scale * torch.randn(shape, generator=generator, dtype=torch.float64)


def uniform(*shape):
    return torch.rand(shape, generator=generator, dtype=torch.float64)


def gumbel(*shape):
    return -torch.log(-torch.log(uniform(*shape)))


def one_hot(labels, classes):
    return F.one_hot(torch.tensor(labels), classes).double()


def rounded(x):
    return x.float().double()


def listed(x):
    # JSON has no infinity: a string stands for it.
    values = [float(f"{v:.12g}") for v in x.detach().flatten().tolist()]
    return {"shape": list(x.shape), "values": [v if math.isfinite(v) else str(v).replace("inf", "Infinity") for v in values]}


def golden(primitive, title, function, **inputs):
    inputs = {name: rounded(x).requires_grad_() for name, x in inputs.items()}
    value = function(**inputs)
    generator.manual_seed(zlib.crc32(f"{primitive} {title}".encode()))
    upstream = rounded(normal(*value.shape))
    gradients = torch.autograd.grad(value, list(inputs.values()), upstream, allow_unused=True)
    cases.setdefault(primitive, []).append(
        {
            "title": title,
            "inputs": {name: listed(x) for name, x in inputs.items()},
            "value": listed(value),
            "upstream": listed(upstream),
            "gradients": {
                name: listed(torch.zeros_like(x) if g is None else g)
                for (name, x), g in zip(inputs.items(), gradients)
            },
        }
    )


def deviation(log_var):
    return torch.exp(0.5 * log_var)


def per_example(x):
    return x.flatten(1).sum(1)


def diagonal(mean, log_var):
    return Independent(Normal(mean, deviation(log_var), validate_args=False), mean.dim() - 1, validate_args=False)


def probabilities(logits):
    return torch.softmax(logits, 1)


def entropy(logits):
    return entr(probabilities(logits)).sum(1)


def kl(q, p):
    """Of probabilities; q log q is 0 where q is 0, in value and gradient."""
    return (xlogy(q, q) - xlogy(q, p)).sum(1)


def information(logits):
    q = probabilities(logits)
    return entr(q.mean(0)).sum() - entr(q).sum(1).mean()


def ruled_out(logits):
    """Logits with one more class, of logit −∞."""
    return torch.cat([logits, torch.full((len(logits), 1), -math.inf)], 1)


def not_labelled(labels):
    """Labels with one more class, of probability 0."""
    return torch.cat([labels, torch.zeros(len(labels), 1)], 1)


def without_last(function):
    """A class of logit −∞ is as if it were not there, in value and gradient; torch has NaN for it."""
    return lambda **inputs: function(**{name: x[:, :-1] if x.dim() == 2 else x for name, x in inputs.items()})


RULED_OUT = "a class of logit −∞"

# Rows of logits as large as training makes them, ties, and differences below float32's reach.
EXTREME = torch.tensor([[60.0, -60, 0], [-60, -60, 60], [60, 60, 60], [0, 1e-4, -1e-4], [-60, 60, 59]])
TWO = torch.tensor([[60.0, -60], [-60, 60], [0, 0], [0.3, -1.2]])
ONE_HOT = one_hot([0, 2, 1, 1, 2], 3)


def distributions():
    log_prob = lambda mean, logVar, z: diagonal(mean, logVar).log_prob(z)
    golden("gaussian.logProb", "ordinary values", log_prob, mean=normal(3, 4), logVar=normal(3, 4), z=normal(3, 4))
    golden("gaussian.logProb", "images", log_prob, mean=normal(2, 2, 3, 2), logVar=normal(2, 2, 3, 2), z=normal(2, 2, 3, 2))
    tight = torch.tensor([[-60.0, -20], [-30, 8]])
    golden("gaussian.logProb", "σ near 0, close to the mean", log_prob,
           mean=torch.zeros(2, 2), logVar=tight, z=deviation(tight) * normal(2, 2))  # fmt: skip
    gaussian_entropy = lambda logVar: diagonal(torch.zeros_like(logVar), logVar).entropy()
    golden("gaussian.entropy", "ordinary values", gaussian_entropy, logVar=normal(3, 4))
    golden("gaussian.entropy", "σ near 0", gaussian_entropy, logVar=torch.tensor([[-60.0, -20], [-200, 8]]))
    golden("gaussian.sample", "ordinary values", lambda mean, logVar, epsilon: mean + deviation(logVar) * epsilon,
           mean=normal(3, 4), logVar=normal(3, 4), epsilon=normal(3, 4))  # fmt: skip
    golden("gaussian.sample", "σ near 0", lambda mean, logVar, epsilon: mean + deviation(logVar) * epsilon,
           mean=normal(2, 2), logVar=torch.tensor([[-60.0, -20], [-200, 8]]), epsilon=normal(2, 2))  # fmt: skip

    log_prob = lambda logits, labels: -F.cross_entropy(logits, labels, reduction="none")
    soft = probabilities(normal(4, 5))
    golden("categorical.logProb", "soft labels", log_prob, logits=normal(4, 5, scale=2), labels=soft)
    golden("categorical.logProb", "one-hot labels, logits of ±60", log_prob, logits=EXTREME, labels=ONE_HOT)
    golden("categorical.logProb", "two classes", log_prob, logits=TWO, labels=one_hot([0, 0, 1, 1], 2))
    golden("categorical.logProb", RULED_OUT, without_last(log_prob),
           logits=ruled_out(normal(4, 4)), labels=not_labelled(probabilities(normal(4, 4))))  # fmt: skip
    golden("categorical.entropy", "ordinary values", lambda logits: Categorical(logits=logits).entropy(), logits=normal(4, 5))
    golden("categorical.entropy", "logits of ±60", lambda logits: Categorical(logits=logits).entropy(), logits=EXTREME)
    golden("categorical.entropy", "two classes", lambda logits: Categorical(logits=logits).entropy(), logits=TWO)

    golden("categorical.entropy", RULED_OUT, without_last(lambda logits: Categorical(logits=logits).entropy()), logits=ruled_out(normal(4, 4)))

    log_prob = lambda logits, x: -per_example(F.binary_cross_entropy_with_logits(logits, x, reduction="none"))
    golden("bernoulli.logProb", "grey values", log_prob, logits=normal(3, 5, scale=3), x=uniform(3, 5))
    golden("bernoulli.logProb", "images", log_prob, logits=normal(2, 2, 3, 2), x=uniform(2, 2, 3, 2))
    golden("bernoulli.logProb", "binary values, logits of ±60 and 0", log_prob,
           logits=torch.tensor([[60.0, -60, 0], [60, -60, 0]]), x=torch.tensor([[1.0, 0, 1], [0, 1, 0]]))  # fmt: skip
    golden("bernoulli.mean", "ordinary values", lambda logits: Bernoulli(logits=logits).mean, logits=normal(3, 5, scale=3))
    golden("bernoulli.mean", "logits of ±60", lambda logits: Bernoulli(logits=logits).mean, logits=EXTREME)
    golden("bernoulli.entropy", "ordinary values", lambda logits: per_example(Bernoulli(logits=logits).entropy()), logits=normal(3, 5, scale=3))
    golden("bernoulli.entropy", "logits of ±60", lambda logits: per_example(Bernoulli(logits=logits).entropy()), logits=EXTREME)

    log_prob = lambda parameters, x: diagonal(parameters, torch.full_like(parameters, 2 * math.log(0.5))).log_prob(x)
    golden("gaussianObservation.logProb, σ = 0.5", "ordinary values", log_prob, parameters=normal(3, 4), x=normal(3, 4))
    log_prob = lambda parameters, x: diagonal(parameters, torch.full_like(parameters, 2 * math.log(1e-6))).log_prob(x)
    golden("gaussianObservation.logProb, σ = 1e-6", "close to the mean", log_prob, parameters=torch.zeros(3, 4), x=1e-6 * normal(3, 4))
    log_prob = lambda parameters, x: diagonal(*parameters.chunk(2, -1)).log_prob(x)
    golden("gaussianObservation.logProb, learned variance", "ordinary values", log_prob, parameters=normal(3, 8), x=normal(3, 4))
    golden("gaussianObservation.logProb, learned variance", "images", log_prob, parameters=normal(2, 2, 3, 4), x=normal(2, 2, 3, 2))
    golden("gaussianObservation.logProb, learned variance", "σ near 0, close to the mean", log_prob,
           parameters=torch.cat([torch.zeros(2, 2), tight], 1), x=deviation(tight) * normal(2, 2))  # fmt: skip
    golden("gaussianObservation.entropy, learned variance", "ordinary values", lambda parameters: diagonal(*parameters.chunk(2, -1)).entropy(),
           parameters=normal(3, 8))  # fmt: skip

    def relaxed(temperature):
        return lambda logits, g: torch.softmax((logits + g) / temperature, 1)

    def hard(temperature):
        def straight_through(logits, g):
            soft = relaxed(temperature)(logits, g)
            return F.one_hot(soft.argmax(1), soft.shape[1]) - soft.detach() + soft

        return straight_through

    golden("sampleGumbelSoftmax, τ = 0.67", "ordinary values", relaxed(0.67), logits=normal(4, 5), g=gumbel(4, 5))
    golden("sampleGumbelSoftmax, τ = 0.67", "logits of ±60", relaxed(0.67), logits=EXTREME, g=gumbel(5, 3))
    golden("sampleGumbelSoftmax, τ = 0.67", "two classes", relaxed(0.67), logits=TWO, g=gumbel(4, 2))
    golden("sampleGumbelSoftmax, τ = 0.67", RULED_OUT, relaxed(0.67), logits=ruled_out(normal(4, 4)), g=gumbel(4, 5))
    golden("sampleGumbelSoftmax, τ = 0.67, hard", "ordinary values", hard(0.67), logits=normal(4, 5), g=gumbel(4, 5))
    golden("sampleGumbelSoftmax, τ = 0.67, hard", "logits of ±60", hard(0.67), logits=EXTREME, g=gumbel(5, 3))
    golden("sampleGumbelSoftmax, τ = 0.67, hard", "two classes", hard(0.67), logits=TWO, g=gumbel(4, 2))


def log_mass_of_negative_binomial(log_mean, log_theta, x):
    x, mu, theta = x.detach(), torch.exp(log_mean), torch.exp(log_theta)
    rise = torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1)
    return rise - theta * torch.log1p(mu / theta) + x * (log_mean - torch.logaddexp(log_theta, log_mean))


def likelihoods_of_counts():
    wide = torch.tensor([10.0**k * f for k in range(-3, 6) for f in (1, 1.7, 3.3, 6.1)] + [0.5, 1.4616, 1.5, 2.5, 3.5, 4.5, 5.5, 1e6])
    golden("logGamma", "from 1e-3 to 1e6", lambda v: torch.lgamma(v), v=wide.double())
    near = torch.tensor([0.9, 0.99, 1 - 1e-5, 1.0, 1 + 1e-5, 1.01, 1.1, 1.9, 1.99, 2.0, 2.01, 2.1])
    golden("logGamma", "near its zeros at 1 and 2", lambda v: torch.lgamma(v), v=near.double())

    def poisson(log_rates, x):
        x = x.detach()
        return per_example(x * log_rates - torch.exp(log_rates) - torch.lgamma(x + 1))

    rates = normal(3, 4)
    golden("poisson.logProb", "ordinary", poisson, log_rates=rates, x=torch.poisson(torch.exp(rates), generator=generator))
    golden(
        "poisson.logProb",
        "large counts, and rates far from them",
        poisson,
        log_rates=torch.tensor([[math.log(100.0), math.log(300.0), 3.0, -50.0, 5.0, 50.0]]).T,
        x=torch.tensor([[103.0, 400.0, 400.0, 1.0, 0.0, 2.0]]).T,
    )

    def shared(log_means, x):
        return per_example(log_mass_of_negative_binomial(log_means, torch.full_like(log_means, math.log(2)), x))

    def learned(parameters, x):
        log_means, log_theta = parameters.chunk(2, -1)
        return per_example(log_mass_of_negative_binomial(log_means, log_theta, x))

    means = normal(3, 4)
    counts = torch.poisson(torch.exp(means) * torch.exp(normal(3, 4)), generator=generator)
    golden("negativeBinomial.logProb, θ = 2", "ordinary", shared, log_means=means, x=counts)
    golden("negativeBinomial.logProb, learned dispersion", "ordinary", learned, parameters=torch.cat([means, normal(3, 4)], 1), x=counts)
    grid = [
        (math.log(m), math.log(t), x)
        for m in (0.01, 1.5, 40, 700)
        for t in (0.02, 1, 30, 300)
        for x in (0, 1, 7, 60, 400)
    ]
    golden(
        "negativeBinomial.logProb, learned dispersion",
        "means, dispersions and counts far apart",
        learned,
        parameters=torch.tensor([[m, t] for m, t, _ in grid], dtype=torch.float64),
        x=torch.tensor([[float(x)] for _, _, x in grid], dtype=torch.float64),
    )

    def levels(logits, x):
        return (x[:, :3] * F.log_softmax(logits[:, :3], 1)).sum(1) + (x[:, 3:] * F.log_softmax(logits[:, 3:], 1)).sum(1)

    golden(
        "categoricalObservation.logProb, of 3 and 2 levels",
        "ordinary",
        levels,
        logits=normal(2, 5),
        x=torch.tensor([[0.0, 1, 0, 1, 0], [0, 0, 1, 0, 1]]),
    )


def logistic_log_mass(bins, low, high):
    """The bin's mass as a difference of two sigmoids, of those on the side where they are small; far out, in logarithms."""
    half = (high - low) / (2 * (bins - 1))

    def log_mass(mean, l, x):
        scale = torch.exp(l) + half / 64
        below, above = (x - half - mean) / scale, (x + half - mean) / scale
        first, last = x < low + half, x > high - half
        below = torch.where(first, torch.full_like(below, -math.inf), below)
        above = torch.where(last, torch.full_like(above, math.inf), above)
        near = torch.where(x > mean, torch.sigmoid(-below) - torch.sigmoid(-above), torch.sigmoid(above) - torch.sigmoid(below))
        middle = ~first & ~last
        width = torch.log(-torch.expm1(-2 * half / scale))
        far = F.logsigmoid(above) + F.logsigmoid(-below) + torch.where(middle, width, torch.zeros_like(width))
        safe = near > 1e-200
        assert torch.allclose(torch.log(near[safe]), far[safe], rtol=1e-8, atol=1e-8)
        return torch.where(safe, torch.log(torch.where(safe, near, torch.ones_like(near))), far)

    return log_mass


def likelihoods():
    """With a seed of its own, so that the numbers of the others stay."""
    generator.manual_seed(20250102)
    wide = torch.tensor([10.0**k * f for k in range(-3, 5) for f in (1, 1.7, 3.3, 6.1)] + [0.5, 1.4616, 1.5, 2.5, 3.5, 4.5, 5.5, 1e6])
    golden("digamma", "from 1e-3 to 1e6", lambda v: torch.digamma(v), v=wide.double())

    def levels(*shape, bins=256, low=0.0, high=1.0):
        return low + (high - low) * torch.randint(0, bins, shape, generator=generator).double() / (bins - 1)

    def discretized(log_mass, mixture):
        def log_prob(parameters, x):
            x = x.detach()
            if mixture == 1:
                return per_example(log_mass(*parameters.chunk(2, -1), x))
            columns = x.shape[-1]
            logits, mean, l = (p.unflatten(-1, (mixture, columns)) for p in parameters.chunk(3, -1))
            each = log_mass(mean, l, x.unsqueeze(-2).expand_as(mean))
            return per_example(torch.logsumexp(torch.log_softmax(logits, -2) + each, -2))

        return log_prob

    bytes_, five = logistic_log_mass(256, 0.0, 1.0), logistic_log_mass(5, -1.0, 1.0)
    name = "discretizedLogistic.logProb"
    golden(name, "ordinary", discretized(bytes_, 1), parameters=torch.cat([uniform(3, 4), normal(3, 4) - 2], 1), x=levels(3, 4))
    images = torch.cat([uniform(2, 3, 2, 2), normal(2, 3, 2, 2) - 3], -1)
    golden(name, "images", discretized(bytes_, 1), parameters=images, x=levels(2, 3, 2, 2))
    grid = [(m, l, x) for m in (-50.0, -0.1, 0.5, 1.2, 50) for l in (-50.0, -6, 0, 50) for x in (0.0, 1 / 255, 100 / 255, 1)]
    golden(
        name,
        "parameters far out",
        discretized(bytes_, 1),
        parameters=torch.tensor([[m, l] for m, l, _ in grid], dtype=torch.float64),
        x=torch.tensor([[x] for _, _, x in grid], dtype=torch.float64),
    )
    name = "discretizedLogistic.logProb, a mixture of 3, of 5 values"
    x = levels(3, 2, bins=5, low=-1.0, high=1.0)
    golden(name, "ordinary", discretized(five, 3), parameters=torch.cat([normal(3, 12), normal(3, 6) - 1], 1), x=x)

    name = "continuousBernoulli.logProb"
    known = lambda eta, x: per_example(torch.distributions.ContinuousBernoulli(logits=eta).log_prob(x))
    golden(name, "ordinary", known, eta=normal(3, 4, scale=3), x=uniform(3, 4))

    def continuous(eta, x):
        return per_example(eta * x - torch.log(torch.expm1(eta) / eta))

    etas = [-50.0, -1.01, -0.99, -0.1, -1e-3, 1e-3, 0.1, 0.99, 1.01, 50]
    eta, x = (torch.tensor(v, dtype=torch.float64) for v in zip(*[([e], [v]) for e in etas for v in (0.0, 0.3, 1)]))
    golden(name, "from −50 to 50", continuous, eta=eta, x=x)
    means = torch.tensor(etas, dtype=torch.float64).reshape(2, 5)
    golden("continuousBernoulli.mean", "from −50 to 50", lambda eta: -1 / torch.expm1(-eta) - 1 / eta, eta=means)

    def multinomial(logits, x):
        x = x.detach()
        return torch.stack([
            torch.distributions.Multinomial(int(counts.sum()), logits=l).log_prob(counts) for l, counts in zip(logits, x)
        ])  # fmt: skip

    name = "multinomial.logProb"
    golden(name, "ordinary", multinomial, logits=normal(3, 5), x=torch.poisson(2 * uniform(3, 5), generator=generator))
    golden(
        name,
        "large counts, logits of ±50, and no count",
        multinomial,
        logits=torch.tensor([[1.0, 2, 3], [50, -50, 0], [0, 0, 0], [1, 0, -1]]),
        x=torch.tensor([[400.0, 300, 900], [70, 0, 1], [1000, 1000, 1000], [0, 0, 0]]),
    )

    def inflated(parameters, x):
        log_mean, log_theta, l = parameters.chunk(3, -1)
        extra, counted = F.logsigmoid(l), F.logsigmoid(-l) + log_mass_of_negative_binomial(log_mean, log_theta, x)
        return per_example(torch.where(x.detach() > 0, counted, torch.logaddexp(extra, counted)))

    name = "negativeBinomial.logProb, zero-inflated"
    counts = torch.tensor([[0.0, 0, 3], [1, 0, 12]])
    golden(name, "ordinary", inflated, parameters=normal(2, 9), x=counts)
    grid = [(m, t, l, x) for m in (-3.0, 4) for t in (-2.0, 3) for l in (-50.0, 0, 50) for x in (0.0, 1, 60)]
    golden(
        name,
        "logits of ±50",
        inflated,
        parameters=torch.tensor([[m, t, l] for m, t, l, _ in grid], dtype=torch.float64),
        x=torch.tensor([[x] for *_, x in grid], dtype=torch.float64),
    )

    def bounded(parameters, x):
        mean, v = parameters.chunk(2, -1)
        return per_example(Normal(mean, torch.sqrt(torch.exp(v) + 0.01)).log_prob(x))

    name = "gaussianObservation.logProb, learned variance, σ of at least 0.1"
    golden(name, "ordinary", bounded, parameters=torch.cat([normal(3, 4), normal(3, 4) - 3], 1), x=normal(3, 4))
    tight = torch.tensor([[0.0, 1, -50, 50], [0, 1, -5, -4.6]])
    golden(name, "log-variances of ±50", bounded, parameters=tight, x=torch.tensor([[0.0, 1.2], [0.1, 1]]))

    def optimal(weights):
        def log_prob(mean, x):
            w = torch.tensor(weights, dtype=torch.float64).reshape(-1, *[1] * (mean.dim() - 1))
            variance = (w * (x - mean) ** 2).sum() / (w.sum() * mean[0].numel())
            return per_example(Normal(mean, torch.sqrt(variance)).log_prob(x))

        return log_prob

    name = "gaussianObservation.trainingLogProb, optimal variance"
    golden(name, "ordinary", optimal([1, 1, 1]), mean=normal(3, 4), x=normal(3, 4))
    golden(name, "images", optimal([1, 1]), mean=normal(2, 2, 3, 2), x=normal(2, 2, 3, 2))
    golden(f"{name}, weighted", "ordinary", optimal([0.2, 1, 3]), mean=normal(3, 4), x=normal(3, 4))


def divergences():
    standard = lambda mean, logVar: kl_divergence(diagonal(mean, logVar), diagonal(torch.zeros_like(mean), torch.zeros_like(logVar)))
    golden("gaussianKl to N(0, I)", "ordinary values", standard, mean=normal(3, 4), logVar=normal(3, 4))
    golden("gaussianKl to N(0, I)", "images", standard, mean=normal(2, 2, 3, 2), logVar=normal(2, 2, 3, 2))
    golden("gaussianKl to N(0, I)", "σ near 0", standard, mean=normal(3, 2), logVar=torch.tensor([[-60.0, -20], [-200, 8], [0, -200]]))
    general = lambda mean, logVar, priorMean, priorLogVar: kl_divergence(diagonal(mean, logVar), diagonal(priorMean, priorLogVar))
    golden("gaussianKl to a Gaussian", "ordinary values", general,
           mean=normal(3, 4), logVar=normal(3, 4), priorMean=normal(3, 4), priorLogVar=normal(3, 4))  # fmt: skip
    golden("gaussianKl to a Gaussian", "σ of q near 0", general,
           mean=normal(2, 2), logVar=torch.tensor([[-60.0, -20], [-200, 8]]), priorMean=normal(2, 2), priorLogVar=normal(2, 2))  # fmt: skip

    tight = torch.tensor([[-12.0, -20], [-60, -30]])
    golden("gaussianKl to a Gaussian", "σ of p near 0", general, mean=deviation(tight) * normal(2, 2), logVar=tight + normal(2, 2),
           priorMean=torch.zeros(2, 2), priorLogVar=tight)  # fmt: skip

    categorical = lambda qLogits, pLogits: kl(probabilities(qLogits), probabilities(pLogits))
    golden("categoricalKl", "ordinary values", categorical, qLogits=normal(4, 5, scale=2), pLogits=normal(4, 5, scale=2))
    golden("categoricalKl", "logits of ±60", categorical, qLogits=EXTREME, pLogits=EXTREME.flip(0))
    golden("categoricalKl", "two classes", categorical, qLogits=TWO, pLogits=TWO.flip(0))
    golden("categoricalKl", RULED_OUT, without_last(categorical), qLogits=ruled_out(normal(4, 4)), pLogits=ruled_out(normal(4, 4)))

    cross_entropy = lambda labels, logits: F.cross_entropy(logits, labels, reduction="none")
    golden("crossEntropy", "soft labels", cross_entropy, labels=probabilities(normal(4, 5)), logits=normal(4, 5, scale=2))
    golden("crossEntropy", "one-hot labels, logits of ±60", cross_entropy, labels=ONE_HOT, logits=EXTREME)
    golden("crossEntropy", "two classes", cross_entropy, labels=one_hot([0, 0, 1, 1], 2), logits=TWO)
    golden("crossEntropy", RULED_OUT, without_last(cross_entropy), labels=not_labelled(ONE_HOT), logits=ruled_out(EXTREME))


def regularizers():
    golden("mutualInformation", "ordinary values", information, logits=normal(6, 5, scale=2))
    golden("mutualInformation", "logits of ±60", information, logits=EXTREME)
    golden("mutualInformation", "two classes", information, logits=TWO)
    golden("mutualInformation", "one example", information, logits=normal(1, 5))
    golden("mutualInformation", RULED_OUT, without_last(information), logits=ruled_out(normal(6, 4, scale=2)))

    for spread, smooth in SMOOTHED.items():
        name = f"smoothLabels, ε = 0.1, {spread}"
        golden(name, "one-hot labels", smooth, labels=ONE_HOT)
        golden(name, "two classes", smooth, labels=one_hot([0, 1], 2))
        golden(name, "soft labels", smooth, labels=probabilities(normal(4, 5)))

    for spread, smooth in SMOOTHED.items():
        forward = lambda labels, logits: kl(smooth(labels), probabilities(logits))
        reverse = lambda labels, logits: kl(probabilities(logits), smooth(labels))
        for direction, divergence in {"labels||q": forward, "q||labels": reverse}.items():
            name = f"smoothedLabelKl, ε = 0.1, {spread}, {direction}"
            soft = 0.2 * probabilities(normal(4, 5)) + 0.8 / 5
            golden(name, "soft labels", divergence, labels=soft, logits=normal(4, 5, scale=2))
            golden(name, "one-hot labels", divergence, labels=one_hot([0, 4, 2, 2], 5), logits=normal(4, 5, scale=2))
            golden(name, "logits of ±60", divergence, labels=ONE_HOT, logits=EXTREME)
            golden(name, "two classes", divergence, labels=one_hot([0, 0, 1, 1], 2), logits=TWO)


SMOOTHED = {
    "others": lambda labels: 0.9 * labels + 0.1 * (1 - labels) / (labels.shape[1] - 1),
    "uniform": lambda labels: 0.9 * labels + 0.1 / labels.shape[1],
}
PRIORS = {
    len(prior): torch.tensor(prior, dtype=torch.float64)
    for prior in ([0.25, 0.75], [0.2, 0.5, 0.3], [0.1, 0.2, 0.3, 0.25, 0.15])
}


def objectives():
    golden("labeledElbo", "ordinary values", lambda logLikelihood, latentKl, logLabelPrior: logLikelihood - latentKl + logLabelPrior,
           logLikelihood=-50 * uniform(4), latentKl=10 * uniform(4), logLabelPrior=-3 * uniform(4))  # fmt: skip
    golden("logLabelPrior", "one-hot labels", lambda labels: xlogy(labels, PRIORS[5]).sum(1), labels=one_hot([0, 4, 2], 5))
    golden("logLabelPrior", "soft labels", lambda labels: xlogy(labels, PRIORS[5]).sum(1), labels=probabilities(normal(3, 5)))
    two = torch.tensor([0.25, 0.75], dtype=torch.float64)
    golden("logLabelPrior, π = (¼, ¾)", "two classes", lambda labels: xlogy(labels, two).sum(1), labels=one_hot([0, 1, 1], 2))
    golden("labelExpectation", "soft labels", lambda labels, valueByLabel: (labels * valueByLabel).sum(1),
           labels=probabilities(normal(4, 5)), valueByLabel=normal(4, 5, scale=5))  # fmt: skip
    golden("labelExpectation", "one-hot labels", lambda labels, valueByLabel: (labels * valueByLabel).sum(1),
           labels=ONE_HOT, valueByLabel=normal(5, 3, scale=5))  # fmt: skip
    golden("labelExpectation", "two classes", lambda labels, valueByLabel: (labels * valueByLabel).sum(1),
           labels=probabilities(normal(3, 2)), valueByLabel=normal(3, 2, scale=5))  # fmt: skip

    exact = lambda labelLogits, labeledBound: (probabilities(labelLogits) * labeledBound).sum(1) + entropy(labelLogits)
    golden("unlabeledElbo, exact", "ordinary values", exact, labelLogits=normal(4, 5), labeledBound=normal(4, 5, scale=3))
    golden("unlabeledElbo, exact", "logits of ±60", exact, labelLogits=EXTREME, labeledBound=normal(5, 3, scale=3))
    golden("unlabeledElbo, exact", "two classes", exact, labelLogits=TWO, labeledBound=normal(4, 2, scale=3))
    golden("unlabeledElbo, exact", RULED_OUT, without_last(exact), labelLogits=ruled_out(EXTREME), labeledBound=normal(5, 4, scale=3))
    sampled = lambda labelLogits, labeledBound: labeledBound + entropy(labelLogits)
    golden("unlabeledElbo, sampled", "ordinary values", sampled, labelLogits=normal(4, 5), labeledBound=normal(4, scale=3))
    golden("unlabeledElbo, sampled", "logits of ±60", sampled, labelLogits=EXTREME, labeledBound=normal(5, scale=3))
    golden("unlabeledElbo, sampled", "two classes", sampled, labelLogits=TWO, labeledBound=normal(4, scale=3))

    def labelled(direction, to_prior, to_labels):
        """L(x, y) − w_P·KL(q‖p(y)) − w_S·KL with p̂, ε = 0.1."""

        def objective(bound, labels, labelLogits):
            q, smoothed = probabilities(labelLogits), SMOOTHED["others"](labels)
            label_kl = kl(smoothed, q) if direction == "labels||q" else kl(q, smoothed)
            prior = PRIORS[labels.shape[1]]
            return bound - to_prior * kl(q, prior.expand_as(q)) - to_labels * label_kl

        return objective

    for name, objective in {
        "regularizedLabeled": labelled("labels||q", 1, 1),
        "regularizedLabeled, q||labels": labelled("q||labels", 1, 1),
        "regularizedLabeled, weighted": labelled("labels||q", 0.25, 3),
    }.items():
        for title, labels in {
            "soft labels": 0.2 * probabilities(normal(4, 5)) + 0.8 / 5,
            "one-hot labels": one_hot([0, 4, 2, 2], 5),
        }.items():
            golden(name, title, objective, bound=-20 * uniform(4), labels=labels, labelLogits=normal(4, 5, scale=2))
        golden(name, "logits of ±60", objective, bound=-20 * uniform(5), labels=ONE_HOT, labelLogits=EXTREME)
        golden(name, "two classes", objective, bound=-20 * uniform(4), labels=one_hot([0, 0, 1, 1], 2), labelLogits=TWO)

    def unlabelled(bound, labelLogits):
        return bound - 0.4 * entropy(labelLogits) + 0.7 * information(labelLogits)

    name = "regularizedUnlabeled"
    golden(name, "ordinary values", unlabelled, bound=-20 * uniform(4), labelLogits=normal(4, 5, scale=2))
    golden(name, "logits of ±60", unlabelled, bound=-20 * uniform(5), labelLogits=EXTREME)
    golden(name, "two classes", unlabelled, bound=-20 * uniform(4), labelLogits=TWO)


def interpolation():
    """Last, so that the numbers of the others stay."""
    mixed = lambda values, share: torch.stack([
        share[b] * row + (1 - share[b]) * values[(b + 1) % len(values)] for b, row in enumerate(values)
    ])  # fmt: skip
    golden("mixup", "rows", mixed, values=normal(4, 5), share=uniform(4))
    golden("mixup", "images", mixed, values=uniform(3, 2, 2, 3), share=uniform(3))
    golden("mixup", "numbers", mixed, values=normal(5), share=uniform(5))
    golden("mixup", "one row", mixed, values=normal(1, 3), share=uniform(1))
    golden("mixup", "shares of 0 and 1", mixed, values=normal(2, 3), share=torch.tensor([0.0, 1]))

    consistency = lambda logits, targets: kl(targets.detach(), probabilities(logits))
    golden("interpolationConsistency", "ordinary values", consistency,
           logits=normal(4, 5, scale=2), targets=probabilities(normal(4, 5, scale=2)))  # fmt: skip
    golden("interpolationConsistency", "logits of ±60", consistency, logits=EXTREME, targets=probabilities(normal(5, 3)))
    golden("interpolationConsistency", "targets of 0 and 1", consistency, logits=normal(5, 3, scale=2), targets=ONE_HOT)
    golden("interpolationConsistency", "two classes", consistency, logits=TWO, targets=probabilities(normal(4, 2)))
    golden("interpolationConsistency", RULED_OUT, without_last(consistency),
           logits=ruled_out(normal(4, 4)), targets=not_labelled(probabilities(normal(4, 4))))  # fmt: skip


def ladder():
    """From a seed of its own, so that it does not depend on what comes before."""
    generator.manual_seed(4)

    def merged(mean, log_var, other_mean, other_log_var):
        """In precisions, where the library has log-variances."""
        precision, other = torch.exp(-log_var), torch.exp(-other_log_var)
        return (precision * mean + other * other_mean) / (precision + other), -torch.log(precision + other)

    def divergence(mean, logVar, priorMean, priorLogVar):
        q = diagonal(*merged(mean, logVar, priorMean, priorLogVar))
        return kl_divergence(q, diagonal(priorMean, priorLogVar))

    of_mean = lambda mean, logVar, otherMean, otherLogVar: merged(mean, logVar, otherMean, otherLogVar)[0]
    of_log_var = lambda logVar, otherLogVar: merged(logVar, logVar, otherLogVar, otherLogVar)[1]
    spread = torch.tensor([[-10.0, 10], [10, -10], [3, -8], [0, 0]])
    for title, shape in {"ordinary values": (3, 4), "images": (2, 2, 3, 2)}.items():
        golden("mergeGaussians, mean", title, of_mean, mean=normal(*shape), logVar=normal(*shape),
               otherMean=normal(*shape), otherLogVar=normal(*shape))  # fmt: skip
        golden("mergeGaussians, log-variance", title, of_log_var, logVar=normal(*shape), otherLogVar=normal(*shape))
        golden("mergedKl", title, divergence, mean=normal(*shape), logVar=normal(*shape), priorMean=normal(*shape), priorLogVar=normal(*shape))
    golden("mergeGaussians, mean", "variances far apart and alike", of_mean, mean=normal(4, 2), logVar=spread,
           otherMean=normal(4, 2), otherLogVar=spread.flip(0))  # fmt: skip
    golden("mergeGaussians, log-variance", "variances far apart and alike", of_log_var, logVar=spread, otherLogVar=spread.flip(1))
    golden("mergeGaussians, log-variance", "σ near 0", of_log_var, logVar=torch.tensor([[-60.0, -80], [60, -60]]), otherLogVar=torch.zeros(2, 2))
    golden("mergedKl", "variances far apart and alike", divergence, mean=normal(4, 2), logVar=spread,
           priorMean=normal(4, 2), priorLogVar=spread.flip(1))  # fmt: skip
    golden("mergedKl", "a message of σ near 0", divergence, mean=normal(2, 2), logVar=torch.tensor([[-60.0, -20], [-80, 8]]),
           priorMean=normal(2, 2), priorLogVar=normal(2, 2))  # fmt: skip


def discrepancies():
    generator.manual_seed(zlib.crc32(b"discrepancies"))  # the numbers do not depend on what stands before

    def of_weights(u, v, bandwidth):
        u, v = u / u.sum(), v / v.sum()
        mean = lambda x, y, p, q: (p[:, None] * q * torch.exp(-((x[:, None] - y[None]) ** 2).sum(2) / bandwidth)).sum()
        return lambda a, b: mean(a, a, u, u) + mean(b, b, v, v) - 2 * mean(a, b, u, v)

    ones = lambda count: torch.ones(count, dtype=torch.float64)
    name = "maximumMeanDiscrepancy"
    golden(name, "ordinary values", of_weights(ones(4), ones(5), 3), a=normal(4, 3), b=normal(5, 3) + 0.5)
    golden(name, "far from 0", of_weights(ones(4), ones(3), 3), a=100 + normal(4, 3), b=100 + normal(3, 3))
    golden(name, "far apart", of_weights(ones(2), ones(3), 2), a=normal(2, 2) - 20, b=normal(3, 2) + 20)
    golden(name, "one row each", of_weights(ones(1), ones(1), 2), a=normal(1, 2), b=normal(1, 2))
    u, v = torch.tensor([0.25, 1, 0, 2], dtype=torch.float64), torch.tensor([1, 0, 2, 0, 0.5], dtype=torch.float64)
    golden(f"{name}, γ = 0.7, weighted", "weights of 0 among them", of_weights(u, v, 0.7), a=normal(4, 3), b=normal(5, 3))


MASK = 0xFFFFFFFF


def rotate_left(word, by):
    return ((word << by) | (word >> (32 - by))) & MASK


def xoshiro128pp(state, count):
    """xoshiro128++ 1.0 by David Blackman and Sebastiano Vigna (2019), transcribed from prng.di.unimi.it."""
    s = list(state)
    words = []
    for _ in range(count):
        words.append((rotate_left((s[0] + s[3]) & MASK, 7) + s[0]) & MASK)
        t = (s[1] << 9) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate_left(s[3], 11)
    return words, s


def avalanche(h):
    """fmix32 of MurmurHash3, by Austin Appleby."""
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & MASK
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & MASK
    return h ^ (h >> 16)


def derive_key(parent, text):
    """The library's own key derivation: pinned, so that a seed means the same numbers in every version."""
    lanes = list(parent)
    for value in [len(text), *map(ord, text), 0, 0]:
        for i in range(4):
            mixed = rotate_left(lanes[i] ^ value, 13) + lanes[(i + 3) % 4] * 0x9E3779B1 + i
            lanes[i] = avalanche(mixed & MASK)
    return lanes


def noise():
    root = [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]
    streams = []
    for start in [[1, 2, 3, 4], [0, 0, 0, 1], [0xDEADBEEF, 0x12345678, 0xFFFFFFFF, 0x80000000]]:
        words, state = xoshiro128pp(start, 200)
        streams.append({"start": start, "first": words[:10], "last": words[-1], "state": state})
    keys = [
        {"seed": seed, "names": names, "key": key}
        for seed in [0, 1, -1, 2**53 - 1]
        for names, key in [
            ([], derive_key(root, f"number:{seed}")),
            (["weights"], derive_key(derive_key(root, f"number:{seed}"), "string:weights")),
            (["step", 3], derive_key(derive_key(derive_key(root, f"number:{seed}"), "string:step"), "number:3")),
        ]
    ]
    return {"streams": streams, "keys": keys}


if __name__ == "__main__":
    generator.manual_seed(20250101)
    for room in (distributions, divergences, regularizers, objectives, interpolation, likelihoods_of_counts, ladder, discrepancies, likelihoods):
        room()
    lines = [f'"{name}": [\n  ' + ",\n  ".join(map(json.dumps, of)) + "\n ]" for name, of in cases.items()]
    print("{")
    print(f'"torch": "{torch.__version__}",')
    print(f'"noise": {json.dumps(noise())},')
    print('"primitives": {\n ' + ",\n ".join(lines) + "\n}}")
