"""How good translations and alignments are."""

from tfmr.evaluation.alignment import IBMModel1, diagonal_links, links_from_weights, word_weights
from tfmr.evaluation.measure import Evaluation, attention_links, decoded_words, evaluate
from tfmr.evaluation.metrics import Link, Score, alignment_error_rate, bleu, chrf

__all__ = [
    "Evaluation",
    "IBMModel1",
    "Link",
    "Score",
    "alignment_error_rate",
    "attention_links",
    "bleu",
    "chrf",
    "decoded_words",
    "diagonal_links",
    "evaluate",
    "links_from_weights",
    "word_weights",
]
