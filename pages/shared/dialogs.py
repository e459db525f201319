"""Which question a page is asking: remembered, so that a dialog stays open when the page runs again beneath it."""

from typing import cast

from pages.shared import session

_KEY = "dialog.question"


def ask(question: str, subject: str = "") -> None:
    """Open a dialog; a callback of the button that asks.

    Args:
        question: Name of the dialog, unique over all pages.
        subject: Id of what it is about.
    """
    session.remember(_KEY, (question, subject))


def asked(question: str) -> str | None:
    """What a dialog is about; None when it is not open."""
    name, subject = cast("tuple[str, str]", session.recall(_KEY, ("", "")))
    return subject if name == question else None


def answered() -> None:
    """Close the dialog that is open."""
    session.forget(_KEY)
