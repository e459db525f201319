from streamlit.testing.v1 import AppTest

from pages.shared import boundary
from tests.app.conftest import words


def raising_page() -> None:
    from pages.shared.boundary import page

    with page("Raising"):
        raise ZeroDivisionError("an unforeseen case")


def refusing_page() -> None:
    from mmm_core.errors import StoreError
    from pages.shared.boundary import page

    with page("Refusing"):
        raise StoreError("The disk is full.")


def test_an_unforeseen_error_is_a_sentence_with_details_to_copy(broken: list[str]) -> None:
    app = AppTest.from_function(raising_page).run()
    assert boundary.UNEXPECTED in words(app)
    assert "ZeroDivisionError: an unforeseen case" in app.code[0].value
    assert not app.exception
    broken.clear()


def test_the_tests_of_all_pages_notice_an_unforeseen_error(broken: list[str]) -> None:
    AppTest.from_function(raising_page).run()
    assert "ZeroDivisionError" in broken[0]
    broken.clear()


def test_a_refusal_is_its_sentence_alone() -> None:
    app = AppTest.from_function(refusing_page).run()
    assert [error.value for error in app.error] == ["The disk is full."]
