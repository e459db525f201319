"""MMM Studio: marketing mix modelling. The public names; nothing heavy is imported until one of them is used."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmm_core.engine.budget_allocator import BudgetAllocator
    from mmm_core.engine.candidate import refit_model
    from mmm_core.engine.clusters_analyzer import ModelClustersAnalyzer
    from mmm_core.engine.ingest import read_table
    from mmm_core.engine.ledger import build_ledger
    from mmm_core.engine.model_evaluator import ModelEvaluator
    from mmm_core.engine.model_executor import MMMModelExecutor
    from mmm_core.engine.model_refresh import ModelRefresh
    from mmm_core.engine.pareto_optimize import ParetoOptimizer
    from mmm_core.engine.posterior_sampler import PosteriorSampler
    from mmm_core.engine.project_file import load_project_file
    from mmm_core.engine.trust_card import build_trust_card
    from mmm_core.entities.budget import BudgetPlan, BudgetRequest
    from mmm_core.entities.design import Design
    from mmm_core.entities.fitted_model import FittedModel
    from mmm_core.entities.ledger import Ledger
    from mmm_core.entities.mmmdata_collection import MMMDataCollection
    from mmm_core.entities.model_output import ModelOutput, ModelOutputCollection, Trial
    from mmm_core.entities.model_set import ModelSet
    from mmm_core.entities.posterior import Posterior
    from mmm_core.entities.project import Project
    from mmm_core.entities.refresh import ModelRefreshConfig
    from mmm_core.entities.settings import CalibrationInput, ModelSettings
    from mmm_core.entities.trials_config import TrialsConfig
    from mmm_core.entities.trust import TrustCard
    from mmm_core.errors import MMMError

__version__ = "0.1.0"

_HOMES = {
    "BudgetAllocator": "mmm_core.engine.budget_allocator",
    "BudgetPlan": "mmm_core.entities.budget",
    "BudgetRequest": "mmm_core.entities.budget",
    "CalibrationInput": "mmm_core.entities.settings",
    "Design": "mmm_core.entities.design",
    "FittedModel": "mmm_core.entities.fitted_model",
    "Ledger": "mmm_core.entities.ledger",
    "MMMDataCollection": "mmm_core.entities.mmmdata_collection",
    "MMMError": "mmm_core.errors",
    "MMMModelExecutor": "mmm_core.engine.model_executor",
    "ModelClustersAnalyzer": "mmm_core.engine.clusters_analyzer",
    "ModelEvaluator": "mmm_core.engine.model_evaluator",
    "ModelOutput": "mmm_core.entities.model_output",
    "ModelOutputCollection": "mmm_core.entities.model_output",
    "ModelRefresh": "mmm_core.engine.model_refresh",
    "ModelRefreshConfig": "mmm_core.entities.refresh",
    "ModelSet": "mmm_core.entities.model_set",
    "ModelSettings": "mmm_core.entities.settings",
    "ParetoOptimizer": "mmm_core.engine.pareto_optimize",
    "Posterior": "mmm_core.entities.posterior",
    "PosteriorSampler": "mmm_core.engine.posterior_sampler",
    "Project": "mmm_core.entities.project",
    "Trial": "mmm_core.entities.model_output",
    "TrialsConfig": "mmm_core.entities.trials_config",
    "TrustCard": "mmm_core.entities.trust",
    "build_ledger": "mmm_core.engine.ledger",
    "build_trust_card": "mmm_core.engine.trust_card",
    "load_project_file": "mmm_core.engine.project_file",
    "read_table": "mmm_core.engine.ingest",
    "refit_model": "mmm_core.engine.candidate",
}

__all__ = [
    "BudgetAllocator",
    "BudgetPlan",
    "BudgetRequest",
    "CalibrationInput",
    "Design",
    "FittedModel",
    "Ledger",
    "MMMDataCollection",
    "MMMError",
    "MMMModelExecutor",
    "ModelClustersAnalyzer",
    "ModelEvaluator",
    "ModelOutput",
    "ModelOutputCollection",
    "ModelRefresh",
    "ModelRefreshConfig",
    "ModelSet",
    "ModelSettings",
    "ParetoOptimizer",
    "Posterior",
    "PosteriorSampler",
    "Project",
    "Trial",
    "TrialsConfig",
    "TrustCard",
    "build_ledger",
    "build_trust_card",
    "load_project_file",
    "read_table",
    "refit_model",
]


def __getattr__(name: str) -> object:
    """Resolve a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
