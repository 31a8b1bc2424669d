"""A trained translator: the folder that holds it on disk, and the object that translates."""

from tfmr.translator.run_folder import load_run
from tfmr.translator.translation import Alternative, Sentence, Translation
from tfmr.translator.translator import Translator, load_translator

__all__ = ["Alternative", "Sentence", "Translation", "Translator", "load_run", "load_translator"]
