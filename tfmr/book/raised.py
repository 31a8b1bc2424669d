"""What a raised exception says, in words that a reader of the book knows."""

import re

LONGEST = 240  # characters of the exception's own text

# Pieces of the messages that PyTorch and Python give, and what they mean.
MEANINGS = (
    (r"view size is not compatible",
     "after transpose or permute the numbers no longer lie in order, and view() needs that: use reshape()"),
    (r"mat1 and mat2|Expected size for first two dimensions|expected m?at?.* to have|size mismatch|"
     r"mismatch in its core dimension|matrices expected|must match the existing size",
     "the shapes do not fit: in a product, the last axis of the left factor meets the last but one of the right"),
    (r"Expected input batch_size", "logits and targets are not as many: a target is the word after the one that was given"),
    (r"must be Tensor, not (int|float)", "a function of torch was given a plain number; math has the same for numbers"),
    (r"not (builtin_)?function|'function'", "a function stands where its result belongs: it has to be called"),
    (r"tuple of Tensors", "it takes a list of tensors, such as unbind(axis) makes of a tensor's slices"),
    (r"einsum\(\): ", "letters are for as many axes as there are letters; `...` is for any in front"),
    (r"Expected target size",
     "cross_entropy() wants the vocabulary on axis 1 of the logits, or one row a token: flatten both, or transpose"),
    (r"t\(\) expects a tensor with <= 2",
     "t() is for matrices only: with more axes, name the two to swap, counted from the end"),
    (r"must match the size of tensor|broadcast",
     "two shapes do not fit each other: axes are matched from the last one on, and each pair must be equal or 1"),
    (r"shape '.*' is invalid for input of size|cannot reshape",
     "the new shape has room for another number of numbers: compute its sizes from the argument's"),
    (r"Dimension out of range|permute\(sparse_coo\)|number of dimensions in the tensor",
     "there are fewer axes than the code counts: counted from the end (-1, -2), it works for any number"),
    (r"missing \d+ required|takes \d+ positional|unexpected keyword", "the arguments have to stay as they were given"),
    (r"expected scalar type|dtype|not implemented for '|must be Tensor|must be a bool|can't be cast|Boolean value",
     "the types do not fit: look at what is boolean, whole or real, and what is no tensor"),
    (r"not defined|has no attribute", "a name is missing or misspelt"),
    (r"index .*out of|out of bounds|must be smaller", "an index points outside"),
)  # fmt: skip


def in_words(error: Exception) -> str:
    """A sentence: what it raises, and what that means."""
    text = re.sub(r" at 0x[0-9a-f]+", "", " ".join(f"{type(error).__name__}: {error}".split()))
    text = text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
    text = text.rstrip(".")
    for pattern, meaning in MEANINGS:
        if re.search(pattern, text):
            return f"it raises {text}. That is, {meaning}."
    return f"it raises {text}."
