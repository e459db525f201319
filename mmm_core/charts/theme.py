"""The look every chart shares: colours with a fixed meaning, layout by theme, compact numbers, safe labels."""

import colorsys
import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import plotly.graph_objects as go


class Theme(StrEnum):
    """Whether the page behind the chart is light or dark."""

    LIGHT = "light"
    DARK = "dark"


class Palette(NamedTuple):
    """Colours of one theme, as CSS text.

    Attributes:
        text: Titles and numbers.
        muted: Axis labels and notes.
        grid: Grid lines.
        zero: The zero line, always visible.
        surface: The page, for outlines that separate neighbouring marks.
        actual: The measured outcome: black on light, white on dark.
        fitted: What a model says.
        front: Candidates on a front, and the line that joins them.
        cloud: Candidates that are not on a front.
        newest: Candidates that have just been evaluated.
        star: The recommended model, always drawn as a star.
        greys: Baseline parts, strongest first.
        other: Channels folded into one.
    """

    text: str
    muted: str
    grid: str
    zero: str
    surface: str
    actual: str
    fitted: str
    front: str
    cloud: str
    newest: str
    star: str
    greys: tuple[str, ...]
    other: str


PALETTES: Mapping[Theme, Palette] = MappingProxyType(
    {
        Theme.LIGHT: Palette(
            text="#1f2430",
            muted="#5d6675",
            grid="#e6e9ee",
            zero="#8b94a3",
            surface="#ffffff",
            actual="#000000",
            fitted="#0072B2",
            front="#0072B2",
            cloud="#b3bcc9",
            newest="#E69F00",
            star="#F5B301",
            greys=("#6f7785", "#949cab", "#b4bbc7", "#cfd4dd", "#858d9b", "#a5adba"),
            other="#9aa1ad",
        ),
        Theme.DARK: Palette(
            text="#eef1f6",
            muted="#a7b0bf",
            grid="#2b3240",
            zero="#7d8798",
            surface="#12161f",
            actual="#ffffff",
            fitted="#5BB0F5",
            front="#5BB0F5",
            cloud="#7f8ba1",
            newest="#F5B301",
            star="#FFC83D",
            greys=("#a3abb9", "#7d8696", "#5f6878", "#4a5261", "#8f98a7", "#6d7686"),
            other="#858d9b",
        ),
    }
)

CHANNEL_COLOURS = (
    "#E69F00",
    "#009E73",
    "#56B4E9",
    "#D55E00",
    "#CC79A7",
    "#CCBB44",
    "#AA4499",
    "#44AA99",
    "#EE6677",
    "#999933",
)
"""Okabe-Ito without black, yellow (unreadable on white) and blue (kept for *fitted*); then Tol. Readable on both themes."""

FONT_FAMILY = "'Source Sans', 'Source Sans 3', 'Source Sans Pro', system-ui, sans-serif"
OTHER_CHANNELS = "Other channels"
MAX_STACKED_CHANNELS = 10

_CURRENCY_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "BRL": "R$", "PLN": "zł"}
_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
NOT_AVAILABLE = "n/a"


