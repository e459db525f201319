"""What the evaluation reads: the data of a model, where its hyperparameters stand, and the rules it is judged by."""

from typing import NamedTuple

import numpy as np

from mmm_core.kernels.arrays import FloatArray, IntArray


class Problem(NamedTuple):
    """Data of a model.

    Attributes:
        outcome: On the modelled rows, shape (n_rows,).
        fixed: Columns that are not transformed, on the modelled rows, shape (n_fixed, n_rows).
        media: Input of the transformed columns, all rows, shape (n_media, n_all).
        rows: Indices of the modelled rows, ascending, shape (n_rows,).
        kinds: Code of the adstock per medium, shape (n_media,).
        weibull_length: Periods on which a Weibull scale is measured.
        lower: Lower limits of the coefficients, shape (p,).
        upper: Upper limits, shape (p,).
        trend: Column whose limits become [-1, 0] when its training sum is negative, or -1.
        spend_share: Per paid medium (the first ones), shape (n_paid,).
        unseen: Modelled periods before the first whose outcome nothing may be chosen by; 0 where all may.
    """

    outcome: FloatArray
    fixed: FloatArray
    media: FloatArray
    rows: IntArray
    kinds: IntArray
    weibull_length: int
    lower: FloatArray
    upper: FloatArray
    trend: int
    spend_share: FloatArray
    unseen: int = 0


class Layout(NamedTuple):
    """Where each hyperparameter stands in a row of values; -1 where there is none.

    Attributes:
        media: Columns of alpha, gamma, theta or shape, and scale, shape (n_media, 4).
        penalties: Columns of the penalty factors, shape (p,); -1 means a factor of 1.
        shrinkage: Column of lambda.
        train_size: Column of the training share; -1 means that all rows are trained on.
    """

    media: IntArray
    penalties: IntArray
    shrinkage: int
    train_size: int


class Rules(NamedTuple):
    """How a model is fitted and judged; the meanings are those of the search settings."""

    glmnet: bool
    intercept: bool
    drop_negative: bool
    zero_penalty: bool


class Previous(NamedTuple):
    """What a refresh holds its models to.

    Attributes:
        shares: Share of every term in the fitted whole of the model before, intercept first, shape (n_terms,).
        rest_factor: What the distance of all terms but paid media is multiplied by.
        n_new: How many of the last modelled rows are new.
        new_share: Weight of the new rows in the squared error, 0 to 1; the rest is that of all modelled rows.
    """

    shares: FloatArray
    rest_factor: float
    n_new: int
    new_share: float


NOTHING_BEFORE = Previous(np.empty(0), 1.0, 0, 0.0)
"""An ordinary run. It is always passed, so that runs and refreshes share one compiled function."""
