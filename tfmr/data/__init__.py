"""Corpora, tokenizers and batches."""

from tfmr.data.batches import Batch, BucketedBatches, encode_pairs
from tfmr.data.corpus import Corpus, Pair
from tfmr.data.load import load_corpus
from tfmr.data.tokenizers import BPETokenizer, Tokenizer, WordTokenizer, tokenizer_from_json
from tfmr.data.words import word_detokenize, word_tokenize

__all__ = [
    "BPETokenizer",
    "Batch",
    "BucketedBatches",
    "Corpus",
    "Pair",
    "Tokenizer",
    "WordTokenizer",
    "encode_pairs",
    "load_corpus",
    "tokenizer_from_json",
    "word_detokenize",
    "word_tokenize",
]
