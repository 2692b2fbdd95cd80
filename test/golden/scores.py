"""Goldens of a classifier's scores, from scikit-learn.

    python scores.py > scores.json

Logits without ties, of classes some of which have no example and some of which are never predicted. A class without
examples is left out of the means, so scikit-learn is given the labels that occur.
"""

import json
import random
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.simplefilter("ignore")
random.seed(1)


def case(title, classes, labels, never=()):
    rows = []
    for label in labels:
        logits = [random.gauss(0, 1.5) + (1.5 if k == label else 0) - (20 if k in never else 0) for k in range(classes)]
        rows.append([float(np.float32(logit)) for logit in logits])
    logits, y = np.array(rows), np.array(labels)
    predicted = logits.argmax(axis=1)
    present = np.unique(y)
    precision, recall, f1, count = metrics.precision_recall_fscore_support(
        y, predicted, labels=present, zero_division=0
    )
    chosen = {"labels": present, "average": "macro", "zero_division": 0}
    if classes == 2:
        top = [metrics.accuracy_score(y, predicted), 1.0]
    else:
        top = [metrics.top_k_accuracy_score(y, logits, k=k, labels=range(classes)) for k in range(1, classes + 1)]
    return {
        "title": title,
        "classes": classes,
        "labels": y.tolist(),
        "logits": rows,
        "byClass": [
            {"class": int(k), "count": int(n), "precision": float(p), "recall": float(r), "f1": float(f)}
            for k, n, p, r, f in zip(present, count, precision, recall, f1)
        ],
        "macroF1": float(metrics.f1_score(y, predicted, **chosen)),
        "balancedAccuracy": float(metrics.balanced_accuracy_score(y, predicted)),
        "topAccuracy": [float(share) for share in top],
    }


print(
    json.dumps(
        {
            "scikit-learn": sklearn.__version__,
            "cases": [
                case("every class", 4, [random.randrange(4) for _ in range(40)]),
                case("classes without examples", 5, [random.choice([0, 2, 3]) for _ in range(40)]),
                case("a class that is never predicted", 3, [random.randrange(3) for _ in range(30)], never=(1,)),
                case("rare classes", 4, [0] * 30 + [1, 1, 2]),
                case("two classes", 2, [random.randrange(2) for _ in range(25)]),
                case("one example", 3, [2]),
            ],
        },
        indent=1,
    )
)
