"""The page of error codes knows every code that stands in the code."""

from __future__ import annotations

import re
from collections import defaultdict

from local import callgraph
from local.docs import errors, refusals
from local.home import ROOT
from services.csv_import.domain.problems import FILE_CODES, ROW_CODES

# In capitals and with an underscore, but never answered or reported: what AWS and libraries call things.
NO_CODES = {"ALL_NEW", "ALL_OLD", "IDENTITY_VERSION", "IN_MH"} | {
    "NEGATIVE_STOCK",
    "PRICE_BELOW_COST",
    "EXPIRED_STOCK",
    "SAME_AS_ANOTHER",
}
"""No refusals; the last four are flags and warnings of what was taken."""


def sources() -> dict[str, str]:
    return {
        str(file.relative_to(ROOT)): re.sub(r'""".*?"""', "", file.read_text("utf-8"), flags=re.DOTALL)
        for top in ("services", "shared")
        for file in (ROOT / top).rglob("*.py")
    }


def on_the_page() -> set[str]:
    return set(
        re.findall(r"^\|(?: \d{3} \|)? `([^`]+)` \|", (ROOT / "docs/errors.md").read_text("utf-8"), re.MULTILINE)
    )


def test_what_looks_like_a_code_is_on_the_page() -> None:
    missing = {
        f"{file}: {literal}"
        for file, text in sources().items()
        for literal in re.findall(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"', text)
        if literal not in on_the_page() | NO_CODES
    }
    assert missing == set()


def test_what_is_refused_with_is_on_the_page_whatever_it_looks_like() -> None:
    """By the shape of the call alone: the first text that a problem, a field's error or a pydantic check is given."""
    kinds = "Problem|Malformed|Unauthenticated|Forbidden|NotFound|Conflict|Busy|Stale|TooLarge|UnsupportedMedia|Invalid"
    shape = rf'\b(?:{kinds}|Unavailable|Refused|MappingProblem|FileProblem|PydanticCustomError|Bad\w+)\(\s*"([^"]+)"'
    field = r'\b(?:FieldError|RowError)\(\s*[^,()]+,\s*"([^"]+)"'
    found = {c for text in sources().values() for how in (shape, field) for c in re.findall(how, text)}
    assert len(found) > 50
    assert {code.upper() for code in found} - on_the_page() == set()


def test_codes_are_in_capitals() -> None:
    known = (
        {r.code for r in refusals.everywhere()} | FILE_CODES.keys() | ROW_CODES.keys() | errors.pydantic_codes().keys()
    )
    assert [code for code in known if not re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", code)] == []
    assert known <= on_the_page()


def test_a_code_has_one_status() -> None:
    statuses = defaultdict(set)
    for refusal in refusals.everywhere():
        if refusal.status:
            statuses[refusal.code].add(int(refusal.status))
    assert {code: s for code, s in statuses.items() if len(s) > 1} == {}


def test_every_refusal_says_something() -> None:
    silent = {r.code for r in refusals.everywhere() if r.status and not re.search(r"\w{3}", r.sentence)}
    assert silent == set()


def test_what_is_made_by_a_kind_of_its_own_is_found() -> None:
    """``Taken`` calls ``super().__init__``; a GTIN's own complaint is handed on by ``except BadGtin``."""
    found = {(r.code, r.module): r for r in refusals.everywhere() if r.status}
    assert found["PRODUCT_EXISTS", "services.catalog.store.products"].extra == ("product_id",)
    assert ("GTIN_CHECK_DIGIT", "services.catalog.api") in found


def test_all_modules_are_read() -> None:
    assert {"services.csv_import.domain.rows", "shared.kernel.gtin", "shared.aws.http"} <= set(callgraph.modules())
