"""How channels are written in sentences, the same everywhere."""

from collections import Counter
from collections.abc import Sequence


def readable_name(channel: str) -> str:
    """``tv_spend`` to ``TV``, ``paid_social_spend`` to ``Paid social``: how a channel key is written in a sentence."""
    stem = channel
    for ending in ("_spend", "_cost", "_spending", " spend", "_S"):
        stem = stem.removesuffix(ending) or channel
    words = stem.replace("_", " ").strip()
    if len(words) <= 3 and words.isalpha():
        return words.upper()
    return words[:1].upper() + words[1:]


def display_names(channels: Sequence[str]) -> dict[str, str]:
    """Readable names that stay distinct: two keys that would read the same keep their keys.

    Args:
        channels: Channel keys or other column names.

    Returns:
        Key to name, in the same order.
    """
    names = {channel: readable_name(channel) for channel in channels}
    taken = Counter(names.values())
    return {channel: name if taken[name] == 1 else channel for channel, name in names.items()}


def join_words(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else " and ".join([", ".join(words[:-1]), words[-1]]) if words else ""
