"""Goldens of the softmax classifier, from scikit-learn's LogisticRegression.

    python softmax.py > softmax.json
"""

import json

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

generator = np.random.default_rng(1)


def case(classes, count, width, penalty):
    centers = generator.normal(size=(classes, width))
    labels = np.arange(count) % classes
    codes = (centers[labels] + generator.normal(size=(count, width))).astype(np.float32)
    model = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=100_000).fit(codes.astype(np.float64), labels)
    # One of the biases is free, and the classifier's sum to 0.
    bias = model.intercept_ - model.intercept_.mean()
    return {
        "classes": classes,
        "l2": penalty,
        "codes": [float(code) for code in codes.ravel()],
        "labels": labels.tolist(),
        "kernel": model.coef_.tolist(),
        "bias": bias.tolist(),
    }


print(
    json.dumps(
        {
            "scikit-learn": sklearn.__version__,
            "cases": [case(3, 30, 2, 1), case(5, 40, 4, 0.01), case(3, 9, 6, 100), case(10, 60, 3, 1)],
        },
        indent=1,
    )
)
