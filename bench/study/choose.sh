#!/usr/bin/env bash
# The runs that α in shared/cases.ts was chosen by: seed 1, the validation part alone. γ, β, ε and τ are the report's.
#
#   bench/study/choose.sh DIR        DIR: folder of MNIST
set -euo pipefail
for alpha in 50 10; do
  npx tsx bench/study/run.ts --choose --epochs 2 --seed 1 --data "${1:?folder of MNIST}" --case optimized-elbo-conv --set "alpha=$alpha"
done
for case in optimized-elbo-conv m2-conv m2-mlp; do
  npx tsx bench/study/run.ts --choose --seed 1 --data "$1" --case "$case" --set alpha=10
done
