"""From a path, bytes or an open file to cells of text, whatever the file is called and however it was saved."""

import io
import zipfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pandas as pd

from mmm_core.engine.csv_sniffing import read_csv_cells
from mmm_core.engine.finding_building import changed
from mmm_core.engine.xlsx_reading import read_xlsx_cells
from mmm_core.entities.findings import Finding
from mmm_core.errors import DataError

MEGABYTE = 1024 * 1024
_CHUNK = MEGABYTE
_FOREIGN_FORMATS = {
    b"\xd0\xcf\x11\xe0": "an old or password-protected Excel file",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"Rar!": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
}


class CellTable(NamedTuple):
    """Every cell of a file as text.

    Attributes:
        cells: Columns 0, 1, …; row i is spreadsheet row i + 1; empty cells are "".
        delimiter: What separated the columns; "" for a workbook.
        encoding: Name of the encoding; "" for a workbook.
        findings: What was noticed on the way.
    """

    cells: pd.DataFrame
    delimiter: str
    encoding: str
    findings: tuple[Finding, ...]


def read_cells(source: Path | str | bytes | BinaryIO, *, name: str, limit_bytes: int) -> CellTable:
    """Read a CSV or XLSX file, recognised by its content, not by its name.

    Args:
        source: Path, content or open binary file.
        name: What the user calls the file; "" when unknown.
        limit_bytes: Largest file accepted, in bytes; at most this much is ever held in memory.

    Raises:
        DataError: The file is missing, empty, too large, or no table.
    """
    content = _read_limited(source, limit_bytes)
    if not content.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n"):
        raise DataError("The file is empty. Upload a CSV or Excel file with one row per day, week or month.")
    for magic, kind in _FOREIGN_FORMATS.items():
        if content.startswith(magic):
            raise DataError(f"This is {kind}, not a table that can be read here. Save it as .xlsx or .csv.")
    if content.startswith(b"PK\x03\x04"):
        return _read_workbook(content, name, limit_bytes)
    cells, delimiter, encoding = read_csv_cells(content)
    return CellTable(cells, delimiter, encoding, ())


def _read_workbook(content: bytes, name: str, limit_bytes: int) -> CellTable:
    try:
        unpacked = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as error:
        raise DataError("The Excel file is damaged and cannot be opened. Save it again and upload it anew.") from error
    if not any(part.filename.startswith("xl/") for part in unpacked):
        raise DataError("This is a ZIP archive, not a table. Unpack it and upload the CSV or Excel file inside.")
    if sum(part.file_size for part in unpacked) > 4 * limit_bytes:
        raise DataError(_too_large("The unpacked Excel file", sum(p.file_size for p in unpacked), 4 * limit_bytes))
    cells, findings = read_xlsx_cells(content)
    suffix = Path(name).suffix.lower()
    if suffix and suffix not in {".xlsx", ".xlsm", ".xltx"}:
        findings = (changed("really_excel", f"This is an Excel file with a {suffix} name; read as Excel."), *findings)
    return CellTable(cells, "", "", findings)


def _read_limited(source: Path | str | bytes | BinaryIO, limit_bytes: int) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        _refuse_large(len(source), limit_bytes)
        return bytes(source)
    if isinstance(source, str | Path):
        return _read_path(Path(source), limit_bytes)
    if source.seekable():
        start = source.tell()
        _refuse_large(source.seek(0, io.SEEK_END) - start, limit_bytes)
        source.seek(start)
    chunks: list[bytes] = []
    n_read = 0
    while chunk := source.read(_CHUNK):
        n_read += len(chunk)
        if n_read > limit_bytes:
            raise DataError(_too_large("The file", None, limit_bytes))
        chunks.append(chunk)
    return b"".join(chunks)


def _read_path(path: Path, limit_bytes: int) -> bytes:
    try:
        _refuse_large(path.stat().st_size, limit_bytes)
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"The file {path.name!r} cannot be read: {error.strerror}. Check where it is.") from error


def _refuse_large(n_bytes: int, limit_bytes: int) -> None:
    if n_bytes > limit_bytes:
        raise DataError(_too_large("The file", n_bytes, limit_bytes))


def _too_large(what: str, n_bytes: int | None, limit_bytes: int) -> str:
    size = f"is {n_bytes / MEGABYTE:,.3g} MB" if n_bytes is not None else "is larger"
    return (
        f"{what} {size}; the limit is {limit_bytes / MEGABYTE:,.3g} MB. "
        "Sum it up to weeks and one row per market, then upload it again."
    )
