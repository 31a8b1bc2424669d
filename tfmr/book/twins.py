"""PyTorch's own modules with the parameters of ours: what parity is shown, and tested, against.

They differ in form alone. PyTorch keeps the maps of query, key and value in one matrix, has no embeddings and no
output layer in ``nn.Transformer``, and its masks say who may *not* be attended.
"""

import torch
from torch import nn

from tfmr.layers import DecoderLayer, EncoderLayer
from tfmr.multi_head import MultiHeadAttention
from tfmr.transformer import Transformer


def attention_twin(ours: MultiHeadAttention) -> nn.MultiheadAttention:
    """``nn.MultiheadAttention`` with the parameters of ours, whose heads divide d_model; without dropout."""
    parts = ours.query_projection, ours.key_projection, ours.value_projection
    sizes = parts[0].in_features, ours.num_heads
    twin = nn.MultiheadAttention(*sizes, batch_first=True, dtype=parts[0].weight.dtype)
    with torch.no_grad():
        twin.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        twin.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        twin.out_proj.load_state_dict(ours.output_projection.state_dict())
    return twin


def copy_layer(ours: EncoderLayer | DecoderLayer, theirs: nn.Module) -> None:
    """Give ``nn.TransformerEncoderLayer`` or ``nn.TransformerDecoderLayer`` the parameters of our layer.

    A layer counts by its parts, not by its class, so that one that a reader typed can be compared too.
    """
    parts = {
        "self_attn": attention_twin(ours.self_attention),
        "linear1": ours.feed_forward.hidden,
        "linear2": ours.feed_forward.output,
    }
    if hasattr(ours, "cross_attention"):
        parts["multihead_attn"] = attention_twin(ours.cross_attention)
        around = ours.around_self_attention, ours.around_cross_attention, ours.around_feed_forward
    else:
        around = ours.around_attention, ours.around_feed_forward
    parts |= {f"norm{number}": residual.norm for number, residual in enumerate(around, 1)}
    for name, module in parts.items():
        getattr(theirs, name).load_state_dict(module.state_dict())


def transformer_twin(ours: Transformer) -> nn.Transformer:
    """``nn.Transformer`` with the parameters of our two stacks, from embedded tokens to the vectors below the output layer.

    Left to itself it ends post-norm stacks with a norm, too; the twin has a last norm where ours has one. No dropout.
    """
    config, dtype = ours.config, ours.output.weight.dtype
    sizes = config.d_model, config.num_heads
    options = {
        "dim_feedforward": config.d_ff,
        "dropout": 0.0,
        "activation": config.activation,
        "batch_first": True,
        "norm_first": config.norm == "pre",
        "dtype": dtype,
    }
    layers = nn.TransformerEncoderLayer(*sizes, **options), nn.TransformerDecoderLayer(*sizes, **options)
    norms = [nn.LayerNorm(config.d_model, dtype=dtype) if config.norm == "pre" else None for _ in layers]
    no_packing = {"enable_nested_tensor": False}  # a fast path of its own, which pre-norm layers do not have
    encoder = nn.TransformerEncoder(layers[0], config.num_encoder_layers, norms[0], **no_packing)
    decoder = nn.TransformerDecoder(layers[1], config.num_decoder_layers, norms[1])
    twin = nn.Transformer(*sizes, custom_encoder=encoder, custom_decoder=decoder, batch_first=True)
    for stack, other in ((ours.encoder, encoder), (ours.decoder, decoder)):  # after its own initialisation
        if other.norm is not None:
            other.norm.load_state_dict(stack.norm.state_dict())
        for mine, layer in zip(stack.layers, other.layers, strict=True):
            copy_layer(mine, layer)
    return twin
