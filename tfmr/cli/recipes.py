"""Named sets of defaults for ``train``: what works together. An option that is given wins over its recipe."""

from typing import Any

Recipe = dict[str, Any]

# A Transformer for tens of thousands of short pairs.
SMALL: Recipe = {
    "model": "transformer",
    "d_model": 256,
    "num_layers": 3,
    "num_heads": 4,
    "d_ff": 512,
    "dropout": 0.3,
    "norm": "pre",
    "tokenizer": "bpe",
    "joint_vocabulary": True,
    "vocab_size": 4_000,
    "tie_embeddings": "all",
    "label_smoothing": 0.1,
    "max_tokens": 1_500,
    "learning_rate": 1e-3,
    "warmup_steps": 1_000,
    "schedule": "cosine",
    "beta2": 0.98,
    "average": 5,
    "epochs": 12,
}

# Vaswani et al. (2017): the base model of Table 3, trained as section 5 says. There, 12 hours on eight GPUs.
BASE: Recipe = {
    "model": "transformer",
    "d_model": 512,
    "num_layers": 6,
    "num_heads": 8,
    "d_ff": 2048,
    "dropout": 0.1,
    "norm": "post",
    "tokenizer": "bpe",
    "joint_vocabulary": True,
    "vocab_size": 37_000,
    "tie_embeddings": "all",
    "label_smoothing": 0.1,
    "max_tokens": 25_000,
    "learning_rate": 7e-4,
    "warmup_steps": 4_000,
    "schedule": "inverse_sqrt",
    "beta2": 0.98,
    "eps": 1e-9,
    "average": 5,
    "epochs": 30,
}

RECIPES = {"small": SMALL, "base": BASE}


def option(name: str) -> str:
    """What a person types for an argument of this name."""
    return "--" + name.replace("_", "-")


def described(recipe: Recipe) -> str:
    """The options that a recipe stands for."""
    return " ".join(
        option(name) if value is True else f"{option(name)}={value}" for name, value in recipe.items()
    )
