"""Global Trade Item Numbers: the digits under a barcode (GS1 General Specifications, section 1.4 and 7.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.kernel.text import ascii_digits

_PADDING = re.compile(r"[\s\u00a0\u200b-\u200f\u2060\ufeff\u00ad\-\u2010-\u2015\u2212]+")
_LENGTHS = (8, 12, 13, 14)


class BadGtin(ValueError):
    """Digits that are no GTIN of a product.

    `code`: GTIN_NOT_DIGITS | GTIN_LENGTH | GTIN_CHECK_DIGIT | GTIN_NOT_A_PRODUCT. `message` says the cure.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check_digit(body: str) -> str:
    """The mod-10 digit that completes `body` (ASCII digits without their check digit), any GTIN length.

    Weights 3 and 1 alternate from the right (GS1 General Specifications, 7.9.1).
    """
    total = sum(map(int, body[-2::-2])) + 3 * sum(map(int, body[::-2]))
    return str(-total % 10)


@dataclass(frozen=True, slots=True)
class Gtin:
    """`key`: 14 digits, left padded with zeros, to store and compare. `printed`: 8 to 14, as on the pack."""

    key: str
    printed: str

    @classmethod
    def parse(cls, text: str) -> Gtin:
        """Read a GTIN-8, -12, -13 or -14 as typed or scanned.

        White space, NBSP and dashes are ignored, digits of any script are understood. Raises BadGtin; books,
        periodicals and coupons (GS1 prefixes 977-979, 980-999, and 050-059 of UPC) are no products.
        """
        digits = _PADDING.sub("", ascii_digits(text))
        if not (digits.isascii() and digits.isdigit()):
            what = "A barcode has digits only." if digits else "There is no barcode here."
            raise BadGtin("GTIN_NOT_DIGITS", f"{what} Type the digits under the bars, or leave it empty.")
        if len(digits) not in _LENGTHS:
            raise BadGtin(
                "GTIN_LENGTH",
                f"A barcode has 8, 12, 13 or 14 digits, this has {len(digits)}."
                " Look for digits left out (often the zeros in front).",
            )
        if digits == digits[0] * len(digits):
            raise BadGtin("GTIN_NOT_A_PRODUCT", f"{digits} stands for 'no barcode'. Leave it empty instead.")
        expected = check_digit(digits[:-1])
        if digits[-1] != expected:
            raise BadGtin(
                "GTIN_CHECK_DIGIT",
                f"The last digit of {digits} would have to be {expected}, so a digit is mistyped."
                " Scan it again or compare it with the pack.",
            )
        gtin = cls(digits.rjust(14, "0"), digits)
        if not gtin._is_gtin8:
            prefix = gtin.key[1:4]
            if prefix >= "980" or prefix.startswith("05"):
                raise BadGtin("GTIN_NOT_A_PRODUCT", f"{digits} is a coupon or refund receipt, not a product.")
            if prefix >= "977":
                raise BadGtin("GTIN_NOT_A_PRODUCT", f"{digits} is the number of a book or periodical, not a product.")
        return gtin

    @property
    def store_scoped(self) -> bool:
        """Restricted circulation: a number each shop gives as it likes, so never a key between shops.

        GS1 prefixes 020-029, 040-049 and 200-299; GTIN-8 beginning with 0 or 2 (GS1 General
        Specifications, 1.4).
        """
        if self._is_gtin8:
            return self.key[6] in "02"
        return self.key[1] == "2" or self.key[1:3] in ("02", "04")

    @property
    def _is_gtin8(self) -> bool:
        return self.key.startswith("000000")

    def __str__(self) -> str:
        return self.printed
