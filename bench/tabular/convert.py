"""Writes the development sets as JSON of parsed rows, one file each, out of what setup.ts has gathered: python convert.py OUT."""
import gzip
import json
import sys
import warnings
import zipfile
from pathlib import Path

import anndata
import mlxtend
import numpy as np
import pandas as pd
import rdata
from palmerpenguins import load_penguins
from sklearn import datasets

warnings.filterwarnings("ignore")
out = Path(sys.argv[1])
wheel = next(Path("scanpy").glob("*.whl"))
mlbench = Path("mlbench/usr/lib/R/site-library/mlbench/data")
out.mkdir(parents=True, exist_ok=True)


def write(name, kind, label, rows, **more):
    """kind: how the library reads it; rows: records, or {x, y} of arrays."""
    (out / f"{name}.json").write_text(json.dumps({"name": name, "kind": kind, "label": label, "rows": rows, **more}))


def records(frame):
    return json.loads(frame.to_json(orient="records"))


for name in ("iris", "wine", "breast_cancer"):
    loaded = getattr(datasets, f"load_{name}")(as_frame=True)
    frame = loaded.data.assign(label=[str(loaded.target_names[k]) for k in loaded.target])
    write(name.replace("breast_", ""), "columns", "label", records(frame))

pixels = datasets.load_digits()
write("digits8", "images", None, {"x": (pixels.data * 255 / 16).round().astype(int).tolist(), "y": pixels.target.tolist()}, shape=[8, 8, 1])

with gzip.open(Path(mlxtend.__file__).parent / "data/data/mnist_5k.csv.gz") as file:
    mnist = np.genfromtxt(file, delimiter=",").astype(int)
write("mnist5k", "images", None, {"x": mnist[:, :-1].tolist(), "y": mnist[:, -1].tolist()}, shape=[28, 28, 1])

with zipfile.ZipFile(wheel) as archive:
    (out / "pbmc.h5ad").write_bytes(archive.read("scanpy/datasets/10x_pbmc68k_reduced.h5ad"))
cells = anndata.read_h5ad(out / "pbmc.h5ad")
write("pbmc", "vectors", None, {"x": np.asarray(cells.X).round(4).tolist(), "y": cells.obs["bulk_labels"].astype(str).tolist()})

for name, file, label in (
    ("letters", "LetterRecognition", "lettr"),
    ("satellite", "Satellite", "classes"),
    ("splice", "DNA", "Class"),
    ("vehicle", "Vehicle", "Class"),
    ("votes", "HouseVotes84", "Class"),
):
    frame = rdata.read_rda(str(mlbench / f"{file}.rda"))[file]
    frame = frame.astype({column: object for column in frame.columns if isinstance(frame[column].dtype, pd.CategoricalDtype)})
    write(name, "columns", label, records(frame))

penguins = load_penguins().drop(columns=["year"])
write("penguins", "columns", "species", records(penguins))

# Mails of known kind, a seeded 2,500 of them, without their headers: those name the list that a mail was sent to.
mails = []
for folder in sorted(Path("spam/package/data").iterdir()):
    if folder.is_dir():
        for file in sorted(folder.iterdir()):
            _, _, body = file.read_text(errors="ignore").partition("\n\n")
            mails.append((body[:5000], "spam" if folder.name.startswith("spam") else "ham"))
chosen = np.random.default_rng(0).permutation(len(mails))[:2500]
write("spam", "text", None, {"x": [mails[i][0] for i in chosen], "y": [mails[i][1] for i in chosen]})
