"""Budget plans that were given a name, kept beside the run whose models they are about."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from mmm_core.entities.budget import BudgetPlan
from mmm_core.entities.scenario import Scenario, ScenarioRecord
from mmm_core.errors import NotFoundError, StoreError
from mmm_core.store.database import now
from mmm_core.store.run_shelf import RunShelf
from mmm_core.store.scenario_codec import KeptPlan, read_scenario, write_scenario
from mmm_core.store.shelf import checked_name, new_id, remove_folder
from mmm_core.store.tables import scenarios

_LISTED = (scenarios.c.scenario_id, scenarios.c.run_id, scenarios.c.name, scenarios.c.created)


class ScenarioShelf(RunShelf):
    """The kept budget plans of a workspace."""

    def save_scenario(
        self, run_id: str, name: str, plan: BudgetPlan, *, basis: str, solution_id: str | None = None
    ) -> ScenarioRecord:
        """Keep a plan under a name.

        Args:
            run_id: The run whose models it is about.
            name: What the user calls it; unique within the run.
            plan: Question and answer.
            basis: Which models it was made over.
            solution_id: The model the basis starts from.

        Raises:
            NotFoundError: There is no such run.
            StoreError: The name is empty or taken.
        """
        record = ScenarioRecord(scenario_id=new_id(), run_id=run_id, name=checked_name(name, "plan"), created=now())
        self.get_run(run_id)
        self._refuse_taken(run_id, record.name)
        folder = self._scenario_folder(record)
        write_scenario(folder, KeptPlan(basis, solution_id, plan))
        try:
            with self.database.writing() as connection:
                connection.execute(
                    scenarios.insert().values(
                        scenario_id=record.scenario_id, run_id=run_id, name=record.name, created=record.created
                    )
                )
        except IntegrityError as error:
            remove_folder(folder)
            self.get_run(run_id)  # the run may have been deleted meanwhile
            raise _taken(record.name) from error
        return record

    def list_scenarios(self, run_id: str) -> list[ScenarioRecord]:
        """The kept plans of a run, in the order they were kept."""
        chosen = sa.select(*_LISTED).where(scenarios.c.run_id == run_id).order_by(scenarios.c.created)
        with self.database.reading() as connection:
            return [ScenarioRecord(**row._mapping) for row in connection.execute(chosen)]

    def load_scenario(self, scenario_id: str) -> Scenario:
        """A kept plan, exactly as it was.

        Raises:
            NotFoundError: There is no such plan.
            StoreError: A file is missing, damaged or newer than this version.
        """
        record = self._scenario(scenario_id)
        kept = read_scenario(self._scenario_folder(record), f"The plan {record.name!r}")
        return Scenario(record=record, basis=kept.basis, solution_id=kept.solution_id, plan=kept.plan)

    def rename_scenario(self, scenario_id: str, name: str) -> None:
        """Call a plan something else.

        Raises:
            NotFoundError: There is no such plan.
            StoreError: The name is empty or taken.
        """
        kept = checked_name(name, "plan")
        record = self._scenario(scenario_id)
        if kept == record.name:
            return
        self._refuse_taken(record.run_id, kept)
        mine = scenarios.c.scenario_id == scenario_id
        try:
            with self.database.writing() as connection:
                connection.execute(scenarios.update().where(mine).values(name=kept))
        except IntegrityError as error:
            raise _taken(kept) from error

    def delete_scenario(self, scenario_id: str) -> None:
        """Delete a kept plan.

        Raises:
            NotFoundError: There is no such plan.
        """
        record = self._scenario(scenario_id)
        with self.database.writing() as connection:
            connection.execute(scenarios.delete().where(scenarios.c.scenario_id == scenario_id))
        remove_folder(self._scenario_folder(record))

    def _scenario(self, scenario_id: str) -> ScenarioRecord:
        chosen = sa.select(*_LISTED).where(scenarios.c.scenario_id == scenario_id)
        with self.database.reading() as connection:
            row = connection.execute(chosen).one_or_none()
        if row is None:
            raise _missing(scenario_id)
        return ScenarioRecord(**row._mapping)

    def _refuse_taken(self, run_id: str, name: str) -> None:
        if any(record.name == name for record in self.list_scenarios(run_id)):
            raise _taken(name)

    def _scenario_folder(self, record: ScenarioRecord) -> Path:
        return self.run_folder(record.run_id) / "scenarios" / record.scenario_id


def _missing(scenario_id: str) -> NotFoundError:
    return NotFoundError(f"There is no kept plan with the id {scenario_id!r}; it may have been deleted meanwhile.")


def _taken(name: str) -> StoreError:
    return StoreError(f"This run has a plan called {name!r} already. Give this one another name.")
