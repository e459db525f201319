"""The two ways kernels are compiled, and when compiled code on disk is still good."""

import hashlib
from collections.abc import Callable
from importlib import resources
from typing import Any, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _hash_sources() -> str:
    sources = [file for file in resources.files(__package__ or "").iterdir() if file.name.endswith(".py")]
    digest = hashlib.sha256()
    for source in sorted(sources, key=lambda file: file.name):
        digest.update(source.read_bytes())
    return digest.hexdigest()


SOURCE_HASH = _hash_sources()
"""Of all kernels. numba looks only at the file of the function itself, though it compiles what is called from other files
into it: after an update it would go on with old code."""


def _tie_to_all_sources(kernel: object) -> None:
    cache = getattr(kernel, "_cache", None)  # none when compilation is switched off for debugging
    index = getattr(cache, "_cache_file", None)
    if index is not None:
        index._source_stamp = SOURCE_HASH


def compiled(function: _Function) -> _Function:
    """Compile with strict floating point; dividing by zero gives inf or NaN, as in numpy."""
    kernel: _Function = njit(cache=True, nogil=True, error_model="numpy")(function)
    _tie_to_all_sources(kernel)
    return kernel


def compiled_inside(function: _Function) -> _Function:
    """Compile as :func:`compiled`, to be called from other compiled functions only.

    Leaves out the code that unpacks arguments from Python, which for a tuple of many arrays takes longer to compile than the
    function itself. Called from Python such a function ends the process: give it a leading underscore.
    """
    kernel: _Function = njit(
        cache=True, nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
    )(function)
    _tie_to_all_sources(kernel)
    return kernel


def compiled_for_vectors(function: _Function) -> _Function:
    """Compile so that sums may be added up in another order and products fused, which fills the vector registers.

    The order depends on the length of the series alone: one candidate gets the same bits in any batch.
    """
    kernel: _Function = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})(function)
    _tie_to_all_sources(kernel)
    return kernel
