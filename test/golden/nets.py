"""Float64 goldens of convolutions, batch norm, layer norm and Adam, from PyTorch.

    python nets.py > nets.json

Images are given as NHWC and kernels in the layout of the library, [height, width, in, out] (transposed: [height,
width, out, in]); they are permuted here, so the goldens also fix the order of axes. Inputs are rounded to float32
first.
"""

import json

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(7)


def normal(*shape):
    return torch.randn(shape, generator=generator, dtype=torch.float64).float().double()


def listed(x):
    return {"shape": list(x.shape), "values": [float(f"{v:.12g}") for v in x.detach().flatten().tolist()]}


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def nchw(x):
    return x.permute(0, 3, 1, 2)


def convolution(height, width, transposed, stride=2):
    inputs, outputs = 2, 3
    x = normal(2, height, width, inputs).requires_grad_()
    kernel = normal(3, 3, *((outputs, inputs) if transposed else (inputs, outputs))).requires_grad_()
    bias = normal(outputs).requires_grad_()
    # PyTorch keeps [out, in, h, w], and [in, out, h, w] where transposed: the library's last two axes, reversed.
    weight = kernel.permute(3, 2, 0, 1)
    if transposed:
        y = F.conv_transpose2d(nchw(x), weight, bias, stride=2, padding=1, output_padding=1)
    else:
        y = F.conv2d(nchw(x), weight, bias, stride=stride, padding=1)
    value = nhwc(y)
    upstream = normal(*value.shape)
    gradients = torch.autograd.grad(value, [x, kernel, bias], upstream)
    return {
        "title": f"{height}×{width}",
        "x": listed(x),
        "kernel": listed(kernel),
        "bias": listed(bias),
        "value": listed(value),
        "upstream": listed(upstream),
        "gradients": [listed(g) for g in gradients],
    }


def flattened():
    """A convolution, flattened in NHWC order, and a dense layer: PyTorch flattens NCHW, so it permutes first."""
    x, kernel, bias, dense = normal(2, 4, 4, 1), normal(3, 3, 1, 2), normal(2), normal(8, 3)
    map_ = F.conv2d(nchw(x), kernel.permute(3, 2, 0, 1), bias, stride=2, padding=1)
    return {
        "x": listed(x),
        "kernel": listed(kernel),
        "bias": listed(bias),
        "dense": listed(dense),
        "value": listed(nhwc(map_).flatten(1) @ dense),
    }


def layer_norm():
    """With a seed of its own, so that the numbers of the others stay. Channels come last here, as in the library."""
    generator.manual_seed(8)
    x = (2 * normal(3, 2, 2, 5) + 1).float().double().requires_grad_()
    gamma, beta = normal(5).requires_grad_(), normal(5).requires_grad_()
    value = F.layer_norm(x, (5,), gamma, beta, eps=1e-5)
    upstream = normal(*value.shape)
    gradients = torch.autograd.grad(value, [x, gamma, beta], upstream)
    return {
        "x": listed(x),
        "gamma": listed(gamma),
        "beta": listed(beta),
        "value": listed(value),
        "upstream": listed(upstream),
        "gradients": [listed(g) for g in gradients],
    }


def batch_norm():
    x = (2 * normal(4, 2, 3, 2) + 1).float().double().requires_grad_()
    layer = torch.nn.BatchNorm2d(2, momentum=0.1).double()
    with torch.no_grad():
        layer.weight.copy_(normal(2))
        layer.bias.copy_(normal(2))
    trained = nhwc(layer(nchw(x)))
    upstream = normal(*trained.shape)
    gradients = torch.autograd.grad(trained, [x, layer.weight, layer.bias], upstream)
    layer.eval()
    # PyTorch's running variance is of the unbiased estimate; the library's, as Keras's, of the variance itself.
    count = x.numel() / x.shape[-1]
    running = 0.9 + (layer.running_var - 0.9) * (count - 1) / count
    layer.running_var.copy_(running)
    return {
        "x": listed(x),
        "gamma": listed(layer.weight),
        "beta": listed(layer.bias),
        "trained": listed(trained),
        "upstream": listed(upstream),
        "gradients": [listed(g) for g in gradients],
        "runningMean": listed(layer.running_mean),
        "runningVariance": listed(running),
        "evaluated": listed(nhwc(layer(nchw(x)))),
    }


def adam(title, weight_decay):
    """Five steps; the second variable has no gradient at the first two, and vectors are not decayed."""
    matrix, vector = normal(2, 3).requires_grad_(), normal(3).requires_grad_()
    settings = {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3}
    groups = [{"params": [matrix], "weight_decay": weight_decay}, {"params": [vector], "weight_decay": 0}]
    optimizer = torch.optim.AdamW(groups, **settings)
    start, gradients, path = [listed(matrix), listed(vector)], [], []
    for step in range(5):
        matrix.grad, vector.grad = normal(2, 3), normal(3) if step >= 2 else None
        gradients.append([listed(matrix.grad), None if vector.grad is None else listed(vector.grad)])
        optimizer.step()
        path.append([listed(matrix), listed(vector)])
    return {"title": title, "weightDecay": weight_decay, "start": start, "gradients": gradients, "path": path}


def plain_adam():
    """The same from `torch.optim.Adam` itself, with PyTorch's defaults."""
    matrix = normal(2, 3).requires_grad_()
    optimizer = torch.optim.Adam([matrix], lr=1e-3)
    start, gradients, path = listed(matrix), [], []
    for _ in range(5):
        matrix.grad = normal(2, 3)
        gradients.append(listed(matrix.grad))
        optimizer.step()
        path.append(listed(matrix))
    return {"start": start, "gradients": gradients, "path": path}


SIZES = [(4, 4), (5, 4), (4, 7), (5, 3), (1, 2)]

print(
    json.dumps(
        {
            "convolution": [convolution(*size, transposed=False) for size in SIZES],
            "transposed": [convolution(*size, transposed=True) for size in SIZES],
            "flattened": flattened(),
            "batchNorm": batch_norm(),
            "adam": plain_adam(),
            "adamW": [adam("without decay", 0.0), adam("with decoupled weight decay", 0.1)],
            "unstrided": [convolution(*size, transposed=False, stride=1) for size in SIZES],
            "layerNorm": layer_norm(),
        }
    )
)
