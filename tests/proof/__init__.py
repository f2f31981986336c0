"""Proofs: claims of this project whose checking takes longer than a test may.

A proof is a module `proof_<name>.py` here with a `TITLE` and `run(report)`; it writes its figures into the
report and fails by a broken requirement or any exception.
"""
