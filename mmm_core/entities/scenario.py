"""Budget plans that were given a name and kept."""

import datetime as dt
from dataclasses import dataclass

from mmm_core.entities.budget import BudgetPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRecord:
    """A kept plan as the workspace lists it.

    Attributes:
        scenario_id: Stable short id.
        run_id: The run whose models it is about.
        name: What the user calls it; unique within the run.
        created: When it was kept, with time zone.
    """

    scenario_id: str
    run_id: str
    name: str
    created: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """A kept plan in full.

    Attributes:
        record: Its name and when it was kept.
        basis: Which models it was made over, as the page that kept it calls them: "front", "cluster", "sampling".
        solution_id: The model the basis starts from; None when it starts from none.
        plan: Question and answer.
    """

    record: ScenarioRecord
    basis: str
    solution_id: str | None
    plan: BudgetPlan
