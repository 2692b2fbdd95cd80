"""Settings by Optuna: each trial is a run, and poor ones are pruned.

pip install optuna, then: python examples/study/optuna_study.py --trials 20 --study runs/optuna
Start it on as many machines as you like: they share one journal. optuna-dashboard runs/optuna/journal.log shows it.
"""

import argparse
import json
import os
import subprocess
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

parser = argparse.ArgumentParser()
parser.add_argument("--trials", type=int, default=20)
parser.add_argument("--study", default="runs/optuna")
parser.add_argument("--settings", type=json.loads, default={}, help="settings that are the same for all trials, as JSON")
flags = parser.parse_args()
os.makedirs(flags.study, exist_ok=True)


def objective(trial: optuna.Trial) -> float:
    settings = {
        **flags.settings,
        "alpha": trial.suggest_float("alpha", 1, 100, log=True),
        "method": trial.suggest_categorical("method", ["m2", "regularized"]),
    }
    command = ["node", "--import", "tsx", "examples/study/run.ts", json.dumps(settings), "--study", flags.study]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        line = {}
        for text in run.stdout:
            line = json.loads(text)
            if "validation.accuracy" not in line:
                continue
            trial.report(line["validation.accuracy"], line["epoch"])
            if trial.should_prune():
                run.terminate()  # it saves a checkpoint, and ends
                raise optuna.TrialPruned()
    if run.returncode != 0:
        raise RuntimeError(f"the run ended with {run.returncode}")
    return line["validation"]  # never the test accuracy


study = optuna.create_study(
    study_name="ssvae",
    storage=JournalStorage(JournalFileBackend(os.path.join(flags.study, "journal.log"))),
    direction="maximize",
    pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
    load_if_exists=True,
)
study.optimize(objective, n_trials=flags.trials)
json.dump({"value": study.best_value, "params": study.best_params}, sys.stdout)
