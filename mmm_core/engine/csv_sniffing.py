"""Encoding and separator of a CSV file, found from its bytes."""

import csv
import io
import re
from collections import Counter
from typing import Literal

import pandas as pd

from mmm_core.errors import DataError

DELIMITER_NAMES = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "pipe",
    ":": "colon",
    "^": "caret",
    "~": "tilde",
    " ": "space",
    "\x01": "control character",
    "\x1f": "control character",
}
ONE_COLUMN = "Only one column found. Need a date, a sales column and at least one spend column. Wrong separator?"
_Quoting = Literal[0, 3]  # csv.QUOTE_MINIMAL, csv.QUOTE_NONE
_MOST_COLUMNS = 16_384  # as many as Excel
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WORD_OF_ACCENTS = re.compile(r"[À-ÖØ-öø-ÿ]{3,}")
_MARK_INSIDE_WORD = re.compile(r"[^\W\d_][‚ƒ„…†‡ˆ‰‹‘“”•–—˜™›¡¢¤¥¦§¨©ª«¬®¯°±´µ¶·¸»¼½¾][^\W\d_]")
_OTHER_ENCODINGS = ["cp1250", "cp1251", "cp1253", "cp1254", "cp850", "mac_roman", "cp932", "gb18030", "big5", "euc_kr"]


def read_csv_cells(content: bytes) -> tuple[pd.DataFrame, str, str]:
    """Decode a CSV file and split it into cells of text.

    Args:
        content: The whole file.

    Returns:
        Cells (columns 0, 1, …; row i is spreadsheet row i + 1; empty cells are ""), separator, encoding.

    Raises:
        DataError: The content is no text, or has one column only.
    """
    text, encoding = decode_text(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    told = re.match(r'\ufeff?"?sep=([\x01-\x7e])"?(?:\n|$)', text)
    if told:
        text = text[told.end() :]
    if not text.strip():
        raise DataError("The file is empty: it holds nothing but blank lines. Save the table again and upload it.")
    delimiter = told.group(1) if told else sniff_delimiter(text)
    return _split_cells(text, delimiter), delimiter, encoding


def decode_text(content: bytes) -> tuple[str, str]:
    """Text of a file and the name of its encoding.

    Args:
        content: The whole file.

    Raises:
        DataError: The content is no text.
    """
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    if encoding is None:
        encoding = _utf16_without_mark(content[:4096]) or _guess_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode(encoding, errors="replace")
    _refuse_binary(text[:65_536])
    return text.removeprefix("\ufeff"), encoding


def sniff_delimiter(text: str) -> str:
    """The separator with which most lines have as many columns as the header.

    Args:
        text: The file; the first 200 lines are looked at.

    Raises:
        DataError: No separator gives two columns.
    """
    lines = [line for line in text.lstrip()[:262_144].split("\n")[:200] if line.strip()]
    best: tuple[tuple[bool, float, int], str] | None = None
    for delimiter in [name for name in DELIMITER_NAMES if name != " "]:
        score = _score_delimiter(lines, delimiter)
        if score is not None and (best is None or score > best[0]):
            best = score, delimiter
    if best is None and _score_delimiter(lines, " ") is not None:
        return " "
    if best is None:
        raise DataError(ONE_COLUMN)
    return best[1]


def _score_delimiter(lines: list[str], delimiter: str) -> tuple[bool, float, int] | None:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True)]
    except csv.Error:
        return None
    usual, count = Counter(widths).most_common(1)[0]
    if usual < 2:
        return None
    # The header decides against decimal commas: its width is that of the rows only for the true separator.
    return widths[0] == usual, round(count / len(widths), 1), usual


def _split_cells(text: str, delimiter: str) -> pd.DataFrame:
    n_lines = text.count("\n") + 1
    # A lone quotation mark swallows the rows behind it; then quotation marks are taken as letters.
    quoted = _read_quoted(text, delimiter, csv.QUOTE_MINIMAL)
    cells = (
        quoted if quoted is not None and len(quoted) >= n_lines / 2 else _read_quoted(text, delimiter, csv.QUOTE_NONE)
    )
    if cells is None:
        raise DataError(
            "The lines of the file cannot be split into columns. Save it as CSV or .xlsx and upload it again."
        )
    return cells


def _read_quoted(text: str, delimiter: str, quoting: _Quoting) -> pd.DataFrame | None:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, skipinitialspace=True)
        width = max(len(row) for row in reader)
        if width > _MOST_COLUMNS:
            raise DataError(f"The file has {width:,} columns; at most {_MOST_COLUMNS:,} can be read. Wrong separator?")
        cells: pd.DataFrame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=range(width),
            index_col=False,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
            quoting=quoting,
            engine="c",
        ).fillna("")
    except (csv.Error, pd.errors.ParserError):
        return None
    return cells


def _utf16_without_mark(start: bytes) -> str | None:
    if len(start) < 4:
        return None
    even, odd = start[0::2].count(0) / len(start[0::2]), start[1::2].count(0) / len(start[1::2])
    if odd > 0.7 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 and odd < 0.1 else None


def _guess_encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    sample = b"\n".join([line for line in content[: 4 * 1024 * 1024].splitlines() if not line.isascii()][:200])
    western = sample.decode("cp1252", errors="replace")
    if not ("\ufffd" in western or _WORD_OF_ACCENTS.search(western) or _MARK_INSIDE_WORD.search(western)):
        return "cp1252"
    from charset_normalizer import from_bytes

    guess = from_bytes(sample, cp_isolation=["cp1252", *_OTHER_ENCODINGS], threshold=0.5).best()
    return guess.encoding if guess is not None else "cp1252"


def _refuse_binary(sample: str) -> None:
    strange = sum(sample.count(chr(code)) for code in range(32) if code not in (1, 9, 10, 12, 13, 31))
    if "\0" in sample or strange + sample.count("\ufffd") > 0.02 * len(sample):
        raise DataError(
            "The file is not a table of text: it looks binary. Save it as CSV or .xlsx and upload it again."
        )
