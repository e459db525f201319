"""Robyn models that projects were created from, kept beside the project's data."""

from pathlib import Path

from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.project_shelf import ProjectShelf


class RobynShelf(ProjectShelf):
    """The imported Robyn models of a workspace, one a project at most."""

    def save_robyn(self, project_id: str, text: str) -> None:
        """Keep the model a project was created from; replaces an earlier one.

        Args:
            project_id: The project.
            text: A Robyn file with its data in it.

        Raises:
            NotFoundError: There is no such project.
            WorkspaceError: The folder cannot be written.
        """
        self.get_project(project_id)
        write_atomically(self._robyn_file(project_id), text.encode())

    def load_robyn(self, project_id: str) -> str | None:
        """The Robyn file a project was created from; None when it was created otherwise.

        Raises:
            NotFoundError: There is no such project.
            WorkspaceError: The file cannot be read.
        """
        self.get_project(project_id)
        path = self._robyn_file(project_id)
        if not path.exists():
            return None
        with explained(path):
            return path.read_text(encoding="utf-8")

    def robyn_version(self, project_id: str) -> int:
        """A number that changes whenever the model was written; 0 where there is none."""
        try:
            return self._robyn_file(project_id).stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _robyn_file(self, project_id: str) -> Path:
        return self.project_folder(project_id) / "robyn.json"
