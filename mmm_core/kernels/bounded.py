"""A quadratic problem with limits: where its numbers stand, and how one coefficient moves.

The coefficients ``a`` minimise ``1/2 a' H a - g' a + 1/2 sum(shrinkage * a**2)`` within ``low <= a <= high``. A problem is
two arrays: ``gram`` (H, shape (p, p)) and ``vectors`` (shape (N_VECTORS, p)), whose rows are named by the constants below:
g, the standard deviation of each column (0 for one that takes no part), the penalty, the limits, the answer, its gradient
``g - (H + shrinkage) a``, and work space. One array instead of eight keeps the calls of compiled code cheap.
"""

from mmm_core.kernels.arrays import FloatArray
from mmm_core.kernels.compiling import compiled, compiled_for_vectors

N_VECTORS = 8
TARGET, SPREAD, SHRINKAGE, LOW, HIGH, SOLUTION, GRADIENT, STEP = range(N_VECTORS)


@compiled
def move_one(gram: FloatArray, vectors: FloatArray, k: int) -> float:
    """Minimise along coefficient ``k`` and bring the gradient up to date, arrays in the module's shapes; returns the change."""
    if vectors[SPREAD, k] == 0.0:
        return 0.0
    old, curvature = vectors[SOLUTION, k], gram[k, k]
    new = (vectors[GRADIENT, k] + old * curvature) / (curvature + vectors[SHRINKAGE, k])
    change = clip(vectors, k, new) - old
    if change != 0.0:
        vectors[SOLUTION, k] = clip(vectors, k, new)
        for j in range(len(gram)):
            vectors[GRADIENT, j] -= gram[k, j] * change
    return float(change)


@compiled
def clip(vectors: FloatArray, k: int, value: float) -> float:
    """The admissible value of coefficient ``k`` nearest to ``value``; ``vectors`` in the module's shape."""
    if value < vectors[LOW, k]:
        return float(vectors[LOW, k])
    return float(vectors[HIGH, k]) if value > vectors[HIGH, k] else value


@compiled_for_vectors
def refresh_gradient(gram: FloatArray, vectors: FloatArray) -> float:
    """Recompute ``gradient = g - (H + shrinkage) a`` and return the Karush-Kuhn-Tucker residual.

    The residual is the largest gradient component that could still lower the objective, standardised units; arrays in the
    module's shapes.
    """
    p = len(gram)
    for j in range(p):
        vectors[GRADIENT, j] = vectors[TARGET, j] - vectors[SHRINKAGE, j] * vectors[SOLUTION, j]
    for k in range(p):
        value = vectors[SOLUTION, k]
        if value != 0.0:
            for j in range(p):
                vectors[GRADIENT, j] -= gram[k, j] * value
    worst = 0.0
    for j in range(p):
        if can_move(vectors, j, vectors[GRADIENT, j]):
            worst = max(worst, abs(vectors[GRADIENT, j]))
    return worst


@compiled
def can_move(vectors: FloatArray, j: int, direction: float) -> bool:
    """Whether coefficient ``j`` takes part and has room in the given direction; ``vectors`` in the module's shape."""
    if vectors[SPREAD, j] == 0.0:
        return False
    if direction > 0.0:
        return bool(vectors[SOLUTION, j] < vectors[HIGH, j])
    return bool(vectors[SOLUTION, j] > vectors[LOW, j])
