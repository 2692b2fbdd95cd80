"""
The step in Pyro, laid out as its own example ss_vae_M2: a model and a guide, the unknown label enumerated in parallel,
and a second model that scores the known label.

Variants: `svi` steps as that example does, an `SVI.step` for each loss, each with an update of its own; without it the
losses are added and Adam moves once, as in the other contenders.
"""

import math
import platform

import pyro
import pyro.distributions as dist
import torch
from pyro.infer import SVI, Trace_ELBO, TraceEnum_ELBO, config_enumerate
from torch import nn

from data import Pool
from models import ALPHA, M1, build
from serve import serve


class Concatenated(nn.Module):
    """Enumeration puts an axis of labels before the batch; what stands beside it is broadcast along that axis."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, *parts):
        shape = torch.broadcast_shapes(*(part.shape[:-1] for part in parts))
        return self.net(torch.cat([part.expand(*shape, part.shape[-1]) for part in parts], dim=-1))


class M2Nets(nn.Module):
    def __init__(self, workload):
        super().__init__()
        nets = build(workload, apart=False)
        self.classifier, self.decoder = nets.classifier, Concatenated(nets.decoder)
        self.hidden, self.mean, self.log_var = Concatenated(nets.hidden), nets.mean, nets.log_var
        self.classes, self.latent = workload["classes"], workload["latent"]

    def model(self, xs, ys=None):
        """p(y) = Cat(1/K), p(z) = N(0, I), p(x|y,z) = Bernoulli(decoder(z, y))"""
        pyro.module("nets", self)
        with pyro.plate("data", len(xs)):
            z = pyro.sample("z", dist.Normal(xs.new_zeros(len(xs), self.latent), 1.0).to_event(1))
            uniform = xs.new_ones(len(xs), self.classes) / self.classes
            y = pyro.sample("y", dist.OneHotCategorical(uniform), obs=ys)
            pyro.sample("x", dist.Bernoulli(logits=self.decoder(z, y), validate_args=False).to_event(1), obs=xs)

    def guide(self, xs, ys=None):
        """q(y|x) = Cat(classifier(x)), q(z|x,y) = Normal of the encoder"""
        with pyro.plate("data", len(xs)):
            if ys is None:
                ys = pyro.sample("y", dist.OneHotCategorical(logits=self.classifier(xs)))
            hidden = self.hidden(xs, ys)
            scale = torch.exp(0.5 * self.log_var(hidden))
            pyro.sample("z", dist.Normal(self.mean(hidden), scale).to_event(1))

    def model_classify(self, xs, ys):
        """The cross-entropy of known labels, as the score of an observation."""
        pyro.module("nets", self)
        with pyro.plate("data", len(xs)), pyro.poutine.scale(scale=ALPHA):
            pyro.sample("y_aux", dist.OneHotCategorical(logits=self.classifier(xs)), obs=ys)

    def guide_classify(self, xs, ys):
        pass


class M1Nets(nn.Module):
    def __init__(self, workload):
        super().__init__()
        nets = build(workload, apart=False)
        self.hidden, self.mean, self.log_var, self.decoder = nets.hidden, nets.mean, nets.log_var, nets.decoder
        self.latent = workload["latent"]

    def model(self, xs):
        pyro.module("nets", self)
        with pyro.plate("data", len(xs)):
            z = pyro.sample("z", dist.Normal(xs.new_zeros(len(xs), self.latent), 1.0).to_event(1))
            logits = self.decoder(z).flatten(1)
            pyro.sample("x", dist.Bernoulli(logits=logits, validate_args=False).to_event(1), obs=xs)

    def guide(self, xs):
        with pyro.plate("data", len(xs)):
            hidden = self.hidden(xs)
            pyro.sample("z", dist.Normal(self.mean(hidden), torch.exp(0.5 * self.log_var(hidden))).to_event(1))


class Contender:
    def __init__(self, task):
        workload = task["workload"]
        torch.set_num_threads(task["threads"])
        torch.set_num_interop_threads(1)
        pyro.clear_param_store()
        pyro.set_rng_seed(1)
        pyro.enable_validation(False)
        m1 = workload["model"] == "m1"
        nets = (M1Nets if m1 else M2Nets)(workload)
        self.pool = Pool(workload, task["device"])
        self.parameters = sum(parameter.numel() for parameter in nets.parameters())
        self.versions = f"Pyro {pyro.__version__}, PyTorch {torch.__version__}, Python {platform.python_version()}"
        plain = Trace_ELBO()
        # (model, guide, estimator, whether it takes the labelled part)
        if m1:
            parts = [(nets.model, nets.guide, plain, False)]
        else:
            enumerated = config_enumerate(nets.guide, "parallel", expand=True)
            every = TraceEnum_ELBO(max_plate_nesting=1)
            parts = [
                (nets.model, nets.guide, plain, True),
                (nets.model, enumerated, every, False),
                (nets.model_classify, nets.guide_classify, plain, True),
            ]
        self.parts = parts
        self.svi = "svi" in task["variant"]
        if self.svi:
            adam = pyro.optim.Adam({"lr": 1e-3})
            self.losses = [(SVI(model, guide, adam, elbo), known) for model, guide, elbo, known in parts]
        else:
            self.optimizer = torch.optim.Adam(nets.parameters(), lr=1e-3)
        self.last = math.nan

    def step(self):
        x, y, unlabeled = self.pool.next()
        known, unknown = (x.flatten(1), y), (unlabeled.flatten(1),)
        if self.svi:
            self.last = sum(
                svi.step(*(known if takes else unknown)) / len(x if takes else unlabeled)
                for svi, takes in self.losses
            )
            return
        loss = sum(
            elbo.differentiable_loss(model, guide, *(known if takes else unknown)) / len(x if takes else unlabeled)
            for model, guide, elbo, takes in self.parts
        )
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.last = loss.detach()

    def loss(self):
        return float(self.last)

    def count(self):
        return None


if __name__ == "__main__":
    serve(Contender)
