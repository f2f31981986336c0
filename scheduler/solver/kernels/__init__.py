"""Compiled search kernels: plain functions over arrays, translated to machine code by numba.

They release the GIL, so that two searches run on two cores as threads. The translation is kept in
`__pycache__` (or NUMBA_CACHE_DIR) and made once a machine: `python -m scheduler.solver.warm`.
"""
