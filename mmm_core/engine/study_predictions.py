"""What finished models say that lift studies should have found, whether they were calibrated on them or not."""

from collections.abc import Sequence

import numpy as np

from mmm_core.engine.averaged_model import parameters_of_draws
from mmm_core.engine.calibration import with_studies
from mmm_core.engine.candidate_evaluator import KIND_CODES, CandidateEvaluator
from mmm_core.engine.posterior_lifts import place_lifts
from mmm_core.entities.design import Design, FloatArray
from mmm_core.entities.model_output import ModelOutput
from mmm_core.entities.posterior import Posterior
from mmm_core.entities.settings import LiftStudy
from mmm_core.entities.trials_config import TrialsConfig
from mmm_core.kernels.sampler_media import MediaInput
from mmm_core.kernels.sampler_summary import predict_lifts


def predictions_of_draws(posterior: Posterior, studies: Sequence[LiftStudy]) -> FloatArray:
    """What every draw of the averaged estimate predicts, by the rule it is calibrated with.

    Args:
        posterior: Of a run with or without these studies.
        studies: Of channels it has, inside its data.

    Returns:
        Outcome units, shape (n_draws, n_studies).
    """
    design = posterior.model_set.design
    given = MediaInput(
        media=np.array(design.media.T, order="C"),
        rows=np.array(design.rows),
        kinds=np.array([KIND_CODES[kind] for kind in design.adstock], dtype=np.int64),
        weibull_length=design.weibull_length,
        size=np.array(posterior.size),
    )
    nothing = np.zeros(len(studies))
    lifts = place_lifts(design, studies, nothing, nothing)
    return predict_lifts(given, lifts, parameters_of_draws(posterior), np.array(posterior.returns))


def predictions_of_candidates(
    design: Design, output: ModelOutput, solution_ids: Sequence[str], studies: Sequence[LiftStudy], trials: TrialsConfig
) -> FloatArray:
    """What candidates of a search predict.

    Args:
        design: What they were fitted to; its own studies do not matter.
        output: The search.
        solution_ids: Which candidates.
        studies: Of channels the design has.
        trials: The search's rules.

    Returns:
        Outcome units, shape (n_models, n_studies); NaN for a study that touches periods which are not modelled.
    """
    placed = with_studies(design, studies)
    usable = placed.usable_studies
    predicted = np.full((len(solution_ids), len(studies)), np.nan)
    columns = [s for s, target in enumerate(placed.studies) if target in usable]
    if columns:
        rows = [output.solution_ids.index(name) for name in solution_ids]
        values = np.concatenate([trial.hyperparameters for trial in output.trials])[rows]
        evaluator = CandidateEvaluator(placed, output.parameter_names, trials)
        predicted[:, columns] = evaluator.evaluate_in_full(values).predicted
    return predicted
