"""From probabilities to sentences. Any model that keeps the contract (:mod:`tfmr.seq2seq`) can be decoded."""

from tfmr.decoding.beam import Hypothesis, beam_search
from tfmr.decoding.eval_mode import evaluating
from tfmr.decoding.exact import Exact, exact_search
from tfmr.decoding.greedy import greedy_decode
from tfmr.decoding.rules import Rules
from tfmr.decoding.sampling import sample
from tfmr.decoding.scoring import log_probabilities
from tfmr.decoding.text import translate
from tfmr.decoding.unknown import replace_unknown
from tfmr.decoding.write import Decoded

__all__ = [
    "Decoded",
    "Exact",
    "Hypothesis",
    "Rules",
    "beam_search",
    "evaluating",
    "exact_search",
    "greedy_decode",
    "log_probabilities",
    "replace_unknown",
    "sample",
    "translate",
]
