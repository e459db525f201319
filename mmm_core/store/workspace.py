"""The workspace: one folder with every project, run and result."""

import hashlib
import os
import secrets
from pathlib import Path

import sqlalchemy as sa

from mmm_core.store.atomic_files import explained
from mmm_core.store.check_shelf import CheckShelf
from mmm_core.store.database import Database
from mmm_core.store.refresh_shelf import RefreshShelf
from mmm_core.store.robyn_shelf import RobynShelf
from mmm_core.store.run_queue import RunQueue
from mmm_core.store.scenario_shelf import ScenarioShelf
from mmm_core.store.trust_shelf import TrustShelf

VARIABLE = "MMM_STUDIO_WORKSPACE"
CACHE_VARIABLE = "MMM_STUDIO_CACHE"


class Workspace(ScenarioShelf, TrustShelf, CheckShelf, RefreshShelf, RobynShelf, RunQueue):
    """One folder with every project, run and result; safe to open from several processes and threads at once.

    ``workspace.sqlite`` lists projects, runs and workers; ``projects/<id>`` and ``runs/<id>`` hold their files,
    ``logs`` what workers said. A workspace copied from somebody else can be opened safely: nothing in it is executed.

    Args:
        folder: None means ``MMM_STUDIO_WORKSPACE``, or the platform's user data folder. Created if absent.

    Raises:
        WorkspaceError: The folder cannot be read or written.
        StoreError: A newer version wrote it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        chosen = (folder or default_folder()).expanduser().absolute()
        with explained(chosen):
            chosen.mkdir(parents=True, exist_ok=True)
            probe = chosen / f".probe-{secrets.token_hex(4)}"
            probe.touch()
            probe.unlink()
        super().__init__(chosen, Database(sa.URL.create("sqlite", database=str(chosen / "workspace.sqlite")), chosen))

    @property
    def cache_folder(self) -> Path:
        """Results that need not be computed again; may be deleted at any time.

        Never in the workspace: they are pickles, which execute code when read, and a workspace may come from somebody else.
        ``MMM_STUDIO_CACHE`` names another place than the platform's user cache folder.
        """
        import platformdirs

        named = os.environ.get(CACHE_VARIABLE, "").strip()
        caches = Path(named) if named else platformdirs.user_cache_path("mmm-studio", appauthor=False)
        return caches / hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]

    @property
    def log_folder(self) -> Path:
        """What workers and the dashboard wrote."""
        return self.folder / "logs"

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def default_folder() -> Path:
    """``MMM_STUDIO_WORKSPACE``, or MMM Studio's place in the platform's user data folder."""
    import platformdirs

    named = os.environ.get(VARIABLE, "").strip()
    return Path(named) if named else platformdirs.user_data_path("mmm-studio", appauthor=False)
