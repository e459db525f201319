from collections.abc import Iterator
from pathlib import Path

import pytest

from mmm_core.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(tmp_path)
    yield opened
    opened.close()
