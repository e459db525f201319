import io
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm_core.entities.model_output import Provenance
from mmm_core.errors import StoreError
from mmm_core.store.codec import decode, dump_json, encode, read_arrays, read_table, write_table
from tests.store.builders import provenance
from tests.store.sameness import differences


def through_parquet(table: pd.DataFrame) -> pd.DataFrame:
    file = io.BytesIO()
    write_table(table, file)
    return read_table(file, "The table")[0]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=64), min_size=1, max_size=20))
def test_every_number_survives_parquet(numbers: list[float]) -> None:
    table = pd.DataFrame({"x": numbers})
    assert differences(through_parquet(table), table) == []


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates_keep_their_resolution(unit: str) -> None:
    table = pd.DataFrame({"date": pd.date_range("1999-12-27", periods=3, freq="7D").astype(f"datetime64[{unit}]")})
    assert differences(through_parquet(table), table) == []


def test_texts_that_are_python_objects_stay_so() -> None:
    table = pd.DataFrame({"event": pd.Series(["a", None, "c"], dtype=object)})
    assert differences(through_parquet(table), table) == []


def test_a_named_index_survives() -> None:
    table = pd.DataFrame({"x": [1.0, 2.0]}, index=pd.Index(["a", "b"], name="channel"))
    assert differences(through_parquet(table), table) == []


def test_a_column_of_mixed_kinds_is_refused_with_a_sentence() -> None:
    with pytest.raises(StoreError, match="one kind of value"):
        write_table(pd.DataFrame({"x": pd.Series([1, "two"], dtype=object)}), io.BytesIO())


def test_two_columns_of_one_name_are_refused_with_a_sentence() -> None:
    with pytest.raises(StoreError, match="its own name"):
        write_table(pd.DataFrame([[1, 2]], columns=["x", "x"]), io.BytesIO())


def test_a_pickled_object_is_never_opened() -> None:
    file = io.BytesIO()
    np.savez(file, evil=np.array([{}], dtype=object))
    file.seek(0)
    with pytest.raises(StoreError, match="cannot be read"):
        read_arrays(file, "Run 1")


def test_json_is_strict_and_readable() -> None:
    text = dump_json({"größe": math.nan}).decode()
    assert json.loads(text, parse_constant=pytest.fail) == {"größe": "nan"}
    assert "größe" in text


def test_provenance_survives_json() -> None:
    document = json.loads(dump_json(provenance()))
    assert differences(decode(Provenance, document), provenance()) == []


def test_a_document_that_does_not_fit_is_refused() -> None:
    with pytest.raises(StoreError, match="stored Provenance cannot be read"):
        decode(Provenance, {"engine_version": "1"})


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_plain_values_are_encoded_as_they_are(value: object) -> None:
    assert encode(value) == value
