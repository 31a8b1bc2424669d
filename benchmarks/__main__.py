"""All benchmarks: ``python -m benchmarks``. Real captions where they are at hand, else the grammar corpus."""

from benchmarks import decoding, recurrent
from tfmr.data import load_corpus
from tfmr.errors import InputError

try:
    load_corpus("multi30k")
    corpus = "multi30k"
except InputError as error:
    print(f"{error}\nMeasuring on the grammar corpus instead.")
    corpus = "grammar"
recurrent.main(["--corpus", corpus])
print()
decoding.main([])
