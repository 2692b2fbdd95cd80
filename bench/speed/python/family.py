"""The models of the family, and what is minimized: a loss, or for the adversarial autoencoder one for each phase."""

import math

import torch
import torch.nn.functional as F
from torch import nn

ALPHA, TEMPERATURE, INPUT_NOISE, LABEL_DROPOUT, LARGEST = 50.0, 0.67, 0.3, 0.1, 10.0


def hidden(sizes, norm=True):
    """Hidden layers of rectified units, behind batch norm."""
    layers = []
    for below, above in zip(sizes, sizes[1:]):
        layers += [nn.Linear(below, above), *([nn.BatchNorm1d(above)] if norm else []), nn.ReLU()]
    return nn.Sequential(*layers)


class GaussianNet(nn.Module):
    """Mean and log-variance of inputs side by side."""

    def __init__(self, inputs, widths, latent):
        super().__init__()
        self.hidden = hidden([inputs, *widths])
        self.mean, self.log_var = nn.Linear(widths[-1], latent), nn.Linear(widths[-1], latent)

    def forward(self, *inputs):
        features = self.hidden(torch.cat(inputs, dim=1) if len(inputs) > 1 else inputs[0])
        return self.mean(features), self.log_var(features)


class Net(nn.Sequential):
    """A net of inputs side by side."""

    def __init__(self, inputs, widths, outputs, norm=True):
        super().__init__(*hidden([inputs, *widths], norm), nn.Linear(widths[-1], outputs))

    def forward(self, *inputs):
        return super().forward(torch.cat(inputs, dim=1) if len(inputs) > 1 else inputs[0])


def sample(mean, log_var):
    return mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)


def log_prob(mean, log_var, z):
    return -0.5 * (math.log(2 * math.pi) + log_var + (z - mean).square() * torch.exp(-log_var)).sum(1)


def standard_kl(mean, log_var):
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(1)


def kl(q, p):
    (q_mean, q_log_var), (p_mean, p_log_var) = q, p
    distance = (q_mean - p_mean).square() * torch.exp(-p_log_var)
    return 0.5 * (p_log_var - q_log_var + torch.exp(q_log_var - p_log_var) + distance - 1).sum(1)


def log_likelihood(logits, x):
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)


class M1M2(nn.Module):
    def __init__(self, size, classes, latent, widths, inner, **_):
        super().__init__()
        self.encoder = GaussianNet(size, widths, latent)
        self.classifier = Net(latent, inner, classes)
        self.latent_encoder = GaussianNet(latent + classes, inner, latent)
        self.feature_prior = GaussianNet(latent + classes, inner, latent)
        self.decoder = Net(latent, widths, size)

    def infer(self, x):
        q1 = self.encoder(x)
        z1 = sample(*q1)

        def bound(y):
            q2 = self.latent_encoder(z1, y)
            p1 = self.feature_prior(sample(*q2), y)
            return log_likelihood(self.decoder(z1), x) - (log_prob(*q1, z1) - log_prob(*p1, z1)) - standard_kl(*q2)

        return self.classifier(z1), bound


class Auxiliary(nn.Module):
    """ADGM, or SDGM where x depends on a."""

    def __init__(self, size, classes, latent, widths, skip=False, **_):
        super().__init__()
        self.skip = skip
        self.auxiliary_encoder = GaussianNet(size, widths, latent)
        self.classifier = Net(latent + size, widths, classes)
        self.encoder = GaussianNet(latent + size + classes, widths, latent)
        self.auxiliary_decoder = GaussianNet((0 if skip else size) + latent + classes, widths, latent)
        self.decoder = Net((latent if skip else 0) + latent + classes, widths, size)

    def small(self):
        """Layers that begin at N(0, 0.001²)."""
        nets = self.auxiliary_encoder, self.encoder, self.auxiliary_decoder
        return [head for net in nets for head in (net.mean, net.log_var)]

    def infer(self, x):
        qa = self.auxiliary_encoder(x)
        a = sample(*qa)

        def bound(y):
            qz = self.encoder(a, x, y)
            z = sample(*qz)
            pa = self.auxiliary_decoder(z, y) if self.skip else self.auxiliary_decoder(x, z, y)
            logits = self.decoder(a, z, y) if self.skip else self.decoder(z, y)
            return log_likelihood(logits, x) - (log_prob(*qa, a) - log_prob(*pa, a)) - standard_kl(*qz)

        return self.classifier(a, x), bound


