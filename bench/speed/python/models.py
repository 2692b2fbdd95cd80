"""The nets of the workloads, and what is minimised."""

import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.append(str(Path(__file__).parents[2] / "parity"))
from nets import ConvNets, MlpNets  # noqa: E402

ALPHA, TEMPERATURE = 50.0, 0.67


class LabelsApart(MlpNets):
    """The same weights; W·[x, y] is taken as Wx·x + Wy·y, so that x is multiplied once for all labels."""

    def posterior(self, features, y):
        linear, activation = self.hidden
        size = features.shape[1]
        from_x = F.linear(features, linear.weight[:, :size], linear.bias)
        from_y = F.linear(y, linear.weight[:, size:])
        if len(y) > len(features):
            from_x, from_y = from_x.unsqueeze(1), from_y.unflatten(0, (len(features), -1))
        hidden = activation(from_x + from_y).flatten(0, -2)
        return self.mean(hidden), self.log_var(hidden)


class M1(nn.Module):
    """A VAE without labels: hidden layers of softplus with batch norm (Kingma et al. 2014, "M1")."""

    def __init__(self, shape, latent, widths):
        super().__init__()
        height, width, channels = shape
        size = math.prod(shape)

        def hidden(sizes):
            layers = [
                (nn.Linear(below, above), nn.BatchNorm1d(above), nn.Softplus()) for below, above in zip(sizes, sizes[1:])
            ]
            return [layer for block in layers for layer in block]

        self.hidden = nn.Sequential(nn.Flatten(), *hidden([size, *widths]))
        self.mean, self.log_var = nn.Linear(widths[-1], latent), nn.Linear(widths[-1], latent)
        self.decoder = nn.Sequential(
            *hidden([latent, *reversed(widths)]),
            nn.Linear(widths[0], size),
            nn.Unflatten(1, (channels, height, width)),
        )


def build(workload, apart):
    shape, classes, latent = workload["inputShape"], workload["classes"], workload["latent"]
    if workload["model"] == "m1":
        nets = M1(shape, latent, workload["widths"])
    elif workload["nets"] == "conv":
        nets = ConvNets(shape, classes, latent)
    else:
        nets = (LabelsApart if apart else MlpNets)(shape, classes, latent, workload["widths"][0])
    # The initialiser of the others, so that first losses can be compared.
    for module in nets.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    return nets


def sample(mean, log_var):
    return mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)


def latent_kl(mean, log_var):
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(1)


def log_likelihood(logits, x):
    """Bernoulli, summed over the pixels; logits may have several rows for each of x, one after the other."""
    if len(logits) > len(x):
        logits = logits.unflatten(0, (len(x), -1))
        x = x.unsqueeze(1).expand_as(logits)
        return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(2).sum(2).flatten()
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def bound(nets, x, features, y):
    """log p(x|z,y) - KL(q(z|x[,y]) || p(z)) of each row of y."""
    if nets.encoder_sees_label and len(y) > len(features) and not isinstance(nets, LabelsApart):
        features = features.repeat_interleave(len(y) // len(features), dim=0)
    mean, log_var = nets.posterior(features, y)
    return log_likelihood(nets.decode(sample(mean, log_var), y), x) - latent_kl(mean, log_var)


def m1_loss(nets, x):
    features = nets.hidden(x)
    mean, log_var = nets.mean(features), nets.log_var(features)
    return (latent_kl(mean, log_var) - log_likelihood(nets.decoder(sample(mean, log_var)), x)).mean()


def m2_loss(nets, handling, x, y, unlabeled):
    prior, rows = -math.log(nets.classes), len(unlabeled)
    features = nets.features(x)
    cross_entropy = F.cross_entropy(nets.classify(features), y)
    labeled_bound = bound(nets, x, features, y).mean() + prior

    features = nets.features(unlabeled)
    logits = nets.classify(features)
    log_q = F.log_softmax(logits, dim=1)
    q = log_q.exp()
    entropy = -(q * log_q).sum(1).mean()
    if handling == "exact":
        labels = torch.eye(nets.classes, device=x.device).repeat(rows, 1)
        by_label = bound(nets, unlabeled, features, labels).view(rows, nets.classes) + prior
        expected = (q * by_label).sum(1).mean()
    else:
        gumbel = -torch.log(-torch.log(torch.rand_like(logits).clamp_(1e-7, 1 - 1e-7)))
        relaxed = F.softmax((logits + gumbel) / TEMPERATURE, dim=1)
        expected = bound(nets, unlabeled, features, relaxed).mean() + prior
    return ALPHA * cross_entropy - labeled_bound - expected - entropy
