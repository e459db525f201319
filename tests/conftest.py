"""What every test needs: a cache of its own, so that none reads or fills the user's."""

import os
from collections.abc import Iterator

import pytest

from mmm_core.store.workspace import CACHE_VARIABLE


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Inherited by every process that a test starts."""
    before = os.environ.get(CACHE_VARIABLE)
    os.environ[CACHE_VARIABLE] = str(tmp_path_factory.mktemp("caches"))
    yield
    os.environ.pop(CACHE_VARIABLE)
    if before is not None:
        os.environ[CACHE_VARIABLE] = before
