"""Models of the TypeScript library ssvae in PyTorch: one file, which needs torch alone.

    import ssvae_torch

    model = ssvae_torch.load("m2.safetensors")   # what saveModel wrote, or a folder of saveForHub
    logits = model.classify(x)                   # of q(y|x), [B, K]; x is [B, ...] in the library's order, NHWC for images
    mean, log_var = model.encode(x, y)           # of q(z|x[,y]), [B, Z] each; y is one-hot, [B, K]
    parameters = model.decode(z, y)              # of p(x|z[,y]), [B, ...]
    images = model.generate([0, 1, 2])           # E[x|z,y] at z ~ p(z), one for each class

The numbers are those of the library up to rounding. A model is a torch.nn.Module: model.train(), parameters() and
state_dict() work as usual. The file reads every model that the library makes of its presets. It refuses models with nets
or priors of your own, which a file does not hold.
"""

import json
import math
import os
import re
import struct

import torch
import torch.nn.functional as F
from torch import nn

FORMAT = "ssvae model 1"
TYPES = {"F64": torch.float64, "F32": torch.float32, "I32": torch.int32, "U8": torch.uint8}


# Files


def read_file(path):
    """Arrays and metadata of a safetensors file: {name: tensor}, JSON."""
    with open(path, "rb") as file:
        content = bytearray(file.read())
    start = 8 + struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:start])
    metadata = json.loads(header.pop("__metadata__", {}).get("ssvae", "null"))
    arrays = {}
    for name, entry in header.items():
        shape, kind = entry["shape"], TYPES[entry["dtype"]]
        offset = start + entry["data_offsets"][0]
        flat = torch.frombuffer(content, dtype=kind, count=math.prod(shape), offset=offset)
        arrays[name] = flat.reshape(shape).clone()
    return arrays, metadata


def load(path):
    """The model of a file that saveModel wrote, or of a folder that saveForHub wrote; in evaluation mode."""
    if os.path.isdir(path):
        path = os.path.join(path, "model.safetensors")
    arrays, metadata = read_file(path)
    found = metadata.get("format") if isinstance(metadata, dict) else None
    if found != FORMAT:
        raise ValueError(f'load: the format of {path} is {found!r}, needed "{FORMAT}"')
    spec = metadata["spec"]
    if spec["model"] not in MODELS:
        raise ValueError(f"load: the model is {spec['model']!r}, needed one of {', '.join(MODELS)}")
    return MODELS[spec["model"]](spec, arrays).eval()


def under(prefix, arrays):
    """The arrays whose names begin with a prefix, without it."""
    return {name[len(prefix) + 1 :]: array for name, array in arrays.items() if name.startswith(f"{prefix}/")}


# Nets

ACTIVATIONS = {"relu": F.relu, "softplus": F.softplus, "linear": lambda x: x}

# What version 0.1.0 left out of its files.
ACTIVATION_LEFT_OUT = {"mlp": "softplus", "conv": "relu"}

HEAD = re.compile(r"(mean|logVar)(\d*)|logits|code|logit|output")


