cd /work/wt/chapter10
for s in 0 1 2; do nice -n 8 python experiments/training.py --device cpu --seeds $s --recipes whole no-dropout no-smoothing constant inverse-sqrt random-batches no-averaging; done
for s in 0 1 2; do nice -n 8 python experiments/training.py --device cpu --seeds $s --recipes no-warm-up constant-no-averaging; done
