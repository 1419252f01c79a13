import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.gtin import BadGtin, Gtin, check_digit

LENGTHS = st.sampled_from([7, 11, 12, 13])


@st.composite
def product_digits(draw: st.DrawFn) -> str:
    """A valid GTIN-13 of India's prefix."""
    body = "890" + draw(st.text("0123456789", min_size=9, max_size=9))
    return body + check_digit(body)


def refused(text: str) -> str:
    with pytest.raises(BadGtin) as bad:
        Gtin.parse(text)
    assert bad.value.message
    return bad.value.code


def outcome(text: str) -> str:
    """The code of the refusal, "" when taken."""
    try:
        Gtin.parse(text)
    except BadGtin as bad:
        return bad.code
    return ""


@pytest.mark.parametrize(
    ("text", "key", "printed"),
    [
        ("8901000001016", "08901000001016", "8901000001016"),
        (" 8901 0000-01016\u00a0", "08901000001016", "8901000001016"),
        ("८९०१०००००१०१६", "08901000001016", "8901000001016"),
        ("96385074", "00000096385074", "96385074"),
        ("036000291452", "00036000291452", "036000291452"),
        ("18901000001013", "18901000001013", "18901000001013"),
    ],
)
def test_a_gtin_is_kept_as_printed_and_keyed_as_14_digits(text: str, key: str, printed: str) -> None:
    assert Gtin.parse(text) == Gtin(key, printed)


def test_upc_and_ean_of_one_product_share_their_key() -> None:
    assert Gtin.parse("036000291452").key == Gtin.parse("0036000291452").key


def test_a_wrong_check_digit_is_refused_with_the_right_one_in_the_message() -> None:
    with pytest.raises(BadGtin, match="have to be 6") as bad:
        Gtin.parse("8901000001017")
    assert bad.value.code == "GTIN_CHECK_DIGIT"


@pytest.mark.parametrize("text", ["", "NA", "PARLE01", "8.90100E+12", "8901000001016 / 8901000002020", "²3456789"])
def test_what_is_not_digits_is_refused(text: str) -> None:
    assert refused(text) == "GTIN_NOT_DIGITS"


@pytest.mark.parametrize("text", ["0", "1234567", "123456789", "123456789012345"])
def test_an_odd_length_is_refused(text: str) -> None:
    assert refused(text) == "GTIN_LENGTH"


@pytest.mark.parametrize("text", ["00000000", "1111111111111", "0000000000000"])
def test_placeholders_are_no_products(text: str) -> None:
    assert refused(text) == "GTIN_NOT_A_PRODUCT"


@pytest.mark.parametrize(
    "body", ["978817525766", "977123456789", "979817525766", "981234567890", "990000000001", "51234567890"]
)
def test_books_periodicals_and_coupons_are_no_products(body: str) -> None:
    assert refused(body + check_digit(body)) == "GTIN_NOT_A_PRODUCT"


@pytest.mark.parametrize(
    "body", ["210000000001", "299999999999", "020000000001", "041234567890", "0212345", "2123456", "21234567890"]
)
def test_restricted_circulation_numbers_are_scoped_to_the_store(body: str) -> None:
    assert Gtin.parse(body + check_digit(body)).store_scoped


@pytest.mark.parametrize("text", ["8901000001016", "96385074", "036000291452", "18901000001013"])
def test_numbers_given_by_gs1_are_not_scoped(text: str) -> None:
    assert not Gtin.parse(text).store_scoped


@given(LENGTHS.flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)))
def test_the_check_digit_completes_any_body_and_no_other_digit_does(body: str) -> None:
    right = check_digit(body)
    for digit in "0123456789":
        wanted = ("", "GTIN_NOT_A_PRODUCT") if digit == right else ("GTIN_CHECK_DIGIT", "GTIN_NOT_A_PRODUCT")
        assert outcome(body + digit) in wanted


@given(product_digits(), st.integers(0, 12), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(digits: str, at: int, by: int) -> None:
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    assert refused(wrong) == "GTIN_CHECK_DIGIT"


@given(product_digits())
def test_a_key_parses_to_the_same_key_and_scope(digits: str) -> None:
    gtin = Gtin.parse(digits)
    again = Gtin.parse(gtin.key)
    assert (again.key, again.store_scoped) == (gtin.key, gtin.store_scoped)


@given(st.text(max_size=30))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    outcome(text)
