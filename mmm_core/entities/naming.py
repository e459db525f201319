"""How channels are written in sentences, the same everywhere."""

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


def join_words(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else " and ".join([", ".join(words[:-1]), words[-1]]) if words else ""
