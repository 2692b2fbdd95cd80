#!/usr/bin/env bash
# The study that the settings in cases.ts were chosen by: one label seed, two epochs, the validation part alone.
#
#   bench/study/choose.sh DIR        DIR: folder of MNIST
set -euo pipefail
run() { npx tsx bench/study/run.ts --choose --epochs 2 --seed 1 --data "$dir" "$@"; }
dir=${1:?folder of MNIST}

for initializer in fan-in-uniform glorot-uniform; do
  for alpha in 50 10 1; do
    run --case optimized-elbo-conv --initializer "$initializer" --alpha "$alpha"
  done
done
for initializer in fan-in-uniform glorot-uniform; do
  run --case labels-only-conv --initializer "$initializer"
  run --case m2-conv --initializer "$initializer" --alpha 50
done
run --case optimized-elbo-conv --learning-rate 3e-4 --alpha 50
run --case m2-conv --alpha 10
for rate in 1e-3 3e-4; do
  run --case m2-mlp --alpha 50 --learning-rate "$rate"
  run --case labels-only-mlp --learning-rate "$rate"
done
run --case m2-mlp --alpha 10
