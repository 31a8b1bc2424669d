"""From probabilities to sentences. Any model that keeps the contract (:mod:`tfmr.seq2seq`) can be decoded."""

from tfmr.decoding.eval_mode import evaluating
from tfmr.decoding.greedy import Decoded, greedy_decode
from tfmr.decoding.text import translate

__all__ = ["Decoded", "evaluating", "greedy_decode", "translate"]
