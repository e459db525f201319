"""Random draws and tail probabilities the posterior sampler needs."""

import math

import numpy as np

from mmm_core.kernels.compiling import compiled

_ROOT_HALF = math.sqrt(0.5)
_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_FAR = -20.0
_SMALLEST = float(np.finfo(np.float64).tiny)
_MANY_NORMALS = 0.4
"""Up to here at least a third of all normals lie above the bound, so that trying again is cheapest."""


@compiled
def log_normal_cdf(z: float) -> float:
    """``ln Phi(z)``, the logarithm of the standard normal distribution function, also far in the lower tail."""
    if z > _FAR:
        return math.log(0.5 * math.erfc(-z * _ROOT_HALF))
    w = 1.0 / (z * z)
    return -0.5 * z * z - _HALF_LOG_TWO_PI - math.log(-z) + math.log1p(-w * (1.0 - 3.0 * w * (1.0 - 5.0 * w)))


@compiled
def draw_above_zero(random: np.random.Generator, mean: float, sd: float) -> float:
    """One draw of ``N(mean, sd**2)`` given that it lies above 0.

    Source:
        Robert (1995), Simulation of truncated normal variables, Statistics and Computing 5.
    """
    bound = -mean / sd
    if bound <= _MANY_NORMALS:
        z = random.standard_normal()
        while z <= bound:
            z = random.standard_normal()
        return max(mean + sd * z, _SMALLEST)
    rate = 0.5 * (bound + math.sqrt(bound * bound + 4.0))
    while True:
        excess = -math.log(1.0 - random.random()) / rate
        miss = bound + excess - rate
        if not random.random() > math.exp(-0.5 * miss * miss):  # written so that NaN ends the loop
            # mean + sd * (bound + excess), without the rounding of two large numbers that cancel
            return max(sd * excess, _SMALLEST)


@compiled
def reflect(value: float, low: float, high: float) -> float:
    """Fold a value back into ``low..high`` at the ends, which keeps a symmetric step symmetric."""
    width = high - low
    beyond = (value - low) % (2.0 * width)
    return low + (beyond if beyond <= width else 2.0 * width - beyond)
