"""The error tree: everything a user can cause derives from :class:`MMMError`.

MMMError (ValueError)
├── DataError            the table cannot be modelled; carries every problem at once
├── SettingsError        a setting contradicts another or names a column that is not there
│   └── BoundsError      a number lies outside its limits
├── InfeasibleBudgetError  limits of a budget that cannot all hold; says which, and by how much
├── ProjectFileError     a project file has an unknown key or a value of the wrong kind
├── RobynFileError       a file is none of Robyn's, is damaged, or holds what cannot be taken over
├── RunCancelledError    the user stopped the run and chose to keep nothing
└── StoreError           the workspace cannot do what was asked
    ├── NotFoundError    no project or run with this id
    └── WorkspaceError   the folder cannot be read, written or shared

Every message is one sentence that says what, where, what is allowed and what was got, then what to do.
"""

from collections.abc import Sequence


class MMMError(ValueError):
    """A problem the user can understand and mend.

    Attributes:
        problems: Every reason, one sentence each; most errors have one.
    """

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class DataError(MMMError):
    """The table cannot be modelled; the problems stand in the order of the columns they concern."""


class SettingsError(MMMError):
    """A setting contradicts another one or names something that does not exist."""


class BoundsError(SettingsError):
    """A number lies outside its limits."""


class InfeasibleBudgetError(MMMError):
    """The limits of a budget contradict each other; every conflict is one sentence."""


class ProjectFileError(MMMError):
    """A project file has an unknown key or a value of the wrong kind."""


class RobynFileError(MMMError):
    """A file is none of Robyn's, is damaged, or holds what cannot be taken over; carries every reason."""


class RunCancelledError(MMMError):
    """The run was stopped before it had anything worth keeping."""


class StoreError(MMMError):
    """The workspace cannot do what was asked."""


class NotFoundError(StoreError):
    """There is no project or run with this id."""


class WorkspaceError(StoreError):
    """The workspace folder cannot be read, written or shared."""
