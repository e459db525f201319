"""Words in column names that tell what a column is, in the languages marketers name columns in."""

import re
from typing import NamedTuple


def set_of_words(text: str) -> frozenset[str]:
    """The words of a list as people write it, separated by spaces."""
    return frozenset(text.split())


SPEND = set_of_words(
    "spend spends spending cost costs kosten ausgaben budget invest investment investments expenditure expense expenses "
    "mdsp aufwand depense depenses dépense dépenses cout coût couts coûts gasto gastos coste costes inversion inversión "
    "spesa spese costo costi uitgaven despesa custo investimento adspend amount"
)
SPEND_PARTS = ("spend", "kosten", "ausgaben", "budget", "dépense", "inversi", "investi")

EXPOSURE = set_of_words(
    "impression impressions impr imps imp mdip click clicks klick klicks clics clic cliques view views reach "
    "reichweite grp grps trp trps insertion insertions circulation send sends sent opens open contacts contact spots spot "
    "engagement engagements impressionen sichtkontakte plays deliveries delivered exposures exposure kontakte versand"
)
EXPOSURE_PARTS = ("impression", "click", "klick", "reichweite")

ORGANIC = set_of_words(
    "organic organisch organique newsletter newsletters email emails mail mails edm crm sms push seo blog pr posts "
    "post unpaid owned earned referral whatsapp notification notifications"
)
ORGANIC_PARTS = ("newsletter", "organic")

CHANNEL = set_of_words(
    "tv television televisión télé tele fernsehen fernseh ctv ott radio audio podcast podcasts print press presse "
    "magazine magazines newspaper newspapers zeitung zeitungen zeitschriften ooh dooh outdoor plakat plakate affichage "
    "search sem sea ppc google adwords bing facebook meta fb instagram insta tiktok youtube yt snapchat pinterest "
    "linkedin twitter reddit display banner programmatic video social affiliate affiliates influencer influencers "
    "retargeting remarketing shopping pmax cinema kino criteo amazon dsp directmail flyer leaflet catalogue catalog "
    "sponsoring sponsorship media paid"
)
TELEVISION = set_of_words("tv television televisión télé tele fernsehen fernseh")

OUTCOME_WEIGHTS = {
    **dict.fromkeys(set_of_words("outcome target kpi dependent"), 10),
    **dict.fromkeys(
        set_of_words("revenue revenues umsatz umsätze umsatze turnover gmv erlös erlöse ricavi fatturato ingresos"), 9
    ),
    **dict.fromkeys(
        set_of_words("sales ventes ventas vendite omzet vendas abverkauf absatz verkauf verkäufe receita faturamento"),
        8,
    ),
    **dict.fromkeys(
        set_of_words("conversions conversion orders order bestellungen bestellung transactions purchases"), 6
    ),
    **dict.fromkeys(
        set_of_words("bookings buchungen subscriptions subscribers signups signup installs leads units"), 5
    ),
    **dict.fromkeys(
        set_of_words("registrations applications downloads customers kunden commandes pedidos acquisitions"), 5
    ),
    **dict.fromkeys(set_of_words("visits sessions traffic visitors footfall besuche besucher visitas"), 2),
}
"""How strongly a word says that a column is what is to be explained; 2 and less is often itself a result of media."""
OUTCOME_PARTS = {"umsatz": 9, "revenue": 9, "bestellung": 6}
COUNTED_OUTCOMES = frozenset(word for word, weight in OUTCOME_WEIGHTS.items() if weight <= 6) | {"absatz"}

OUTSIDE = set_of_words(
    "competitor competitors competition competitive competing wettbewerb wettbewerber konkurrenz konkurrent concurrent "
    "concurrents concurrence competencia concorrenti rival control controls index indice trends cpi gdp bip "
    "unemployment arbeitslosigkeit inflation sentiment confidence awareness bekanntheit consideration mobility "
    "covid corona lockdown stringency"
)
CIRCUMSTANCE = set_of_words(
    "price prices preis preise prix precio prezzo promo promos promotion promotions aktion aktionen discount discounts "
    "rabatt rabatte markdown markdowns mrkdn offer offers temperature temp weather wetter rain sun sunshine regen "
    "holiday holidays hldy feiertag feiertage ferien event events dummy flag seas season distribution stock stores "
    "assortment launch launches demand noise oos availability"
)
RATIO = set_of_words("per cpc cpm cpa cpo cpl cpv roas roi ctr cvr aov asp ltv")
PART_OF = set_of_words("rate ratio share pct percent anteil quote")
CALENDAR = set_of_words(
    "yr year jahr year_nbr qtr quarter quartal month monat mon mth week woche wk kw prd period periode day tag weekday "
    "wochentag dow doy dayofyear dayofweek weekofyear monthofyear t time idx index nbr nr number no num in of the fiscal "
    "iso cal calendar date datum"
)
IDENTITY = set_of_words("id ids uuid guid key hash unnamed rownum row")
POPULATION = set_of_words("population pop einwohner households haushalte inhabitants")
PLACE = set_of_words(
    "geo geography region regions country market dma state city store shop branch bundesland land pays ville location "
    "province territory zip plz brand"
)
NOTE = set_of_words("note notes comment comments remark remarks bemerkung kommentar memo description")
GENERIC = set_of_words(
    "ad ads paid total gesamt media online offline eur usd gbp chf euro euros the in of net gross netto brutto value daily "
    "weekly monthly all local sum"
)

_TOKENS = re.compile(r"[A-Z]{2,}s(?![a-zà-ÿ])|[A-ZÄÖÜ]+(?![a-zà-ÿ])|[A-ZÄÖÜ]?[a-zà-ÿ]+|\d+|[^\W\d_]+")
_SUFFIX = re.compile(r".+[_. ]([SIPOB])$")


class NameClues(NamedTuple):
    """What a column's name says.

    Attributes:
        tokens: Its words in lower case.
        suffix: The closing letter of Robyn's naming (S spend, I impressions, P other exposure, O organic, B context) or "".
        stem: Its words without those that say what is measured: "search" of "search_clicks_P".
    """

    tokens: tuple[str, ...]
    suffix: str
    stem: frozenset[str]

    def any_of(self, words: frozenset[str], parts: tuple[str, ...] = ()) -> bool:
        """Whether a word is among ``words`` or contains one of ``parts``."""
        return any(token in words or any(part in token for part in parts) for token in self.tokens)


def read_name(name: str) -> NameClues:
    """Split a column's name into words.

    Args:
        name: ``search_clicks_P``, ``TVSpend``, ``Fernsehen Köln``.
    """
    tokens = tuple(token.lower() for token in _TOKENS.findall(name))
    match = _SUFFIX.fullmatch(name)
    suffix = match[1] if match else ""
    words = tokens[:-1] if suffix else tokens
    bare = (_without_measure(word) for word in words)
    return NameClues(tokens, suffix, frozenset(word for word in bare if word and word not in GENERIC))


def _without_measure(word: str) -> str:
    if word in SPEND or word in EXPOSURE:
        return ""
    for part in (*SPEND_PARTS, *EXPOSURE_PARTS):
        if part in word:
            return word.replace(part, "")
    return word
