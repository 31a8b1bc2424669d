"""How good translations and alignments are."""

from tfmr.evaluation.alignment import IBMModel1, diagonal_links, links_from_weights, word_weights
from tfmr.evaluation.baselines import lowest_error_rate, word_by_word, word_dictionary
from tfmr.evaluation.measure import Evaluation, attention_links, decoded_words, evaluate
from tfmr.evaluation.metrics import Link, Score, alignment_error_rate, bleu, chrf, combination_rate
from tfmr.evaluation.nearest import Neighbour, nearest_neighbours

__all__ = [
    "Evaluation",
    "IBMModel1",
    "Link",
    "Neighbour",
    "Score",
    "alignment_error_rate",
    "attention_links",
    "bleu",
    "chrf",
    "combination_rate",
    "decoded_words",
    "diagonal_links",
    "evaluate",
    "links_from_weights",
    "lowest_error_rate",
    "nearest_neighbours",
    "word_by_word",
    "word_dictionary",
    "word_weights",
]
