"""What a user would take instead, with the same weights: PyTorch's own Transformer and Hugging Face's Marian.

Both compute the same function as ours, which the benchmarks check before they time anything.
"""

import torch
from torch import Tensor, nn

from tfmr.book.twins import transformer_twin
from tfmr.masks import causal_mask
from tfmr.positions import sinusoids
from tfmr.transformer import Transformer

MAX_POSITIONS = 512


class TorchTransformer(nn.Module):
    """``torch.nn.Transformer`` with the embeddings and the output layer that it lacks, copies of ours.

    Args:
        ours: the model whose weights it takes.
        dropout: probability, in all places where PyTorch drops: sublayer outputs, attention weights, hidden units; and
            on embeddings.
    """

    def __init__(self, ours: Transformer, dropout: float = 0.0):
        super().__init__()
        self.pad_id = ours.config.pad_id
        self.src_embedding, self.tgt_embedding = (
            _embedding(ours.src_embedding),
            _embedding(ours.tgt_embedding),
        )
        self.transformer = transformer_twin(ours)
        self.output = nn.Linear(ours.config.d_model, ours.config.tgt_vocab_size, bias=False)
        self.output.load_state_dict(ours.output.state_dict())
        self.drop = nn.Dropout(dropout)
        for module in self.modules():
            if isinstance(module, nn.Dropout):
                module.p = dropout
            elif isinstance(module, nn.MultiheadAttention):
                module.dropout = dropout
        places = sinusoids(MAX_POSITIONS, ours.config.d_model)
        self.register_buffer("places", places)

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        hidden, padding = ~causal_mask(tgt.size(1), tgt.device), src == self.pad_id
        masks = {"tgt_mask": hidden, "src_key_padding_mask": padding, "memory_key_padding_mask": padding}
        x, y = self._embed(self.src_embedding, src), self._embed(self.tgt_embedding, tgt)
        return self.output(self.transformer(x, y, **masks, tgt_is_causal=True))

    def _embed(self, table: nn.Embedding, ids: Tensor) -> Tensor:
        return self.drop(table(ids) * table.embedding_dim**0.5 + self.places[: ids.size(1)])


def _embedding(ours: nn.Module) -> nn.Embedding:
    table = nn.Embedding(*ours.table.weight.shape)
    table.load_state_dict(ours.table.state_dict())
    return table


def make_marian(model: Transformer, dropout: float = 0.0) -> nn.Module:
    """The same function of the same weights as transformers' ``MarianMTModel``.

    Args:
        dropout: probability, where Marian drops: sublayer outputs and embeddings.
    """
    import transformers

    config = model.config
    marian = transformers.MarianMTModel(
        transformers.MarianConfig(
            vocab_size=config.tgt_vocab_size, d_model=config.d_model,
            encoder_layers=config.num_encoder_layers, decoder_layers=config.num_decoder_layers,
            encoder_attention_heads=config.num_heads, decoder_attention_heads=config.num_heads,
            encoder_ffn_dim=config.d_ff, decoder_ffn_dim=config.d_ff, dropout=dropout, attention_dropout=0.0,
            activation_function=config.activation, scale_embedding=True, max_position_embeddings=MAX_POSITIONS,
            pad_token_id=config.pad_id, eos_token_id=config.eos_id, decoder_start_token_id=config.bos_id,
            bos_token_id=config.bos_id, forced_eos_token_id=None, tie_word_embeddings=False,
            share_encoder_decoder_embeddings=False,
        )
    ).eval()  # fmt: skip
    with torch.no_grad():
        marian.lm_head.weight.copy_(model.output.weight)
        for name in ("encoder", "decoder"):
            ours, theirs = getattr(model, name), getattr(marian.model, name)
            embedding = model.src_embedding if name == "encoder" else model.tgt_embedding
            theirs.embed_tokens.weight.copy_(embedding.table.weight)
            theirs.embed_positions.weight.copy_(sinusoids(MAX_POSITIONS, config.d_model))
            for layer, twin in zip(ours.layers, theirs.layers, strict=True):
                _copy_layer(layer, twin)
    return marian


def _copy_layer(layer: nn.Module, twin: nn.Module) -> None:
    """The weights of a layer into Marian's."""
    norms = {"final": "feed_forward", "self_attn": "attention"}
    attentions = {"self_attn": layer.self_attention}
    if hasattr(layer, "cross_attention"):
        norms |= {"self_attn": "self_attention", "encoder_attn": "cross_attention"}
        attentions["encoder_attn"] = layer.cross_attention
    for name, around in norms.items():
        norm = getattr(layer, f"around_{around}").norm
        getattr(twin, f"{name}_layer_norm").load_state_dict(norm.state_dict())
    for name, attention in attentions.items():
        for theirs, ours in {"q": "query", "k": "key", "v": "value", "out": "output"}.items():
            projection = getattr(attention, f"{ours}_projection")
            getattr(getattr(twin, name), f"{theirs}_proj").load_state_dict(projection.state_dict())
    twin.fc1.load_state_dict(layer.feed_forward.hidden.state_dict())
    twin.fc2.load_state_dict(layer.feed_forward.output.state_dict())
