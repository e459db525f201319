"""Files that are either there as a whole or not at all."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mmm_core.errors import WorkspaceError


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the system's complaint about a file into a sentence.

    Args:
        path: The file or folder that is used inside.

    Raises:
        WorkspaceError: Something inside raised an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkspaceError(
            f"{path} cannot be read or written ({reason}). Check the folder and the space on the disk, or choose another folder."
        ) from error


def write_atomically(path: Path, content: bytes | Callable[[BinaryIO], object], *, durable: bool = True) -> None:
    """Write a file next to its place and move it there in one step; readers see the old or the new one, never a part.

    Args:
        path: Where the file belongs; missing folders are created.
        content: The bytes, or a function that writes them to an open binary file.
        durable: Wait until the disk has it. False is for what may be lost in a power cut, such as progress.

    Raises:
        WorkspaceError: The folder cannot be written.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                if callable(content):
                    content(file)
                else:
                    file.write(content)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        if durable:
            _sync_folder(path.parent)


def write_exclusively(path: Path, content: bytes) -> bool:
    """Write a file only if there is none yet; of several callers at the same time exactly one succeeds.

    Args:
        path: Where the file belongs; missing folders are created.
        content: The bytes.

    Returns:
        Whether this call made the file.

    Raises:
        WorkspaceError: The folder cannot be written.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content)
            os.link(part, path)
        except FileExistsError:
            return False
        finally:
            part.unlink(missing_ok=True)
    return True


def _sync_folder(folder: Path) -> None:
    """Make the move itself durable; systems that cannot open a folder do not need it."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
