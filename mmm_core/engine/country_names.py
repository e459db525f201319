"""Names of the countries whose public holidays are known."""


def country_names() -> dict[str, str]:
    """Two-letter ISO code to English name, by name."""
    from holidays.registry import COUNTRIES

    found = {codes[1]: key.replace("_", " ").title() for key, codes in COUNTRIES.items() if len(codes[1]) == 2}
    return dict(sorted(found.items(), key=lambda item: item[1]))
