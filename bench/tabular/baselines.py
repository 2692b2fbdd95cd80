"""
Accuracy of scikit-learn's classifiers at their defaults, on the inputs and splits that run.ts has written:
python baselines.py < splits.json, a line of JSON for each split.
"""
import json
import sys
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier

warnings.filterwarnings("ignore")


def accuracies(x, y, labeled, unlabeled, test):
    hidden = np.full(len(y), -1)
    hidden[labeled] = y[labeled]
    shown = np.r_[labeled, unlabeled]
    methods = {
        "logistic regression": (LogisticRegression(max_iter=1000), labeled),
        "label spreading": (LabelSpreading(kernel="knn"), shown),
        "self-training": (SelfTrainingClassifier(LogisticRegression(max_iter=1000)), shown),
    }
    return {name: float(np.mean(model.fit(x[rows], hidden[rows]).predict(x[test]) == y[test])) for name, (model, rows) in methods.items()}


task = json.load(sys.stdin)
x = np.fromfile(task["x"], np.float32).reshape(task["count"], -1)
y = np.array(task["y"])
for split in task["splits"]:
    parts = (np.array(split[name], int) for name in ("labeled", "unlabeled", "test"))
    print(json.dumps({"split": split["split"], **accuracies(x, y, *parts)}), flush=True)
