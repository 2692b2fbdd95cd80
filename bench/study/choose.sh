#!/usr/bin/env bash
# The runs that α in shared/cases.ts was chosen by: seed 1, the validation part alone. γ, β, ε and τ are the report's.
#
#   bench/study/choose.sh DIR [--out FILE]        DIR: folder of MNIST
set -euo pipefail
dir="${1:?folder of MNIST}"
shift
run() { npx tsx bench/study/run.ts --data "$dir" --choose --seed 1 "$@"; }

for alpha in 50 10; do
  run --epochs 2 --case optimized-elbo-conv --set "alpha=$alpha" "$@"
done
for case in optimized-elbo-conv m2-conv m2-mlp; do
  run --case "$case" --set alpha=10 "$@"
done
