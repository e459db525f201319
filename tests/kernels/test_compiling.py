"""Compiled code on disk is used only while no kernel has changed."""

from mmm_core.kernels import compiling, evaluation, ridge


def test_compiled_code_is_tied_to_the_sources_of_all_kernels() -> None:
    stamps = {function._cache._cache_file._source_stamp for function in (evaluation._evaluate, ridge.fit_ridge)}
    assert stamps == {compiling.SOURCE_HASH}


def test_two_calls_of_a_compiled_kernel_compile_it_once() -> None:
    ridge.make_ridge_scratch(3)
    ridge.make_ridge_scratch(4)
    assert len(ridge.make_ridge_scratch.signatures) == 1