class Dense(nn.Module):
    """x·W + b, or x·W_x + y·W_y + b, where y may have several rows for each of x."""

    def __init__(self, weights):
        super().__init__()
        self.kernel = nn.Parameter(weights["kernel"])
        self.bias = nn.Parameter(weights["bias"])
        self.label = nn.Parameter(weights["labelKernel"]) if "labelKernel" in weights else None

    def forward(self, x, y):
        product = x.flatten(1) @ self.kernel
        if self.label is None:
            return product + self.bias
        if y is None:
            raise ValueError("the net reads a label or covariates as well, got none")
        return product.repeat_interleave(len(y) // len(product), 0) + (y @ self.label + self.bias)


class Conv(nn.Module):
    """A convolution 3×3 of padding 1 over NHWC; transposed, it doubles the map."""

    def __init__(self, weights, stride, transposed):
        super().__init__()
        # The library has [height, width, in, out], and [height, width, out, in] where transposed.
        self.kernel = nn.Parameter(weights["kernel"].permute(3, 2, 0, 1).contiguous())
        self.bias = nn.Parameter(weights["bias"])
        self.stride, self.transposed = stride, transposed

    def forward(self, x, _):
        channels_first = x.permute(0, 3, 1, 2)
        if self.transposed:
            found = F.conv_transpose2d(channels_first, self.kernel, self.bias, 2, 1, 1)
        else:
            found = F.conv2d(channels_first, self.kernel, self.bias, self.stride, 1)
        return found.permute(0, 2, 3, 1)


class Norm(nn.Module):
    """Batch norm or layer norm over the last axis."""

    def __init__(self, weights):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(weights["gamma"]), nn.Parameter(weights["beta"])
        self.of_batch = "movingMean" in weights
        if self.of_batch:
            self.register_buffer("mean", weights["movingMean"])
            self.register_buffer("variance", weights["movingVariance"])

    def forward(self, x):
        width = x.shape[-1]
        if not self.of_batch:
            return F.layer_norm(x, (width,), self.gamma, self.beta, 1e-5)
        rows = x.reshape(-1, width)
        found = F.batch_norm(rows, self.mean, self.variance, self.gamma, self.beta, self.training, 0.1, 1e-5)
        return found.reshape(x.shape)


class Net(nn.Module):
    """A net of a preset: hidden layers one after another, and heads on them. Gives a dict of heads, and of `features`."""

    def __init__(self, arrays, nets, output_shape=None):
        super().__init__()
        layers = {}
        for name, array in arrays.items():
            layer, weight = name.split("/")
            layers.setdefault(layer, {})[weight] = array
        preset = nets["preset"]
        self.activation = nets.get("activation") or ACTIVATION_LEFT_OUT[preset]
        depth = nets.get("depth", 1)
        self.output_shape = output_shape
        self.layers, self.norms = nn.ModuleDict(), nn.ModuleDict()
        for name, weights in layers.items():
            if "gamma" in weights:
                self.norms[name] = Norm(weights)
            elif weights["kernel"].ndim == 4:
                within = re.fullmatch(r"conv\d+_(\d+)", name)
                stride = 1 if within and int(within[1]) < depth else 2
                self.layers[name] = Conv(weights, stride, not name.startswith("conv"))
            else:
                self.layers[name] = Dense(weights)
        self.doublings = sum(isinstance(layer, Conv) and layer.transposed for layer in self.layers.values())
        self.sees_label = any(isinstance(layer, Dense) and layer.label is not None for layer in self.layers.values())

    def forward(self, x, y=None):
        values = {}
        for name, layer in self.layers.items():
            head = HEAD.fullmatch(name)
            # A head with a number stands on the hidden layer of that number.
            given = values[f"hidden{head[2]}"] if head and head[2] else x
            if isinstance(layer, Conv) and layer.transposed and given.ndim == 2:
                height, width = (size >> self.doublings for size in self.output_shape[:2])
                given = given.reshape(len(given), height, width, -1)
            value = layer(given, y)
            if head:
                values[name] = value
                continue
            if f"{name}Norm" in self.norms:
                value = self.norms[f"{name}Norm"](value)
            x = values[name] = ACTIVATIONS[self.activation](value)
        if "output" in values:
            values["output"] = values["output"].reshape(-1, *self.output_shape)
        return {**values, "features": x}


# Likelihoods


def mixed_parts(spec):
    """(likelihood or None for masks, columns of x, columns of parameters) of each block of mixed columns."""
    for block in spec["blocks"]:
        kind, width = block["kind"], block["width"]
        if kind == "masks":
            yield None, width, 0
            continue
        counts = {"kind": "negativeBinomial", "dispersion": block.get("dispersion", "shared")}
        if block.get("distribution") == "poisson":
            counts = {"kind": "poisson"}
        part = {
            "numbers": {"kind": "gaussian", "variance": block.get("variance", "shared")},
            "levels": {"kind": "categorical", "levels": [width]},
            "flags": {"kind": "bernoulli"},
            "counts": {**counts, "netInput": block.get("netInput", "raw")},
        }[kind]
        yield part, width, parameter_shape(part, [width])[0]


def parameter_shape(spec, shape):
    """Shape of the decoder's output for examples of a shape."""
    kind = spec["kind"]
    if kind == "mixed":
        return [sum(width for _, _, width in mixed_parts(spec))]
    times = 1
    if kind == "gaussian":
        times = 2 if spec["variance"] == "learned" else 1
    elif kind == "negativeBinomial":
        times = 1 + (spec["dispersion"] == "learned") + bool(spec.get("zeroInflated"))
    elif kind == "discretizedLogistic":
        times = 2 if spec["mixture"] == 1 else 3 * spec["mixture"]
    return [*shape[:-1], shape[-1] * times]


def net_input(spec, x):
    """What the nets see of x."""
    if spec["kind"] == "mixed":
        parts = list(mixed_parts(spec))
        blocks = x.split([width for _, width, _ in parts], -1)
        return torch.cat([net_input(part, own) if part else own for (part, _, _), own in zip(parts, blocks)], -1)
    return torch.log1p(F.relu(x)) if spec.get("netInput") == "log1p" else x


def logistic_mean(spec, mean, log_scale):
    """E[x] of logistics that are clipped to equally spaced values; in float64, where no difference loses its digits."""
    bins, low, high = spec["bins"], spec["low"], spec["high"]
    mean = mean.double()
    step = (high - low) / (bins - 1)
    floor = math.log(step / 2 / 64)
    limited = log_scale.double().clamp(max=math.log(high - low) + 15)
    scale = torch.exp(F.softplus(limited - floor, threshold=40) + floor)
    if bins <= 64:
        borders = low + (torch.arange(bins - 1, dtype=torch.float64, device=mean.device) + 0.5) * step
        above = step * torch.sigmoid((mean[..., None] - borders) / scale[..., None]).sum(-1)
    else:
        above = scale * (
            F.softplus((mean - low) / scale, threshold=40) - F.softplus((mean - high) / scale, threshold=40)
        )
    return (low + above).float()


def mean_of(spec, parameters):
    """E[x] of a decoder's output, in the shape of x."""
    kind, p = spec["kind"], parameters
    if kind == "bernoulli":
        return torch.sigmoid(p)
    if kind == "gaussian":
        return p.chunk(2, -1)[0] if spec["variance"] == "learned" else p
    if kind == "poisson":
        return torch.exp(p)
    if kind == "multinomial":
        return spec["total"] * torch.softmax(p, -1)
    if kind == "categorical":
        return torch.cat([torch.softmax(block, -1) for block in p.split(spec["levels"], -1)], -1)
    if kind == "negativeBinomial":
        blocks = p.chunk(1 + (spec["dispersion"] == "learned") + bool(spec.get("zeroInflated")), -1)
        mean = torch.exp(blocks[0])
        return mean * torch.sigmoid(-blocks[-1]) if spec.get("zeroInflated") else mean
    if kind == "continuousBernoulli":
        size, square = p.abs().clamp(min=1).double(), p.double().clamp(-1, 1) ** 2
        near = p * (((square / -1209600 + 1 / 30240) * square - 1 / 720) * square + 1 / 12)
        far = torch.sign(p) * (1 / torch.expm1(size) + 0.5 - 1 / size)
        return (torch.where(p.abs() < 1, near, far) + 0.5).clamp(0, 1).float()
    if kind == "discretizedLogistic":
        components = spec["mixture"]
        blocks = p.reshape(*p.shape[:-1], 2 if components == 1 else 3, components, -1).unbind(-3)
        means = logistic_mean(spec, blocks[-2], blocks[-1])
        return means.squeeze(-2) if components == 1 else (torch.softmax(blocks[0], -2) * means).sum(-2)
    if kind == "mixed":
        parts = list(mixed_parts(spec))
        blocks = p.split([width for _, _, width in parts], -1)
        ones = [p.new_ones(len(p), width) for _, width, _ in parts]
        return torch.cat(
            [mean_of(part, own) if part else one for (part, _, _), own, one in zip(parts, blocks, ones)], -1
        )
    raise ValueError(f"the likelihood is {kind!r}, needed one of the library's")


# Raw inputs


def cell_of(column, cell):
    """Values in x of a cell that is not missing, without its mask."""
    text = str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()
    if column["type"] == "levels":
        if text not in column["levels"]:
            raise ValueError(f"column {column['name']} is {cell!r}, needed one of {column['levels']}")
        return [float(level == text) for level in column["levels"]]
    if column["type"] == "flag":
        return [float(text.lower() in ("true", "1"))]
    return [(float(cell) - column["mean"]) / column["sd"] if column["type"] == "number" else float(cell)]


def read_rows(spec, rows):
    """Rows of a table, a dict of cells each, as x."""

    def is_missing(cell):
        absent = cell is None or (isinstance(cell, float) and math.isnan(cell))
        return absent or (isinstance(cell, str) and cell.strip() in ("", *spec["missing"]))

    def fill(column):
        if column["type"] == "levels":
            return [0.0] * len(column["levels"])
        whole = column["type"] in ("flag", "count") and not column["masked"]
        return [float(math.floor(column["mean"] + 0.5)) if whole else 0.0]

    table = []
    for row in rows:
        values, masks = [], []
        for column in spec["columns"]:
            cell = row.get(column["name"])
            missing = is_missing(cell)
            values += fill(column) if missing else cell_of(column, cell)
            masks += [float(not missing)] if column["masked"] else []
        table.append(values + masks)
    return torch.tensor(table, dtype=torch.float64).float()


def read_vectors(spec, vectors):
    """Vectors as x: standardized, without the numbers that never varied."""
    values, mean, sd = (torch.as_tensor(one, dtype=torch.float64) for one in (vectors, spec["mean"], spec["sd"]))
    return ((values - mean) / sd)[:, sd > 0].float()


# Models


def normal(generator=None, device=None):
    """Standard normal numbers of a shape, for `noise` of `generate`: normal(torch.Generator().manual_seed(1))."""
    return lambda *shape: torch.randn(*shape, generator=generator, device=device)


def at(gaussian, noise):
    """A draw of a Gaussian; noise is standard normal, of its shape."""
    mean, log_var = gaussian
    return mean + torch.exp(0.5 * log_var) * noise


class Model(nn.Module):
    """What all models have in common."""

    def __init__(self, spec, arrays):
        super().__init__()
        if spec.get("nets") is None:
            raise ValueError("load: the model was made with nets of its own, needed a preset of the library")
        self.spec, self.kind = spec, spec["model"]
        self.input_shape, self.likelihood = spec["inputShape"], spec["likelihood"]
        self.classes, self.class_names = spec.get("classes"), spec.get("classNames")
        if self.likelihood is None:
            raise ValueError("load: the model was made with a likelihood of its own, needed one of the library's")
        output_shape = parameter_shape(self.likelihood, self.input_shape)
        names = dict.fromkeys(name.split("/")[0] for name in arrays)
        self.nets = nn.ModuleDict(
            {
                name: Net(under(name, arrays), spec["nets"], output_shape)
                for name in names
                if name not in ("prior", "likelihood")
            }
        )
        prior = under("prior", arrays)
        self.prior = nn.ParameterDict(prior) if spec.get("classPrior") is True else None

    def read(self, raw):
        """Raw inputs as x: rows of a table, or vectors, where the model was made of such."""
        given = self.spec.get("input") or {"kind": "numbers"}
        if given["kind"] == "columns":
            return read_rows(given, raw)
        if given["kind"] == "vectors":
            return read_vectors(given, raw)
        raise ValueError(f"read: the model reads {given['kind']}, needed columns or vectors: make x yourself")

    def seen(self, x):
        return net_input(self.likelihood, x)

    def gaussian(self, name, x, y=None):
        found = self.nets[name](x, y)
        return found["mean"], found["logVar"]

    @property
    def device(self):
        return next(self.parameters()).device

    def one_hot(self, labels):
        return F.one_hot(torch.as_tensor(labels, device=self.device), self.classes).float()

    def mean(self, parameters):
        """E[x] of what decode gives, in the shape of x."""
        return mean_of(self.likelihood, parameters)

    def probabilities(self, x, *known):
        """q(y|x) at the temperature of the model, [B, K]."""
        return torch.softmax(self.classify(x, *known) / (self.spec.get("temperature") or 1), -1)

    def code(self, y, temperature, noise):
        """A draw of the code at labels y: of N(0, t² I), or of the prior of each class."""
        if "prior" in self.spec:
            raise ValueError("generate: the model has a prior of its own, needed N(0, I)")
        draw = temperature * noise(len(y), self.spec["latent"])
        return draw if self.prior is None else at((y @ self.prior["mean"], y @ self.prior["logVar"]), draw)

    @torch.no_grad()
    def generate(self, labels, temperature=1.0, covariates=None, noise=None):
        """E[x|z,y] at z ~ p(z), one example for each class index; `noise` gives standard normal numbers of a shape."""
        draw = noise or normal(device=self.device)
        return self.mean(self.drawn(self.one_hot(labels), temperature, draw, covariates))


class Vae(Model):
    def encode(self, x):
        return self.gaussian("encoder", self.seen(x))

    def decode(self, z):
        return self.nets["decoder"](z)["output"]

    @torch.no_grad()
    def generate(self, count, temperature=1.0, noise=None):
        """E[x|z] at z ~ p(z)."""
        return self.mean(self.decode(self.code(range(count), temperature, noise or normal(device=self.device))))


class M2(Model):
    """M2, and the conditional VAE that sums over missing labels."""

    def features(self, x):
        seen = self.seen(x)
        return self.nets["trunk"](seen)["features"] if "trunk" in self.nets else seen

    def classify(self, x):
        return self.nets["classifier"](self.features(x))["logits"]

    def encode(self, x, y=None):
        return self.gaussian("encoder", self.features(x), y)

    def decode(self, z, y):
        return self.nets["decoder"](z, y)["output"]

    def drawn(self, y, temperature, noise, _):
        return self.decode(self.code(y, temperature, noise), y)


class Token(M2):
    """The conditional VAE with a class for missing labels; labels are [B, K + 1], and -1 in `generate` means none."""

    classify = None

    def one_hot(self, labels):
        given = torch.as_tensor(labels, device=self.device)
        return F.one_hot(torch.where(given < 0, self.classes, given), self.classes + 1).float()


class M1M2(Model):
    """M1+M2; `encode` and `decode` are those of z1."""

    def classify(self, x, covariates=None):
        return self.nets["classifier"](self.encode(x, covariates)[0])["logits"]

    def encode(self, x, covariates=None):
        return self.gaussian("encoder", self.seen(x), covariates)

    def decode(self, z1, covariates=None):
        return self.nets["decoder"](z1, covariates)["output"]

    def drawn(self, y, temperature, noise, covariates):
        z2 = self.code(y, temperature, noise)
        z1 = at(self.gaussian("featurePrior", z2, y), temperature * noise(len(y), self.spec["features"]))
        return self.decode(z1, covariates)


class Stacked(Model):
    """Stacked M1+M2; `encode` and `decode` are those of M1."""

    def __init__(self, spec, arrays):
        m1, dimensions = spec["m1"], spec["dimensions"]
        super().__init__(
            {**spec, "inputShape": m1["inputShape"], "likelihood": m1["likelihood"], "input": m1.get("input")}, {}
        )
        learned = {"kind": "gaussian", "variance": "learned"}
        inner = {**spec, "model": "m2", "inputShape": [len(dimensions)], "likelihood": learned}
        self.m1, self.m2 = Vae(m1, under("m1", arrays)), M2(inner, under("m2", arrays))
        self.collapsed = [d for d in range(m1["latent"]) if d not in dimensions]

    def classify(self, x):
        return self.m2.classify(self.encode(x)[0][:, self.spec["dimensions"]])

    def encode(self, x):
        return self.m1.encode(x)

    def decode(self, z1):
        return self.m1.decode(z1)

    def drawn(self, y, temperature, noise, _):
        z1 = y.new_zeros(len(y), self.m1.spec["latent"])
        features = self.m2.drawn(y, temperature, noise, None).chunk(2, -1)
        z1[:, self.spec["dimensions"]] = at(features, temperature * noise(*features[0].shape))
        z1[:, self.collapsed] = temperature * noise(len(y), len(self.collapsed))
        return self.decode(z1)


class Auxiliary(Model):
    """ADGM and SDGM, at a = E[a|x] or, on the way down, a = E[a|z,y]; generate draws a."""

    def at_mean(self, x):
        """a, and a beside x."""
        seen = self.seen(x).flatten(1)
        a = self.gaussian("auxiliaryEncoder", seen)[0]
        return a, torch.cat([a, seen], 1)

    def classify(self, x):
        return self.nets["classifier"](self.at_mean(x)[1])["logits"]

    def encode(self, x, y):
        return self.gaussian("encoder", self.at_mean(x)[1], y)

    def decode(self, z, y, take=lambda a: a[0]):
        if self.kind == "adgm":
            return self.nets["decoder"](z, y)["output"]
        a = take(self.gaussian("auxiliaryDecoder", z, y))
        return self.nets["decoder"](a, torch.cat([z, y], 1))["output"]

    def drawn(self, y, temperature, noise, _):
        z = self.code(y, temperature, noise)
        return self.decode(z, y, lambda a: at(a, noise(*a[0].shape)))


class Ladder(Model):
    """The ladder VAE; `encode` gives a Gaussian for each layer, z_1 first."""

    def classify(self, x):
        return self.nets["classifier"](self.nets["bottomUp"](self.seen(x))["features"])["logits"]

    @staticmethod
    def clipped(gaussian):
        return gaussian[0], 10 * torch.tanh(gaussian[1] / 10)

    def below(self, i, above, y):
        """p(z_i|z_{i+1}); that below the top sees y."""
        label = y if i == len(self.spec["latents"]) - 1 else None
        return self.clipped(self.gaussian(f"prior{i}", above, label))

    def encode(self, x, y):
        up = self.nets["bottomUp"](self.seen(x))
        layers = [self.gaussian("encoder", up["features"], y)]
        for i in range(len(self.spec["latents"]) - 1, 0, -1):
            mean, log_var = self.clipped((up[f"mean{i}"], up[f"logVar{i}"]))
            times = len(y) // len(mean)
            mean, log_var = mean.repeat_interleave(times, 0), log_var.repeat_interleave(times, 0)
            prior_mean, prior_log_var = self.below(i, layers[0][0], y)
            share = torch.sigmoid(prior_log_var - log_var)
            merged = share * mean + (1 - share) * prior_mean
            layers.insert(0, (merged, -torch.logaddexp(-log_var, -prior_log_var)))
        return layers

    def decode(self, z, y=None, layer=1, take=lambda p: p[0]):
        """p(x|·) at the code of a layer; those below are at their means."""
        for i in range(layer - 1, 0, -1):
            z = take(self.below(i, z, y))
        return self.nets["decoder"](z, y if self.spec["decoderSeesLabel"] else None)["output"]

    def drawn(self, y, temperature, noise, _):
        top = temperature * noise(len(y), self.spec["latents"][-1])
        return self.decode(top, y, len(self.spec["latents"]), lambda p: at(p, temperature * noise(*p[0].shape)))


def gaussian_ring(spec, z):
    """log p(z|y) at each class, [B, K]."""
    angles = 2 * math.pi * torch.arange(spec["classes"], device=z.device) / spec["classes"]
    first, second = z.reshape(len(z), -1, 2, 1).unbind(2)
    along = first * angles.cos() + second * angles.sin() - spec["radius"]
    across = second * angles.cos() - first * angles.sin()
    squares = (along / spec["radialSd"]) ** 2 + (across / spec["tangentialSd"]) ** 2
    return (-0.5 * squares - math.log(2 * math.pi * spec["radialSd"] * spec["tangentialSd"])).sum(1)


def draw_gaussian_ring(spec, y, noise, pairs):
    angles = (2 * math.pi / spec["classes"]) * y.argmax(1, keepdim=True)
    along = spec["radius"] + spec["radialSd"] * noise(len(y), pairs)
    across = spec["tangentialSd"] * noise(len(y), pairs)
    pair = angles.cos() * along - angles.sin() * across, angles.sin() * along + angles.cos() * across
    return torch.stack(pair, 2).flatten(1)


def swiss_roll(spec, z):
    """log p(z|y) at each class, [B, K]: a sum over 48 points of its part of the spiral."""
    count = 48 * spec["classes"]
    root = ((torch.arange(count, dtype=torch.float64, device=z.device) + 0.5) / count).sqrt()
    angle = 2 * math.pi * spec["turns"] * root
    points = (spec["radius"] * root[:, None] * torch.stack([angle.cos(), angle.sin()], 1)).to(z.dtype)
    pairs = z.reshape(len(z), -1, 1, 2)
    each = ((pairs - points) ** 2).sum(-1).reshape(*pairs.shape[:2], -1, 48) * (-0.5 / spec["sd"] ** 2)
    return (each.logsumexp(-1) - math.log(48 * 2 * math.pi * spec["sd"] ** 2)).sum(1)


def draw_swiss_roll(spec, y, noise, pairs):
    uniform = torch.special.ndtr(noise(len(y), pairs))
    root = ((uniform + y.argmax(1, keepdim=True)) / spec["classes"]).sqrt()
    angle = 2 * math.pi * spec["turns"] * root
    line = spec["radius"] * torch.stack([root * angle.cos(), root * angle.sin()], 2).flatten(1)
    return line + spec["sd"] * noise(len(y), 2 * pairs)


CLASS_PRIORS = {"gaussianRing": (gaussian_ring, draw_gaussian_ring), "swissRoll": (swiss_roll, draw_swiss_roll)}


class Aae(Model):
    """The adversarial autoencoder: `encode` gives z itself. With a class prior the decoder reads z alone."""

    def features(self, x):
        return self.nets["trunk"](self.seen(x))["features"]

    def classify(self, x):
        if "classifier" in self.nets:
            return self.nets["classifier"](self.features(x))["logits"]
        z, given = self.encode(x), self.spec["classPrior"]
        return CLASS_PRIORS[given["kind"]][0](given, z) + torch.log(z.new_tensor(self.spec["labelPrior"]))

    def encode(self, x):
        return self.nets["encoder"](self.features(x))["code"]

    def decode(self, z, y=None):
        return self.nets["decoder"](z, None if "classPrior" in self.spec else y)["output"]

    def drawn(self, y, temperature, noise, _):
        given = self.spec.get("classPrior")
        if given is None:
            return self.decode(self.code(y, temperature, noise), y)
        return self.decode(CLASS_PRIORS[given["kind"]][1](given, y, noise, self.spec["latent"] // 2))


MODELS = {
    "vae": Vae,
    "m2": M2,
    "conditional": lambda spec, arrays: (Token if spec["missing"] == "token" else M2)(spec, arrays),
    "m1m2": M1M2,
    "stackedM2": Stacked,
    "adgm": Auxiliary,
    "sdgm": Auxiliary,
    "ladder": Ladder,
    "aae": Aae,
}
