"""tfmr: attention and the Transformer, written to be read. The package of The Book on Attention.

With the environment variable ``TFMR_CHECK_SHAPES=1`` every tensor shape in a signature is checked at each
call, so that a wrong one fails with the names of its axes; without it the annotations cost nothing.
"""

import os
from typing import TYPE_CHECKING

# What handles tensors, and the rooms that do; checking every word that the grammar makes would take a minute.
_CHECKED = """masks attention fused positions multi_head layers config seq2seq recurrent transformer
    data.batches decoding training evaluation translator.translation cli.terminal""".split()
if os.environ.get("TFMR_CHECK_SHAPES") == "1":
    from jaxtyping import install_import_hook

    # Before the imports below: the hook sees only modules that are imported after it.
    install_import_hook([f"tfmr.{name}" for name in _CHECKED], "beartype.beartype")

from tfmr.attention import AdditiveAttention, scaled_dot_product_attention  # noqa: E402
from tfmr.config import TransformerConfig  # noqa: E402
from tfmr.masks import causal_mask, padding_mask  # noqa: E402
from tfmr.multi_head import MultiHeadAttention  # noqa: E402
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq  # noqa: E402
from tfmr.transformer import Transformer  # noqa: E402

if TYPE_CHECKING:
    from tfmr.translator import load_translator

__version__ = "0.1.0"

__all__ = [
    "AdditiveAttention",
    "MultiHeadAttention",
    "RecurrentConfig",
    "RecurrentSeq2Seq",
    "Transformer",
    "TransformerConfig",
    "causal_mask",
    "load_translator",
    "padding_mask",
    "scaled_dot_product_attention",
]


def __getattr__(name: str):
    if name == "load_translator":  # only now: it brings corpora, tokenizers and metrics with it
        from tfmr.translator import load_translator

        return load_translator
    raise AttributeError(f"module 'tfmr' has no attribute {name!r}")
