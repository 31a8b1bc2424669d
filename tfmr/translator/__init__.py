"""A trained translator: the folder that holds it on disk."""

from tfmr.translator.run_folder import load_run

__all__ = ["load_run"]
