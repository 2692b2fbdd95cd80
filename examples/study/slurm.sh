#!/bin/bash
# The runs of a grid as an array of Slurm, one task each: sbatch examples/study/slurm.sh, and again to go on with what is missing.
#SBATCH --array=0-5
#SBATCH --cpus-per-task=2
#SBATCH --requeue
#SBATCH --signal=B:TERM@120
grid='{ "method": ["m2", "regularized"], "seed": [1, 2, 3] }'

node --import tsx examples/study/run.ts "$grid" --index "$SLURM_ARRAY_TASK_ID" --study "${STUDY:-runs/study}" &
run=$!
# Two minutes before the time is up Slurm sends SIGTERM: the run saves and ends with 75.
trap 'kill -TERM $run' TERM
wait $run
code=$?
# A wait that a signal cuts short says so by a code above 128, and the run goes on saving.
[ $code -gt 128 ] && { wait $run; code=$?; }
[ $code -eq 75 ] && exec scontrol requeue "$SLURM_JOB_ID"
exit $code
