"""Layers made of their parts, and PyTorch's own with the same weights: what parity is tested against."""

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


def torch_twin(ours: MultiHeadAttention) -> nn.MultiheadAttention:
    """PyTorch's module with the same weights."""
    d_model = ours.query_projection.in_features
    twin = nn.MultiheadAttention(
        d_model, ours.num_heads, batch_first=True, dtype=ours.query_projection.weight.dtype
    )
    parts = ours.query_projection, ours.key_projection, ours.value_projection
    with torch.no_grad():
        twin.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        twin.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        twin.out_proj.load_state_dict(ours.output_projection.state_dict())
    return twin


def random_biases(module: nn.Module) -> None:
    """Zero biases would hide a wrong one."""
    for name, parameter in module.named_parameters():
        if name.endswith("bias"):
            nn.init.normal_(parameter)


def copy_layer(ours: nn.Module, theirs: nn.Module) -> None:
    """Give PyTorch's layer the weights of ours."""
    copy = {"self_attn": torch_twin(ours.self_attention), "linear1": ours.feed_forward.hidden,
            "linear2": ours.feed_forward.output}  # fmt: skip
    if isinstance(ours, DecoderLayer):
        copy |= {"multihead_attn": torch_twin(ours.cross_attention), "norm1": ours.around_self_attention.norm,
                 "norm2": ours.around_cross_attention.norm, "norm3": ours.around_feed_forward.norm}  # fmt: skip
    else:
        copy |= {"norm1": ours.around_attention.norm, "norm2": ours.around_feed_forward.norm}
    for name, module in copy.items():
        getattr(theirs, name).load_state_dict(module.state_dict())
