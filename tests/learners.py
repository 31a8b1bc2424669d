"""What the tests of training share: the smallest model that learns, batches for it, and how a run is compared."""

import torch
from fakes import Fake
from torch import nn

from tfmr.data.batches import BucketedBatches
from tfmr.training import TrainConfig, train

CONFIG = TrainConfig(epochs=3, learning_rate=0.02, seed=5, checkpoint_every=1)


class Tiny(Fake):
    """The smallest thing that can be trained: it can ``encode`` and ``decode``, and drops out."""

    def __init__(self, vocab_size=12, width=8, dropout=0.3):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, width)
        self.gru = nn.GRU(width, width, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(width, vocab_size)
        self.output.weight = self.embedding.weight  # two names for one memory, as tied embeddings are

    def encode(self, src):
        kept = (src != self.config.pad_id).unsqueeze(-1)
        return (self.embedding(src) * kept).sum(1, keepdim=True)

    def decode(self, tgt, memory):
        hidden, _ = self.gru(self.dropout(self.embedding(tgt) + memory))
        return self.output(self.dropout(hidden))


def make_model(seed=0, **settings):
    torch.manual_seed(seed)
    return Tiny(**settings)


def make_batches(seed=0, count=20, batch_size=4):
    """Sentences of 1 to 6 random tokens, with their copies as translations."""
    generator = torch.Generator().manual_seed(seed)
    examples = []
    for length in torch.randint(1, 7, (count,), generator=generator).tolist():
        words = torch.randint(4, 12, (length,), generator=generator).tolist()
        examples.append(([*words, 2], [1, *words, 2]))
    return BucketedBatches(examples, batch_size, seed=seed)


def bits(model):
    """All weights as bytes: equal or not, with no tolerance."""
    return {name: tensor.numpy().tobytes() for name, tensor in model.state_dict().items()}


def losses(history):
    return [(epoch.train_loss, epoch.valid_loss, epoch.tokens) for epoch in history.epochs]


def run(config=CONFIG, checkpoint=None, batches=None, valid=None, model=None):
    model = make_model() if model is None else model
    batches = make_batches() if batches is None else batches
    valid = make_batches(seed=1, count=6) if valid is None else valid
    history = train(model, batches, valid, config, device="cpu", checkpoint=checkpoint)
    return model, history


class Interrupted(BucketedBatches):
    """Batches that end in an exception once ``left`` of them have been handed out."""

    def __init__(self, batches, left):
        super().__init__(batches.examples, batches.batch_size, seed=batches.seed)
        self.left = left

    def batches(self, epoch):
        for batch in super().batches(epoch):
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            yield batch
