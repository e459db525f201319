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


def refusing_callback() -> None:
    import streamlit as st

    from mmm_core.errors import StoreError
    from pages.shared.boundary import callback, page

    @callback("Nothing was kept")
    def refuse() -> None:
        raise StoreError("The disk is full.")

    with page("Refusing"):
        st.button("Keep", on_click=refuse)
        if st.session_state.get("again", True):
            st.session_state["again"] = not st.session_state.get("again", False)
            st.rerun()


def test_a_refused_callback_is_told_on_the_next_drawing_even_when_that_begins_anew_and_then_no_more() -> None:
    app = AppTest.from_function(refusing_callback).run()
    app.session_state["again"] = True
    app.button[0].click().run()
    assert "Nothing was kept" in words(app)
    assert "The disk is full." in words(app)
    assert not app.exception
    assert not app.run().error
