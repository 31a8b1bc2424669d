"""What a raised exception says, in words that a reader of the book knows."""

import re

LONGEST = 240  # characters of the exception's own text

# Pieces of the messages that PyTorch and Python give, and what they mean.
MEANINGS = (
    (r"view size is not compatible",
     "after transpose or permute the numbers no longer lie in order, and view() needs that: use reshape()"),
    (r"mat1 and mat2|Expected size for first two dimensions|expected m?at?.* to have|size mismatch|"
     r"mismatch in its core dimension|matrices expected|must be a 3D tensor|1D tensors expected",
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
    (r"shape of the mask",
     "a mask in square brackets is matched from the first axis on: for the last one, write x[..., mask]"),
    (r"must match the (existing )?size|broadcast",
     "two shapes do not fit each other: axes are matched from the last one on, and each pair must be equal or 1"),
    (r"shape '.*' is invalid for input of size|cannot reshape",
     "the new shape has room for another number of numbers: compute its sizes from the argument's"),
    (r"Dimension out of range|permute\(sparse_coo\)|number of dimensions in the tensor",
     "there are fewer axes than the code counts: counted from the end (-1, -2), it works for any number"),
    (r"missing .*\"dim\"|'(axis|dim)' is an invalid keyword", "torch wants to know along which axis: say it, as dim=-1"),
    (r"Sizes of tensors must match except|each tensor to be equal size",
     "what is put together has to agree in all other axes: cat() joins along one that is there, stack() makes a new one"),
    (r"values to unpack", "there are more or fewer of them than names on the left: look at the shape"),
    (r"too many indices", "there are more indices than axes; with `...` in front they are counted from the last one"),
    (r"0-d tensor", "one number has no axis to go along: it was summed or indexed once too often"),
    (r"at least 2 dimensions|Expected 1-D", "it is for another number of axes: look at the shape of what is given"),
    (r"Given normalized_shape|exceeds dimension size|must be non-negative|last dimension of size",
     "a size does not fit the tensor: compute it from the argument's shape"),
    (r"only one element|cannot be converted to Scalar",
     "many numbers stand where a single one is needed: math.sqrt(), float() and item() take one, torch.sqrt() all"),
    (r"missing \d+ required|takes \d+ positional|unexpected keyword", "the arguments have to stay as they were given"),
    (r"`-` operator|operator\.invert",
     "`~` turns true and false round and `-` is for numbers: make a mask boolean for the one, float for the other"),
    (r"requires grad", "it has to be freed of its gradient first, by detach()"),
    (r"single memory location", "expand() shows the same numbers several times: clone() before they are changed"),
    (r"object is not callable", "what stands before the parentheses is no function: .shape takes square brackets"),
    (r"NoneType", "a function without return gives None, and so does what works in place, such as list.append()"),
    (r"unhashable", "a set and the keys of a dict take numbers and tuples, not lists"),
    (r"integers, slices|as an integer|must be Number|must be tuple of ints",
     "it takes whole numbers: `//` divides to one, and .item() takes one out of a tensor"),
    (r"'(list|tuple|set|dict|int|float|str)' object|to list|multiply sequence|must be Tensor, not (list|tuple|numpy)",
     "a tensor can do that, and what stands there is none: torch.tensor() or torch.stack() makes one of it"),
    (r"division by zero|domain error|range error",
     "math stops where torch would give inf or nan: a count is 0, or a number lies outside of what the function takes"),
    (r"recursion", "the function calls itself"),
    (r"CUDA|device", "it has to stay on the device of its arguments: take x.device"),
    (r"Boolean value",
     "`if`, `and`, `or` and `not` take one truth value: for many there are `&`, `|`, `~` and torch.where()"),
    (r"expected scalar type|dtype|not implemented for '|must be Tensor|must be a bool|can't be cast|"
     r"LongTensor|unsupported operand|data type|input types",
     "the types do not fit: look at what is boolean, whole or real, and what is no tensor"),
    (r"not defined|has no attribute|not associated with a value", "a name is missing or misspelt, or nothing was put there yet"),
    (r"index .*out of|out of bounds|must be smaller", "an index points outside"),
)  # fmt: skip


def in_words(error: Exception) -> str:
    """A sentence: what it raises, and what that means."""
    text = re.sub(r" at 0x[0-9a-f]+", "", " ".join(f"{type(error).__name__}: {error}".split()))
    text = text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
    text = text.rstrip(".: ")
    for pattern, meaning in MEANINGS:
        if re.search(pattern, text):
            return f"it raises {text}. That is, {meaning}."
    return f"it raises {text}."
