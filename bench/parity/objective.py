"""The objectives in PyTorch, per example, larger is better, and the loss that is made of them."""

import math

import torch
import torch.nn.functional as F
from torch.distributions import Categorical, Normal, kl_divergence


class RandomDraws:
    """Noise of PyTorch's own."""

    def normal(self, name, shape, like):
        return torch.randn(shape, dtype=like.dtype, device=like.device)

    def gumbel(self, name, shape, like):
        uniform = torch.rand(shape, dtype=like.dtype, device=like.device).clamp_(1e-7, 1 - 1e-7)
        return -torch.log(-torch.log(uniform))


def latent(mean, log_var, draws, name):
    """A reparameterised z and KL(q(z) ‖ N(0, I))."""
    scale = torch.exp(0.5 * log_var)
    z = mean + scale * draws.normal(name, mean.shape, mean)
    kl = kl_divergence(Normal(mean, scale), Normal(torch.zeros_like(mean), torch.ones_like(scale)))
    return z, kl.sum(1)


def log_likelihood(logits, x):
    """Bernoulli, summed over the pixels."""
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def labeled_terms(nets, x, y, draws, settings):
    features = nets.features(x)
    logits = nets.classify(features)
    cross_entropy = -(y * F.log_softmax(logits, dim=1)).sum(1)
    if settings["method"] == "labels-only":
        return {"crossEntropy": cross_entropy}
    mean, log_var = nets.posterior(features, y)
    z, latent_kl = latent(mean, log_var, draws, "labeled/latent")
    likelihood = log_likelihood(nets.decode(z, y), x)
    prior = torch.full_like(likelihood, -math.log(nets.classes))
    elbo = likelihood - latent_kl + prior
    terms = {
        "elbo": elbo,
        "logLikelihood": likelihood,
        "latentKl": latent_kl,
        "logLabelPrior": prior,
        "crossEntropy": cross_entropy,
    }
    if settings["method"] == "m2":
        return {**terms, "objective": elbo}
    q = Categorical(logits=logits)
    uniform = Categorical(logits=torch.zeros_like(logits))
    epsilon = settings["epsilon"]
    smoothed = Categorical(probs=y * (1 - epsilon) + (1 - y) * epsilon / (nets.classes - 1))
    prior_kl = kl_divergence(q, uniform)
    label_kl = kl_divergence(smoothed, q)
    return {
        **terms,
        "labelPriorKl": prior_kl,
        "labelKl": label_kl,
        "objective": likelihood - latent_kl - prior_kl - label_kl,
    }


def unlabeled_terms(nets, x, draws, settings):
    features = nets.features(x)
    logits = nets.classify(features)
    classes, rows = nets.classes, len(x)
    exact = settings["labelHandling"] == "exact"
    if exact:
        y = torch.eye(classes, dtype=x.dtype, device=x.device).repeat(rows, 1)
    else:
        gumbel = draws.gumbel("unlabeled/label", logits.shape, logits)
        y = F.softmax((logits + gumbel) / settings["temperature"], dim=1)
    repeats = classes if exact else 1
    seen = features.repeat_interleave(repeats, dim=0) if nets.encoder_sees_label else features
    mean, log_var = nets.posterior(seen, y)
    z, latent_kl = latent(mean, log_var, draws, "unlabeled/latent")
    if len(z) < len(y):
        z, latent_kl = z.repeat_interleave(repeats, dim=0), latent_kl.repeat_interleave(repeats)
    likelihood = log_likelihood(nets.decode(z, y), x.repeat_interleave(repeats, dim=0))
    prior = y.sum(1) * -math.log(classes)

    def expected(values):
        return (F.softmax(logits, dim=1) * values.reshape(rows, classes)).sum(1) if exact else values

    likelihood, latent_kl, prior = expected(likelihood), expected(latent_kl), expected(prior)
    q = Categorical(logits=logits)
    entropy = q.entropy()
    elbo = likelihood - latent_kl + prior + entropy
    terms = {
        "elbo": elbo,
        "logLikelihood": likelihood,
        "latentKl": latent_kl,
        "logLabelPrior": prior,
        "labelEntropy": entropy,
    }
    if settings["method"] == "m2":
        return {**terms, "objective": elbo}
    information = Categorical(probs=q.probs.mean(0)).entropy() - entropy.mean()
    return {
        **terms,
        "mutualInformation": information,
        "objective": elbo + settings["gamma"] * information - settings["beta"] * entropy,
    }


def all_terms(nets, labeled, unlabeled, draws, settings):
    """Terms of both parts of a batch, by the names that our trainer logs them under."""
    terms = labeled_terms(nets, *labeled, draws, settings)
    named = {f"labeled.{name}": values for name, values in terms.items()}
    if settings["method"] != "labels-only":
        terms = unlabeled_terms(nets, unlabeled, draws, settings)
        named |= {f"unlabeled.{name}": values for name, values in terms.items()}
    return named


def loss_of(terms, settings):
    """mean(−labelled objective) + α · mean(cross-entropy) + mean(−unlabelled objective)"""
    loss = settings["alpha"] * terms["labeled.crossEntropy"].mean()
    for part in ("labeled", "unlabeled"):
        if f"{part}.objective" in terms:
            loss = loss - terms[f"{part}.objective"].mean()
    return loss


def adam(nets, settings):
    return torch.optim.Adam(
        nets.parameters(), lr=settings["learningRate"], betas=(0.9, 0.999), eps=settings["adamEpsilon"]
    )
