import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import manual
from pages.shared.glossary import GLOSSARY
from pages.shared.manual import EXPLAINED_UNDER, address_of, anchor_of, sections
from tests.app.conftest import words

Visit = Callable[..., AppTest]

FIGURES = (
    *("Contributions", "Shares of spend and effect", "ROAS and cost per conversion", "Marginal ROAS", "Fit error"),
    *("Business error", "Carry-over", "Saturation", "Fronts and the recommended model", "Clusters", "Response curves"),
    *("Three kinds of uncertainty", "Spread across models", "Sampling interval", "Posterior interval", "Budget plan"),
)


def test_the_page_opens_without_a_project_and_shows_the_whole_text(studio: Visit) -> None:
    app = studio("methodology")
    assert app.title[0].value == "Methodology"
    assert [heading.value for heading in app.subheader] == [section.title for section in sections()[1:]]
    for section in sections():
        assert section.text in words(app)


def test_every_heading_is_in_the_contents_and_can_be_linked_to(studio: Visit) -> None:
    app = studio("methodology")
    contents = re.findall(r"^- \[(.+)\]\(#(.+)\)$", words(app), flags=re.MULTILINE)
    assert contents == [(section.title, section.anchor) for section in sections()[1:]]
    assert [heading.proto.anchor for heading in app.subheader] == [anchor for _, anchor in contents]


def test_no_two_headings_share_an_anchor() -> None:
    anchors = [section.anchor for section in sections()]
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize("title", FIGURES)
def test_every_figure_of_the_product_has_its_paragraph(title: str) -> None:
    text = {section.title: section.text for section in sections()}
    assert len(text[title]) > 200


@pytest.mark.parametrize("term", sorted(GLOSSARY))
def test_every_term_of_the_glossary_is_explained_under_a_heading_that_exists(term: str) -> None:
    page, _, anchor = address_of(term).partition("#")
    assert page == "methodology"
    assert anchor in {section.anchor for section in sections()[1:]}


def test_headings_list_only_terms_that_exist_and_each_once() -> None:
    terms = [term for group in EXPLAINED_UNDER.values() for term in group]
    assert len(set(terms)) == len(terms)
    assert set(terms) <= set(GLOSSARY)


def test_no_sentence_turns_into_a_list_because_a_line_begins_with_a_number_or_a_dash() -> None:
    chapters = [section for section in sections() if section.title != "Sources"]
    assert not [
        line for chapter in chapters for line in chapter.text.splitlines() if re.match(r"\d+[.)] |[-+*] ", line)
    ]


def test_an_unknown_term_has_no_address() -> None:
    with pytest.raises(KeyError, match="luck"):
        address_of("luck")


def test_anchors_are_plain_words_joined_by_dashes() -> None:
    assert anchor_of("ROAS and cost per conversion") == "roas-and-cost-per-conversion"
    assert anchor_of("What is modelled?") == "what-is-modelled"


def test_each_kind_of_uncertainty_says_what_it_is_not() -> None:
    text = {section.title: section.text for section in sections()}
    for kind in ("Spread across models", "Sampling interval", "Posterior interval"):
        assert "is **not**" in text[kind]


def test_the_text_lies_beside_the_pages_wherever_they_are_installed() -> None:
    assert manual.MANUAL.relative_to(manual.ROOT).as_posix() == "docs/methodology.md"
