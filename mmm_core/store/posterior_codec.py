"""The averaged estimate as files: posterior.json, posterior.npz and two tables; reading gives back every bit."""

from dataclasses import fields
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mmm_core.entities.design import IntArray
from mmm_core.entities.model_set import MediaCurves, ModelSet, SetKind
from mmm_core.entities.posterior import Posterior
from mmm_core.errors import StoreError
from mmm_core.store.atomic_files import explained, write_atomically
from mmm_core.store.codec import (
    FORMAT_VERSION,
    dump_json,
    load_json,
    read_arrays,
    read_table,
    require_known_format,
    write_arrays,
    write_table,
)
from mmm_core.store.design_codec import design_arrays, design_document, floats, names_of, read_design

_DRAWS = ("theta", "shape", "scale", "alpha", "gamma", "returns", "size", "sigma", "common_return", "stiffness")
_PLAIN = ("n_chains", "sweeps", "burn_in", "thin", "seed", "representative")
_SET_ARRAYS = ("weights", "contributions", "weekly", "carry_over")
_TABLES = ("channels", "diagnostics")


def write_posterior(folder: Path, posterior: Posterior) -> None:
    """Write the averaged estimate beside a run's other files; ``posterior.json`` last.

    Args:
        folder: Where.
        posterior: What to write.

    Raises:
        WorkspaceError: The folder cannot be written.
    """
    models = posterior.model_set
    arrays: dict[str, NDArray[np.generic]] = {name: getattr(posterior, name) for name in _DRAWS}
    arrays |= {f"set_{name}": getattr(models, name) for name in _SET_ARRAYS}
    arrays |= {f"curves_{field.name}": getattr(models.curves, field.name) for field in fields(MediaCurves)}
    arrays |= design_arrays(models.design)
    write_atomically(folder / "posterior.npz", lambda file: write_arrays(arrays, file))
    for name in _TABLES:
        table = getattr(posterior, name)
        write_atomically(folder / f"posterior_{name}.parquet", lambda file, table=table: write_table(table, file))  # type: ignore[misc]
    document = {
        "format_version": FORMAT_VERSION,
        **{name: getattr(posterior, name) for name in _PLAIN},
        "seconds": posterior.seconds,
        "break_even_roas": posterior.break_even_roas,
        "media_share": posterior.media_share,
        "prior_media_share": posterior.prior_media_share,
        "warnings": posterior.warnings,
        "notes": posterior.notes,
        "term_names": models.term_names,
        "label": models.label,
        "design": design_document(models.design),
    }
    write_atomically(folder / "posterior.json", dump_json(document))


def read_posterior(folder: Path, what: str) -> Posterior | None:
    """Read what :func:`write_posterior` wrote; None for a run without an averaged estimate.

    Args:
        folder: Where.
        what: What it is, for the sentence: "Run 3".

    Raises:
        StoreError: A file is missing, damaged or newer than this version.
    """
    if not (folder / "posterior.json").exists():
        return None
    with explained(folder):
        document = load_json((folder / "posterior.json").read_bytes(), what)
    require_known_format(document, what)
    arrays = read_arrays(folder / "posterior.npz", what)
    try:
        return Posterior(
            model_set=_read_set(document, arrays),
            theta=floats(arrays["theta"]),
            shape=floats(arrays["shape"]),
            scale=floats(arrays["scale"]),
            alpha=floats(arrays["alpha"]),
            gamma=floats(arrays["gamma"]),
            returns=floats(arrays["returns"]),
            size=floats(arrays["size"]),
            sigma=floats(arrays["sigma"]),
            common_return=floats(arrays["common_return"]),
            stiffness=cast(IntArray, arrays["stiffness"]),
            n_chains=cast(int, document["n_chains"]),
            sweeps=cast(int, document["sweeps"]),
            burn_in=cast(int, document["burn_in"]),
            thin=cast(int, document["thin"]),
            seed=cast(int, document["seed"]),
            channels=read_table(folder / "posterior_channels.parquet", what)[0],
            diagnostics=read_table(folder / "posterior_diagnostics.parquet", what)[0],
            break_even_roas=_number(document["break_even_roas"]),
            media_share=_three(document["media_share"]),
            prior_media_share=_three(document["prior_media_share"]),
            representative=cast(int, document["representative"]),
            warnings=names_of(document["warnings"]),
            notes=names_of(document["notes"]),
            seconds=float(cast(float, document["seconds"])),
        )
    except KeyError as error:
        raise StoreError(f"The averaged estimate of {what} cannot be read, its files miss {error}.") from error


def _read_set(document: dict[str, object], arrays: dict[str, NDArray[np.generic]]) -> ModelSet:
    n_draws = len(arrays["set_weights"])
    return ModelSet(
        kind=SetKind.POSTERIOR,
        names=tuple(f"draw {number}" for number in range(1, n_draws + 1)),
        weights=floats(arrays["set_weights"]),
        point=None,
        design=read_design(cast(dict[str, object], document["design"]), arrays),
        term_names=names_of(document["term_names"]),
        contributions=floats(arrays["set_contributions"]),
        weekly=floats(arrays["set_weekly"]),
        curves=MediaCurves(**{field.name: floats(arrays[f"curves_{field.name}"]) for field in fields(MediaCurves)}),
        carry_over=floats(arrays["set_carry_over"]),
        label=str(document["label"]),
    )


def _number(value: object) -> float | None:
    return None if value is None else float(cast(float, value))


def _three(values: object) -> tuple[float, float, float]:
    middle, low, high = cast(list[float], values)
    return float(middle), float(low), float(high)
