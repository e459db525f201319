"""How many threads a process may use; importable before numpy, which reads it once."""

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)
"""Environment of every process that computes. Trials run side by side in processes; threads below them only fight for the
cores, and the order of their sums would make results depend on the machine."""