def channel_colours(names_by_spend_rank: Sequence[str]) -> dict[str, str]:
    """Fix one colour per channel.

    The first ten get the colours of :data:`CHANNEL_COLOURS`; later ones get lighter and darker versions in the same order.

    Args:
        names_by_spend_rank: Channel keys, highest spend first; organic channels after the paid ones.

    Returns:
        Channel key to CSS colour, in the same order.
    """
    count = len(CHANNEL_COLOURS)
    return {name: _shade(CHANNEL_COLOURS[rank % count], rank // count) for rank, name in enumerate(names_by_spend_rank)}


def baseline_colours(names: Sequence[str], theme: Theme) -> dict[str, str]:
    """Give every part of the baseline a grey, the intercept the strongest."""
    greys = PALETTES[theme].greys
    return {name: greys[rank % len(greys)] for rank, name in enumerate(names)}


def apply_theme(figure: go.Figure, theme: Theme, *, title: str, height: int, subtitle: str = "") -> go.Figure:
    """Give a figure the shared look: transparent background, readable fonts, visible zero line, quiet grid.

    Args:
        figure: Changed in place.
        theme: Light or dark.
        title: One sentence: the finding, or what is shown. Escaped here.
        height: Pixels; fixed, so that nothing jumps when data arrive.
        subtitle: A quieter second line; escaped here.

    Returns:
        The same figure.
    """
    palette = PALETTES[theme]
    look: dict[str, object] = {
        "template": "none",
        "meta": {"title": title, "subtitle": subtitle},
        "height": height,
        "title": {
            "text": f"<b>{escape(title)}</b>",
            "subtitle": {"text": escape(subtitle), "font": {"size": 13, "color": palette.muted}},
            "font": {"size": 16, "color": palette.text},
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 8},
            "automargin": False,
        },
        "font": {"family": FONT_FAMILY, "size": 13, "color": palette.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 64, "r": 16, "t": 76 if subtitle else 52, "b": 56},
        "hoverlabel": {
            "font": {"family": FONT_FAMILY, "size": 13, "color": palette.text},
            "bgcolor": palette.surface,
            "bordercolor": palette.zero,
            "align": "left",
            "namelength": -1,
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": palette.zero, "activecolor": palette.text},
        "legend": {"font": {"size": 12, "color": palette.text}, "bgcolor": "rgba(0,0,0,0)"},
    }
    axis = {
        "gridcolor": palette.grid,
        "linecolor": palette.zero,
        "tickfont": {"size": 12, "color": palette.muted},
        "title": {"font": {"size": 13, "color": palette.muted}},
        "zeroline": True,
        "zerolinecolor": palette.zero,
        "zerolinewidth": 1.5,
        "automargin": True,
    }
    arrange(figure, look, xaxes=axis, yaxes=axis)
    return figure


def arrange(
    figure: go.Figure,
    layout: Mapping[str, object],
    *,
    xaxes: Mapping[str, object] = MappingProxyType({}),
    yaxes: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Change a figure's layout in one step: what Plotly's own update methods do, a property at a time and twice as slowly.

    Args:
        figure: Changed in place.
        layout: Nested settings; those not named stay.
        xaxes: Settings of every horizontal axis.
        yaxes: Settings of every vertical axis.
    """
    now = figure.layout.to_plotly_json()
    for kind, settings in (("xaxis", xaxes), ("yaxis", yaxes)):
        for name in [name for name in now if name.startswith(kind)] or [kind]:
            now[name] = _merged(now.get(name, {}), settings)
    figure.layout = _merged(now, layout)


def _merged(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    """Both, the new settings over the old ones; nested settings are merged too."""
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        is_nested = isinstance(value, Mapping) and isinstance(before, Mapping)
        merged[name] = _merged(before, value) if is_nested else value  # type: ignore[arg-type]
    return merged


def escape(text: str) -> str:
    """Make text safe for Plotly, which reads a little HTML: a channel called ``<b>`` is shown as it is written."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def faint(colour: str, opacity: float) -> str:
    """A colour ``#RRGGBB`` that lets what is behind it through, for bands; opacity 0..1."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def hover_text(text: str) -> str:
    """Make text safe inside a hover template, where ``%{`` begins a field."""
    return escape(text).replace("%", "&#37;")


def take_title(figure: go.Figure) -> tuple[str, str]:
    """Take title and subtitle out of a figure, for a page that shows them as text that can wrap.

    Args:
        figure: Changed in place: no title, and no room kept for it; ``meta["top"]`` pixels for titles of panels.

    Returns:
        Title and subtitle as they were given to :func:`apply_theme`, not escaped.
    """
    meta = figure.layout.meta or {}
    figure.update_layout(title=None, margin={"t": meta.get("top", 12)})
    return str(meta.get("title", "")), str(meta.get("subtitle", ""))


def short_label(name: str, limit: int = 24) -> str:
    """Cut a long name in its middle, so that both ends stay readable, and escape it.

    Args:
        name: Any text.
        limit: Most characters shown, at least 3.

    Returns:
        Escaped text; the full name belongs into the hover.
    """
    if len(name) <= limit:
        return escape(name)
    head = limit // 2
    tail = limit - 1 - head
    return escape(f"{name[:head]}…{name[len(name) - tail :]}")


def currency_sign(code: str) -> str:
    """``EUR`` to ``€``; an unknown code followed by a space stays as it is."""
    return _CURRENCY_SIGNS.get(code, f"{code} " if code else "")


def compact_number(value: float, digits: int = 3) -> str:
    """Write a number with about three significant digits: ``1.24M``, ``12.3k``, ``0.0475``, ``-3``.

    Args:
        value: Any number; what is not finite is written as "n/a".
        digits: Significant digits.
    """
    if not math.isfinite(value):
        return NOT_AVAILABLE
    scale, unit = next(
        ((step, unit) for step, unit in _STEPS if abs(value) >= step * (1 - 0.5 * 10**-digits)), (1.0, "")
    )
    scaled = value / scale
    if scaled == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(scaled))))
    text = f"{scaled:.{min(decimals, 6)}f}"
    if float(text) == 0:
        return "0"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + unit


def compact_money(value: float, currency: str) -> str:
    """``€1.24M``; "n/a" when the number is not finite."""
    text = compact_number(value)
    if text == NOT_AVAILABLE:
        return text
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{currency_sign(currency)}{text.removeprefix('-')}"


def percent(share: float, digits: int = 0) -> str:
    """``0.613`` to ``61%``; "n/a" when the share is not finite."""
    if not math.isfinite(share):
        return NOT_AVAILABLE
    text = f"{share * 100:.{digits}f}"
    return "0%" if float(text) == 0 else f"{text}%"


def _shade(colour: str, round_number: int) -> str:
    if round_number == 0:
        return colour
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    step = 0.09 * ((round_number + 1) // 2)
    light = min(0.82, light + step) if round_number % 2 else max(0.28, light - step)
    return "#" + "".join(f"{round(255 * part):02X}" for part in colorsys.hls_to_rgb(hue, light, saturation))
