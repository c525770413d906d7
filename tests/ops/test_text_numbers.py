"""Numbers in text beside Python's own reader."""

import numpy as np
import pytest

from geo3d.ops.text_numbers import read_table, read_table_reference

random = np.random.default_rng(0)


def texts() -> list[bytes]:
    values = random.normal(size=(200, 4)) * 10.0 ** random.integers(-30, 30, (200, 4))
    forms = ("%r", "%.3f", "%.17g", "%+.6e", "%d", "%.25f", "%G")
    made = ["\n".join(" ".join(form % float(v) for v in row) for row in values) for form in forms]
    return [text.encode() for text in made]


@pytest.mark.parametrize("text", texts(), ids=range(len(texts())))
def test_numbers_are_those_that_python_reads(text):
    np.testing.assert_allclose(read_table(text).rows, read_table_reference(text), rtol=5e-16, atol=0)


def test_up_to_fifteen_digits_they_are_the_same_to_the_bit():
    text = "\n".join(f"{v:.9f} {v:.6e}" for v in random.uniform(-1e5, 1e5, 500)).encode()
    np.testing.assert_array_equal(read_table(text).rows, read_table_reference(text))


def test_separators_comments_and_empty_lines():
    text = b"# head\r\n1,2;3\r\n\n  4\t5  6 # six\n//\n7 8 9"
    np.testing.assert_array_equal(read_table(text).rows, np.arange(1, 10).reshape(3, 3))


def test_what_is_no_finite_number():
    rows = read_table(b"nan NaN -inf Infinity +INF 1e999 -1e-999 1e-320").rows[0]
    np.testing.assert_array_equal(rows, [np.nan, np.nan, -np.inf, np.inf, np.inf, np.inf, 0.0, float("1e-320")])


@pytest.mark.parametrize(
    "word", [b"x", b"1x", b".", b"-", b"+", b"1e", b"1e+", b"1.2.3", b"--1", b"na", b"0x10", b"1_0"]
)
def test_words_that_are_no_numbers_end_the_table_with_their_line(word):
    table = read_table(b"1 2\n\n3 4\n5 " + word + b"\n6 7\n")
    np.testing.assert_array_equal(table.rows, [[1, 2], [3, 4]])
    assert table.line == 3
    assert table.fault is not None
    assert table.fault.endswith("is not numbers")


def test_rows_of_another_width_and_a_limit():
    table = read_table(b"1 2\n3\n")
    assert table.fault == "'3' has not 2 numbers, as lines before"
    limited = read_table(b"1 2\n3 4\n5 6 7\n", 2)
    assert limited.fault is None
    assert limited.end == 8
    assert len(limited.rows) == 2


def test_random_bytes_never_read_beyond_their_end():
    alphabet = np.frombuffer(b"0123456789+-.eE \n,#/naif", np.uint8)
    for seed in range(300):
        text = np.random.default_rng(seed).choice(alphabet, 60).tobytes()
        table = read_table(text)
        assert table.end <= len(text)
        if table.fault is None and b"#" not in text and b"/" not in text:
            np.testing.assert_allclose(table.rows.ravel(), read_table_reference(text).ravel(), rtol=1e-14)
