"""A project file joined with its data: everything a run needs."""

from dataclasses import dataclass

from mmm_core.entities.mmmdata_collection import MMMDataCollection
from mmm_core.entities.trials_config import TrialsConfig


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Project:
    """What :func:`mmm_core.load_project_file` answers.

    Attributes:
        data: The table with its roles.
        trials: How to search.
        seed: Seed of the search.
        name: What the user calls it; may be empty.
        notes: Sentences the user should read (settings that have no effect in this version).
    """

    data: MMMDataCollection
    trials: TrialsConfig
    seed: int = 123
    name: str = ""
    notes: tuple[str, ...] = ()
