"""Response curves of an old and a new model over the same spends, so that they can stand side by side."""

from mmm_core.engine.model_sets import BEYOND_SEEN, set_curve, spend_of
from mmm_core.entities.model_set import ModelSet, SetCurve


def compare_curves(
    previous: ModelSet, current: ModelSet, channel: str, *, n_points: int = 120
) -> tuple[SetCurve, SetCurve]:
    """Curves of one channel in both models, from no spend to one and a half times the largest either window has seen.

    Args:
        previous: The old models.
        current: The new models.
        channel: Key of a channel both have.
        n_points: Points of each curve.

    Returns:
        The old curve and the new one; their ``spend`` is the same.

    Raises:
        SettingsError: One of them has no such channel.
    """
    highest = [
        float(spend_of(models.design)[:, models.design.media_names.index(channel)].max())
        for models in (previous, current)
        if channel in models.design.media_names
    ]
    end = BEYOND_SEEN * max(highest, default=0.0)
    return (
        set_curve(previous, channel, n_points=n_points, max_spend=end),
        set_curve(current, channel, n_points=n_points, max_spend=end),
    )
