"""Layers made of their parts, with biases that are not zero: what is compared with PyTorch's own (tfmr.book.twins)."""

from functools import partial

import torch
from torch import nn

from tfmr.layers import DecoderLayer, EncoderLayer, FeedForward, Residual
from tfmr.multi_head import MultiHeadAttention

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-10}


def encoder_layer(
    d_model: int, heads: int, d_ff: int, dropout=0.0, activation="relu", **residual
) -> EncoderLayer:
    attention = MultiHeadAttention(d_model, heads, dropout)
    feed_forward = FeedForward(d_model, d_ff, dropout, activation)
    return EncoderLayer(attention, feed_forward, partial(Residual, d_model, dropout, **residual))


def decoder_layer(d_model: int, heads: int, d_ff: int, positions=None, **residual) -> DecoderLayer:
    attentions = MultiHeadAttention(d_model, heads, positions=positions), MultiHeadAttention(d_model, heads)
    return DecoderLayer(*attentions, FeedForward(d_model, d_ff), partial(Residual, d_model, **residual))


def random_biases(module: nn.Module) -> None:
    """Zero biases would hide a wrong one."""
    for name, parameter in module.named_parameters():
        if name.endswith("bias"):
            nn.init.normal_(parameter)
