"""What the models of a refresh are held to beside the data: the model before."""

from collections.abc import Mapping
from dataclasses import dataclass

from mmm_core.errors import BoundsError


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshAim:
    """The model a refresh starts from, and how much staying near it and fitting what is new count.

    In a refresh DECOMP.RSSD is the distance to the shares of that model,
    ``rms over paid channels (share - previous) + rest_factor * rms over all other terms``, and without a validation part NRMSE is
    ``sqrt((1 - new_share) * mse of all periods + new_share * mse of the new ones) / range``.

    Attributes:
        shares: Share of every term in the fitted whole of the model before; a term it had not is 0.
        n_new: How many of the last modelled periods it had not seen, at least 1.
        new_share: Weight of the new periods in the squared error, 0 to 1.
        rest_factor: What the distance of everything but paid media is multiplied by, at least 0.
    """

    shares: Mapping[str, float]
    n_new: int
    new_share: float
    rest_factor: float = 1.0

    def __post_init__(self) -> None:
        if self.n_new < 1:
            raise BoundsError(f"n_new must be at least 1, got {self.n_new}.")
        if not 0 <= self.new_share <= 1:
            raise BoundsError(f"new_share must lie within 0 and 1, got {self.new_share}.")
        if not self.rest_factor >= 0:
            raise BoundsError(f"rest_factor must be at least 0, got {self.rest_factor}.")
