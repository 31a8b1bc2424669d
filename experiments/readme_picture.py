"""Draw the picture of the README, the alignment of the running example, as chapter 2 does.

python experiments/readme_picture.py
"""

from pathlib import Path

import matplotlib.pyplot as plt
import torch

from tfmr.book import plots
from tfmr.book.results import results_folder
from tfmr.data import word_tokenize
from tfmr.data.grammar import load_grammar
from tfmr.decoding import evaluating
from tfmr.translator import load_run

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    run = load_run(results_folder("alignment", "additive-run"), torch.device("cpu"))
    pair = load_grammar(size=1).train[0]
    src = torch.tensor([[*run.src_tokenizer.encode(pair.src), run.src_tokenizer.eos_id]])
    tgt = torch.tensor([[run.tgt_tokenizer.bos_id, *run.tgt_tokenizer.encode(pair.tgt)]])
    with evaluating(run.model):
        weights = run.model.align(src, tgt[:, :-1])[0]
    plots.style()
    plots.plot_alignment(weights, [*word_tokenize(pair.src), "end"], word_tokenize(pair.tgt), gold=pair.links)
    plt.savefig(ROOT / "_static" / "alignment.png", metadata={"Software": None})


if __name__ == "__main__":
    main()
