"""The nets in PyTorch, channels first, and the layout of our weights in them."""

import math

import torch
from torch import nn


class ConvNets(nn.Module):
    """The report's nets on one shared trunk: q(y|x), q(z|x), p(x|z,y)."""

    encoder_sees_label = False

    def __init__(self, shape=(28, 28, 1), classes=10, latent=50):
        super().__init__()
        height, width, channels = shape
        self.classes, self.map = classes, (64, height // 4, width // 4)
        flat = math.prod(self.map)
        self.trunk = nn.Sequential(
            nn.Conv2d(channels, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(flat, 512),
            nn.ReLU(),
        )
        self.logits = nn.Linear(512, classes)
        self.mean = nn.Linear(512, latent)
        self.log_var = nn.Linear(512, latent)
        self.decoder = nn.Sequential(
            nn.Linear(latent + classes, 512),
            nn.ReLU(),
            nn.Linear(512, flat),
            nn.ReLU(),
            nn.Unflatten(1, self.map),
            nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(32, channels, 3, stride=2, padding=1, output_padding=1),
        )

    def features(self, x):
        return self.trunk(x)

    def classify(self, features):
        return self.logits(features)

    def posterior(self, features, y=None):
        return self.mean(features), self.log_var(features)

    def decode(self, z, y):
        return self.decoder(torch.cat([z, y], dim=1))

    def layout(self):
        """Our names of the weights, and how each becomes PyTorch's."""
        channels, height, width = self.map

        def rows(kernel):  # [H·W·C, out] → [out, C·H·W]
            return kernel.reshape(height, width, channels, -1).permute(3, 2, 0, 1).flatten(1)

        def columns(kernel):  # [in, H·W·C] → [C·H·W, in]
            return kernel.reshape(-1, height, width, channels).permute(3, 1, 2, 0).flatten(0, 2)

        def units(bias):  # [H·W·C] → [C·H·W]
            return bias.reshape(height, width, channels).permute(2, 0, 1).flatten()

        def filters(kernel):  # [h, w, in, out] → [out, in, h, w]; transposed: [h, w, out, in] → [in, out, h, w]
            return kernel.permute(3, 2, 0, 1)

        return {
            **layer("trunk.0", "trunk/conv1", filters),
            **layer("trunk.2", "trunk/conv2", filters),
            **layer("trunk.5", "trunk/dense", rows),
            **layer("logits", "classifier/logits"),
            **layer("mean", "encoder/mean"),
            **layer("log_var", "encoder/logVar"),
            **conditioned("decoder.0", "decoder/hidden"),
            **layer("decoder.2", "decoder/map", columns, units),
            **layer("decoder.5", "decoder/up1", filters),
            **layer("decoder.7", "decoder/output", filters),
        }


class MlpNets(nn.Module):
    """Three nets of one hidden layer (Kingma et al. 2014): q(y|x), q(z|x,y), p(x|z,y)."""

    encoder_sees_label = True

    def __init__(self, shape=(28, 28, 1), classes=10, latent=50, width=500):
        super().__init__()
        height, columns, channels = shape
        size = math.prod(shape)
        self.classes, self.image = classes, (channels, height, columns)
        self.classifier = nn.Sequential(nn.Linear(size, width), nn.Softplus(), nn.Linear(width, classes))
        self.hidden = nn.Sequential(nn.Linear(size + classes, width), nn.Softplus())
        self.mean = nn.Linear(width, latent)
        self.log_var = nn.Linear(width, latent)
        self.decoder = nn.Sequential(nn.Linear(latent + classes, width), nn.Softplus(), nn.Linear(width, size))

    def features(self, x):
        # Flattened with the channels last, as our nets see it.
        return x.permute(0, 2, 3, 1).flatten(1)

    def classify(self, features):
        return self.classifier(features)

    def posterior(self, features, y):
        hidden = self.hidden(torch.cat([features, y], dim=1))
        return self.mean(hidden), self.log_var(hidden)

    def decode(self, z, y):
        channels, height, columns = self.image
        flat = self.decoder(torch.cat([z, y], dim=1))
        return flat.reshape(-1, height, columns, channels).permute(0, 3, 1, 2)

    def layout(self):
        """Our names of the weights, and how each becomes PyTorch's."""
        return {
            **layer("classifier.0", "classifier/hidden"),
            **layer("classifier.2", "classifier/logits"),
            **conditioned("hidden.0", "encoder/hidden"),
            **layer("mean", "encoder/mean"),
            **layer("log_var", "encoder/logVar"),
            **conditioned("decoder.0", "decoder/hidden"),
            **layer("decoder.2", "decoder/output"),
        }


def transpose(kernel):
    return kernel.T


def layer(theirs, ours, kernel=transpose, bias=lambda values: values):
    return {
        f"{theirs}.weight": ([f"{ours}/kernel"], kernel),
        f"{theirs}.bias": ([f"{ours}/bias"], bias),
    }


def conditioned(theirs, ours):
    """Ours takes features and label apart; theirs is one layer on both side by side."""
    return {
        f"{theirs}.weight": (
            [f"{ours}/kernel", f"{ours}/labelKernel"],
            lambda kernel, label: torch.cat([kernel, label]).T,
        ),
        f"{theirs}.bias": ([f"{ours}/bias"], lambda values: values),
    }


def convert(nets, arrays):
    """Our weights, by name, as a state dict of `nets`; every one of them must find its place."""
    layout = nets.layout()
    used = {name for names, _ in layout.values() for name in names}
    if used != set(arrays):
        raise ValueError(f"weights without a counterpart: {sorted(used ^ set(arrays))}")
    return {theirs: turn(*(arrays[name] for name in names)) for theirs, (names, turn) in layout.items()}


def initialize(nets, initializer):
    """PyTorch's own initialiser is 'fan-in-uniform'; 'glorot-uniform' is that of Keras, with biases of 0."""
    if initializer == "fan-in-uniform":
        return
    if initializer != "glorot-uniform":
        raise ValueError(f"initializer is {initializer!r}")
    for module in nets.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)


def build(settings, shape, classes=10):
    nets = {"conv": ConvNets, "mlp": MlpNets}[settings["nets"]](shape, classes, settings["latent"])
    initialize(nets, settings["initializer"])
    return nets
