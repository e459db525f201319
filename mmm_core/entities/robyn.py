"""A model of Meta's Robyn: what its file tells, what the same model gives here, and what is written for Robyn to read."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from mmm_core.entities.design import Design
from mmm_core.entities.findings import IngestResult
from mmm_core.entities.fitted_model import FittedModel
from mmm_core.entities.project import Project

INTERCEPT = "(Intercept)"
"""What Robyn calls the intercept."""

JsonTree = Mapping[str, object]
"""A block of Robyn's file, as JSON has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that is otherwise here than in Robyn, or otherwise than it looks.

    Attributes:
        subject: What it is about, a word or two.
        sentence: What differs, and why.
    """

    subject: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RobynTerm:
    """One line of Robyn's summary of a model.

    Attributes:
        name: Our name of the term: "intercept", a baseline column, or a channel's key.
        robyn_name: Robyn's name of it.
        coefficient: Outcome per transformed unit.
        contribution: Outcome over the periods from :attr:`RobynReport.counted_from` to the end of the window.
        share: Of the fitted outcome in the whole window.
        performance: ROAS or cost per conversion as written, by Robyn's denominators; None for what is not paid.
    """

    name: str
    robyn_name: str
    coefficient: float
    contribution: float
    share: float
    performance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobynReport:
    """The model a file holds, as Robyn saw it.

    Attributes:
        model_id: Robyn's ``solID``.
        hyperparameters: Flat keys, ours; ``lambda`` is the final lambda.
        terms: One per term, in Robyn's order.
        errors: Names of ``METRICS`` to values, those Robyn wrote.
        total_performance: ROAS or cost of all paid media as written: Robyn adds up the channels'.
        counted_from: First day whose contributions Robyn summed: the window's, or of a refresh the first new day.
    """

    model_id: str
    hyperparameters: Mapping[str, float]
    terms: tuple[RobynTerm, ...]
    errors: Mapping[str, float]
    total_performance: float | None
    counted_from: dt.date

    def term(self, name: str) -> RobynTerm | None:
        """One term by our name; None when Robyn's summary lacks it."""
        return next((term for term in self.terms if term.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RobynModel:
    """What :func:`mmm_core.engine.robyn_import.import_robyn` answers.

    Attributes:
        version: As the file names it.
        is_ours: Whether the model was fitted here and exported: to the end, by our rules.
        project: The same data, roles, window and bounds as a project of ours.
        upload: The table with what was found while reading it.
        media_names: Channel key to Robyn's name of the modelled column, in the order of the channels.
        baseline_names: Baseline columns in the order Robyn fitted them.
        report: The selected model; None for a file of inputs alone.
        baseline: R's own baseline columns, all rows, when the design came along (``InputCollect$dt_mod``); else None.
        blocks: The file as it was, without ``Extras``.
        differences: What the settings alone tell; the fit adds its own.
    """

    version: str
    is_ours: bool
    project: Project
    upload: IngestResult
    media_names: Mapping[str, str]
    baseline_names: tuple[str, ...]
    report: RobynReport | None
    baseline: pd.DataFrame | None
    blocks: JsonTree
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reproduction:
    """Robyn's model fitted again here.

    Attributes:
        design: What it was fitted to.
        model: The model in full.
        terms: One row per term: ``term robyn_name robyn_coefficient coefficient robyn robyn_share ours share difference``;
            ``robyn`` and ``ours`` are contributions, ``difference`` is relative to Robyn's.
        errors: One row per metric Robyn wrote: ``metric robyn ours``.
        returns: One row per paid channel: ``channel written spend contribution value``; ``written`` is Robyn's ROAS or cost,
            ``value`` the one of the window.
        worst_difference: Largest ``difference`` of a term that brings at least a thousandth of the outcome.
        differences: Everything that differs, the settings' first.
    """

    design: Design
    model: FittedModel
    terms: pd.DataFrame
    errors: pd.DataFrame
    returns: pd.DataFrame
    worst_difference: float
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one model stands among many on one measure; lower values are better.

    Attributes:
        measure: "nrmse", "decomp_rssd" or "holdout".
        value: Of the model.
        rank: 1 would be the best of all together.
        n_models: How many it is compared with.
        best: Of the others.
        median: Of the others.
    """

    measure: str
    value: float
    rank: int
    n_models: int
    best: float
    median: float

    @property
    def share_beaten(self) -> float:
        """Share of the others that do no better, 0 to 1."""
        return 1.0 - (self.rank - 1) / self.n_models


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an imported model stands among the models of a run.

    Attributes:
        standings: Fit, plausibility, holdout.
        n_models: Of the run.
        n_dominating: Models of the run that are better on fit and plausibility at once.
        n_held_out: Periods at the end that were predicted, for the holdout error.
        n_fitted: Periods before them, which every model was fitted to.
        sentence: The answer in plain words.
    """

    standings: tuple[Standing, ...]
    n_models: int
    n_dominating: int
    n_held_out: int
    n_fitted: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RobynExport:
    """A model written as Robyn writes one.

    Attributes:
        text: JSON.
        file_name: As Robyn would call it.
        notes: What Robyn will do otherwise with it, one sentence each.
    """

    text: str
    file_name: str
    notes: tuple[str, ...] = ()
