import numpy as np
import pytest

from geo3d.ops.whole_numbers import flags, flags_reference, whole_numbers, whole_numbers_reference

TEXTS = [
    *(b"", b"7", b"7\n", b"1\n2\n3", b"-5\n+6\n", b" 4 \t\r\n 5\r\n", b"0012\n", b"9223372036854775807\n"),
    *(
        b"\n",
        b"1\n\n2\n",
        b"1 2\n",
        b"1.5\n",
        b"a\n",
        b"1\nx\n",
        b"--1\n",
        b"-\n",
        b"9223372036854775808\n",
        b"1\n2-\n",
    ),
    *(b"\xff\n", b"1\n \n", b"1\x00\n"),
]


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_texts_are_read_as_line_by_line(text: bytes):
    found, wanted = whole_numbers(text), whole_numbers_reference(text)
    assert type(found) is type(wanted)
    assert np.array_equal(found, wanted)


def test_random_texts_are_read_as_line_by_line():
    random = np.random.default_rng(0)
    signs = np.frombuffer(b"0123456789-+ \n\n\n\t\rx", np.uint8)
    for _ in range(300):
        text = random.choice(signs, random.integers(0, 30)).tobytes()
        found, wanted = whole_numbers(text), whole_numbers_reference(text)
        assert np.array_equal(found, wanted), text


def test_a_large_text_gives_its_numbers():
    numbers = np.random.default_rng(1).integers(-(2**40), 2**40, 100_000)
    assert np.array_equal(whole_numbers("\n".join(map(str, numbers)).encode()), numbers)


@pytest.mark.parametrize(
    "text", [b"", b"1", b"0\n1\n", b"0\n1", b"1\r\n", b"2\n", b"1\n\n", b"\n", b"10\n", b"1\n "], ids=repr
)
def test_flags_are_read_as_line_by_line(text: bytes):
    assert (flags(text) is None) == (flags_reference(text) is None)
    assert np.array_equal(flags(text), flags_reference(text))  # type: ignore[arg-type]


def test_random_flags_are_read_as_line_by_line():
    random = np.random.default_rng(2)
    signs = np.frombuffer(b"0\n1\n0\n1\n2 ", np.uint8).copy()
    for _ in range(300):
        lines = [random.choice([b"0", b"1"]) for _ in range(random.integers(0, 9))]
        text = b"".join(line + b"\n" for line in lines) + random.choice(signs, random.integers(0, 2)).tobytes()
        assert (flags(text) is None) == (flags_reference(text) is None), text
        assert np.array_equal(flags(text), flags_reference(text)), text  # type: ignore[arg-type]


def test_flags_are_the_numbers_that_are_not_0():
    wanted = np.random.default_rng(3).random(10_000) < 0.5
    found = flags(b"".join(b"%d\n" % one for one in wanted))
    assert found is not None
    assert found.dtype == bool
    assert np.array_equal(found, wanted)
