"""The two ways kernels are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile with strict floating point; dividing by zero gives inf or NaN, as in numpy."""
    kernel: _Function = njit(cache=True, nogil=True, error_model="numpy")(function)
    return kernel


def compiled_for_vectors(function: _Function) -> _Function:
    """Compile so that sums may be added up in another order and products fused, which fills the vector registers.

    The order depends on the length of the series alone: one candidate gets the same bits in any batch.
    """
    kernel: _Function = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})(function)
    return kernel
