"""How good translations and alignments are."""

from tfmr.evaluation.alignment import IBMModel1, diagonal_links, links_from_weights, word_weights
from tfmr.evaluation.baselines import lowest_error_rate, word_by_word, word_dictionary
from tfmr.evaluation.hiding import hiding_effects, links_from_hiding
from tfmr.evaluation.links import attention_links, head_links
from tfmr.evaluation.measure import Evaluation, decoded_words, evaluate
from tfmr.evaluation.metrics import (
    AlignmentScores,
    Link,
    Score,
    alignment_error_rate,
    alignment_scores,
    bleu,
    chrf,
    combination_rate,
    literature_bleu,
)
from tfmr.evaluation.nearest import Neighbour, nearest_neighbours
from tfmr.evaluation.significance import Comparison, Confidence, compare, confidence
from tfmr.evaluation.symmetry import symmetrize

__all__ = [
    "AlignmentScores",
    "Comparison",
    "Confidence",
    "Evaluation",
    "IBMModel1",
    "Link",
    "Neighbour",
    "Score",
    "alignment_error_rate",
    "alignment_scores",
    "attention_links",
    "bleu",
    "chrf",
    "combination_rate",
    "compare",
    "confidence",
    "decoded_words",
    "diagonal_links",
    "evaluate",
    "head_links",
    "hiding_effects",
    "links_from_hiding",
    "links_from_weights",
    "literature_bleu",
    "lowest_error_rate",
    "nearest_neighbours",
    "symmetrize",
    "word_by_word",
    "word_dictionary",
    "word_weights",
]
