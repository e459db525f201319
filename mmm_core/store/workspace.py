"""The workspace: one folder with every project, run and result."""

import os
import secrets
from pathlib import Path

from mmm_core.store.atomic_files import explained
from mmm_core.store.database import Database
from mmm_core.store.run_queue import RunQueue

VARIABLE = "MMM_STUDIO_WORKSPACE"


class Workspace(RunQueue):
    """One folder with every project, run and result; safe to open from several processes and threads at once.

    ``workspace.sqlite`` lists projects, runs and workers; ``projects/<id>`` and ``runs/<id>`` hold their files,
    ``logs`` what workers said, ``cache`` results that need not be computed again.

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
        super().__init__(chosen, Database(f"sqlite:///{chosen / 'workspace.sqlite'}", chosen))

    @property
    def cache_folder(self) -> Path:
        """Results that need not be computed again; may be deleted at any time."""
        return self.folder / "cache"

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
