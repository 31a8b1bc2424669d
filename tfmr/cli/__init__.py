"""The command line: ``python -m tfmr``."""