def soft_clip(mean, log_var):
    return mean, LARGEST * torch.tanh(log_var / LARGEST)


def merged(a, b):
    """The product of two Gaussians: their precisions add."""
    log_var = -torch.logaddexp(-a[1], -b[1])
    return torch.sigmoid(b[1] - a[1]) * a[0] + torch.sigmoid(a[1] - b[1]) * b[0], log_var


class Ladder(nn.Module):
    def __init__(self, size, classes, widths, latents, **_):
        super().__init__()
        self.up = nn.ModuleList(hidden(pair) for pair in zip([size, *widths], widths))
        heads = [(nn.Linear(width, z), nn.Linear(width, z)) for width, z in zip(widths, latents[:-1])]
        self.messages = nn.ModuleList(nn.ModuleList(pair) for pair in heads)
        self.classifier = nn.Linear(widths[-1], classes)
        self.encoder = GaussianNet(widths[-1] + classes, widths[-1:], latents[-1])
        above = [*latents[1:-1], latents[-1] + classes]
        self.priors = nn.ModuleList(
            GaussianNet(inputs, [width], z) for inputs, width, z in zip(above, widths[1:], latents)
        )
        self.decoder = Net(latents[0], widths[:1], size)

    def infer(self, x):
        layers = []
        for layer in self.up:
            layers.append(layer(layers[-1] if layers else x))
        messages = [soft_clip(mean(d), log_var(d)) for d, (mean, log_var) in zip(layers, self.messages)]
        features = layers[-1]

        def bound(y):
            q = self.encoder(features, y)
            z, divergence = sample(*q), standard_kl(*q)
            for i in reversed(range(len(messages))):
                given = (z, y) if i == len(messages) - 1 else (z,)
                p = soft_clip(*self.priors[i](*given))
                q = merged(messages[i], p)
                z, divergence = sample(*q), divergence + kl(q, p)
            return log_likelihood(self.decoder(z), x) - divergence

        return self.classifier(features), bound


class Conditional(nn.Module):
    """Missing labels are summed over, or a token is their class."""

    def __init__(self, size, classes, latent, widths, token=False, **_):
        super().__init__()
        self.labels = classes + token
        if not token:
            self.classifier = Net(size, widths, classes)
        self.encoder = GaussianNet(size + self.labels, widths, latent)
        self.decoder = Net(latent + self.labels, widths, size)
        self.prior_mean = nn.Parameter(torch.zeros(self.labels, latent))
        self.prior_log_var = nn.Parameter(torch.zeros(self.labels, latent))

    def bound(self, x, y):
        q = self.encoder(x, y)
        prior = y @ self.prior_mean, y @ self.prior_log_var
        return log_likelihood(self.decoder(sample(*q), y), x) - kl(q, prior)

    def infer(self, x):
        return self.classifier(x), lambda y: self.bound(x, y)


