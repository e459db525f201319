"""What was dropped on the Robyn bridge: which file is what, kept while people look at other pages."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.shared import session

_KEY = "robyn.files"
_DESIGN_COLUMNS = (b"ds", b"dep_var")


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedFiles:
    """Robyn's file, and what came with it.

    Attributes:
        model: Content of ``RobynModel-….json``; None when only tables were dropped.
        name: Its name.
        data: Content of the table Robyn was given; None when it is in the file.
        data_name: Its name.
        design: Content of R's ``dt_mod`` as CSV; None when it did not come along.
    """

    model: bytes | None = None
    name: str = ""
    data: bytes | None = None
    data_name: str = ""
    design: bytes | None = None

    @property
    def digest(self) -> str:
        """Changes whenever a file does."""
        parts = (self.model or b"", self.data or b"", self.design or b"", self.name.encode())
        return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    @property
    def project_name(self) -> str:
        """What the project may be called: ``RobynModel-1_130_1.json`` gives "Robyn 1_130_1"."""
        stem = self.name.rsplit(".", 1)[0].removeprefix("RobynModel-").strip()
        return f"Robyn {stem}"[:120] if stem else ""


def take(files: Sequence[UploadedFile]) -> DroppedFiles:
    """Tell the files apart by their contents, and keep them for this visit."""
    dropped = DroppedFiles()
    found: dict[str, object] = {}
    for file in files:
        content = file.getvalue()
        if file.name.lower().endswith(".json"):
            found |= {"model": content, "name": file.name}
        elif _is_design(content):
            found["design"] = content
        else:
            found |= {"data": content, "data_name": file.name}
    dropped = DroppedFiles(**found)  # type: ignore[arg-type]
    session.remember(_KEY, dropped)
    return dropped


def kept() -> DroppedFiles | None:
    """What was dropped on this visit."""
    return cast("DroppedFiles | None", session.recall(_KEY))


def forget() -> None:
    """Start again without files."""
    session.forget(_KEY)
    session.start_afresh("robyn")


def _is_design(content: bytes) -> bool:
    names = [name.strip(b'" \r') for name in content.split(b"\n", 1)[0].split(b",")]
    return all(name in names for name in _DESIGN_COLUMNS)