class Adversarial(nn.Module):
    def __init__(self, size, classes, latent, widths, inner, **_):
        super().__init__()
        self.classes, self.latent = classes, latent
        self.trunk = hidden([size, *widths], norm=False)
        self.classifier, self.encoder = nn.Linear(widths[-1], classes), nn.Linear(widths[-1], latent)
        self.decoder = Net(latent + classes, widths, size, norm=False)
        self.label_judge = Net(classes, inner, 1, norm=False)
        self.code_judge = Net(latent, inner, 1, norm=False)

    def phases(self):
        """Parameters that each phase moves, and its loss of x, y and unlabeled examples."""
        of = [[*net.parameters()] for net in (self.trunk, self.classifier, self.encoder, self.decoder)]
        trunk, classifier, encoder, decoder = of
        judges = [*self.label_judge.parameters(), *self.code_judge.parameters()]
        return [
            ([*trunk, *classifier, *encoder, *decoder], self.reconstruction),
            (judges, self.discrimination),
            ([*trunk, *classifier, *encoder], self.generation),
            ([*trunk, *classifier], self.classification),
        ]

    def encode(self, x):
        features = self.trunk(x)
        return F.softmax(self.classifier(features), dim=1), self.encoder(features)

    def reconstruction(self, x, y, unlabeled):
        known = log_likelihood(self.decoder(self.encoder(self.trunk(x)), y), x)
        label, code = self.encode(unlabeled)
        return -known.mean() - log_likelihood(self.decoder(code, label), unlabeled).mean()

    def judged(self, judge, values):
        return judge(values + INPUT_NOISE * torch.randn_like(values)).squeeze(1)

    def discrimination(self, x, y, unlabeled):
        with torch.no_grad():
            label, code = self.encode(unlabeled)
        rows = len(unlabeled)
        drawn = F.one_hot(torch.randint(self.classes, (rows,), device=label.device), self.classes).to(label.dtype)
        loss = 0
        for judge, real, fake in (
            (self.label_judge, drawn, label),
            (self.code_judge, torch.randn_like(code), code),
        ):
            loss = loss - F.logsigmoid(self.judged(judge, real)) - F.logsigmoid(-self.judged(judge, fake))
        return loss.mean()

    def generation(self, x, y, unlabeled):
        label, code = self.encode(unlabeled)
        deceived = F.logsigmoid(self.judged(self.label_judge, label)) + F.logsigmoid(self.judged(self.code_judge, code))
        return -deceived.mean()

    def classification(self, x, y, unlabeled):
        return ALPHA * F.cross_entropy(self.classifier(self.trunk(x)), y)


MODELS = {
    "m1m2": M1M2,
    "adgm": Auxiliary,
    "sdgm": lambda **shape: Auxiliary(**shape, skip=True),
    "ladder": Ladder,
    "conditional": Conditional,
    "token": lambda **shape: Conditional(**shape, token=True),
    "aae": Adversarial,
}


def build_family(workload):
    names = "classes", "latent", "widths", "inner", "latents"
    shape = {name: workload[name] for name in names if name in workload}
    nets = MODELS[workload["model"]](size=math.prod(workload["inputShape"]), **shape)
    for module in nets.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    for head in nets.small() if isinstance(nets, Auxiliary) else []:
        nn.init.normal_(head.weight, std=1e-3)
    return nets


def bounded_loss(nets, classes, x, y, unlabeled):
    """The bound of labeled and unlabeled examples, with one relaxed label."""
    prior = -math.log(classes)
    logits, bound = nets.infer(x)
    known = ALPHA * F.cross_entropy(logits, y) - bound(y).mean() - prior
    logits, bound = nets.infer(unlabeled)
    log_q = F.log_softmax(logits, dim=1)
    entropy = -(log_q.exp() * log_q).sum(1).mean()
    gumbel = -torch.log(-torch.log(torch.rand_like(logits).clamp_(1e-7, 1 - 1e-7)))
    relaxed = F.softmax((logits + gumbel) / TEMPERATURE, dim=1)
    return known - bound(relaxed).mean() - prior - entropy


def token_loss(nets, x, y, unlabeled):
    """The bound given the label or the token; some labels are dropped."""
    kept = (torch.rand(len(y), 1, device=y.device) >= LABEL_DROPOUT).to(y.dtype)
    token = y.new_zeros(len(unlabeled), y.shape[1] + 1)
    token[:, -1] = 1
    labels = torch.cat([torch.cat([y * kept, 1 - kept], dim=1), token])
    bound = nets.bound(torch.cat([x, unlabeled]), labels)
    return -bound[: len(x)].mean() - bound[len(x) :].mean()


def losses(nets, workload):
    """Parameters with the loss that moves them, for each phase of a step."""
    if workload["model"] == "aae":
        return nets.phases()
    every = [*nets.parameters()]
    if workload["model"] == "token":
        return [(every, lambda x, y, unlabeled: token_loss(nets, x, y, unlabeled))]
    return [(every, lambda x, y, unlabeled: bounded_loss(nets, workload["classes"], x, y, unlabeled))]
