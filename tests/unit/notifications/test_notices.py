"""Who is told of what."""

from __future__ import annotations

from typing import Any

import pytest

from events.base import Event
from events.catalog import (
    ChangedProduct,
    MergedProduct,
    ProductMerged,
    ProductRejected,
    ProductReturned,
    ProductVerified,
)
from events.csv_import import CompletedImport, FailedImport, ImportCompleted, ImportFailed
from events.image_ingest import ImageRejected, RejectedImage
from events.off_sync import FailedOffRun, OffSyncFailed
from events.quality_review import ReviewRef, ReviewRequested, SettledSuggestion, SuggestionSettled
from services.catalog.domain.product import ProductFields, Proposal, fact_of, propose, withdraw
from services.csv_import.domain.problems import FileProblem
from services.notifications.domain import rules
from services.notifications.domain.notices import ADMINS, Mention, Notice, store_feed, store_of
from services.notifications.domain.wording import words
from services.off_sync.domain.problems import RUN_CODES
from services.quality_review.domain.suggestion import GONE
from shared.kernel.region import LANGUAGES
from shared.kernel.translations import translated
from tests.builders import CAUSE, NOON

COUNTED = ("total_rows", "successful", "matched", "created_products", "sent_to_review", "duplicates_found")
FIGURES = dict.fromkeys(COUNTED, 0)
STORES = {"owner-ravi": ["str_1"], "owner-two": ["str_1", "str_2"]}


def told(event: Event) -> list[Notice | Mention]:
    return list(rules.told(event, lambda person: STORES.get(person, [])))


def notices(event: Event) -> list[Notice]:
    """Each as it would be alone."""
    return [one.notice if isinstance(one, Mention) else one for one in told(event)]


def completed(**facts: Any) -> ImportCompleted:
    known = {"job_id": "job_1", "kind": "store", "store_id": "str_1", "filename": "a{b}.csv", "status": "completed"}
    data = CompletedImport.model_validate({**FIGURES, "failed": 0, "skipped": 0, "dry_run": False, **known, **facts})
    return ImportCompleted.stated(CAUSE, data, "job_1")


def failed(**facts: Any) -> ImportFailed:
    known = {"job_id": "job_1", "kind": "store", "store_id": "str_1", "filename": "a.csv"}
    data = FailedImport.model_validate({"error_code": "EMPTY_FILE", "message": "It is empty.", **known, **facts})
    return ImportFailed.stated(CAUSE, data, "job_1")


def product(status: str = "verified", **facts: Any) -> dict[str, Any]:
    return {
        "product_id": "prd_1",
        "version": 2,
        "name": "Parle-G",
        "verification_status": status,
        "source": "store",
        "proposed_by": "owner-ravi",
        "changed": ("verification_status",),
        "previous_status": "pending",
        **facts,
    }


def outcome(kind: Any, **facts: Any) -> Any:
    return kind.stated(CAUSE, ChangedProduct.model_validate(product(**facts)), "prd_1", str(facts))


def review(**facts: Any) -> ReviewRequested:
    known = {"product_id": "prd_1", "name": "Parle-G", "reasons": ("new_product",), "requested_at": NOON}
    data = ReviewRef.model_validate({**known, "source": "store", **facts})
    return ReviewRequested.stated(CAUSE, data, str(facts))


def test_a_store_hears_of_its_file_and_admins_of_the_catalogs() -> None:
    (one,) = notices(completed())
    assert (one.audience, one.severity, one.link) == ("store#str_1", "info", "/v1/stores/str_1/imports/job_1")
    (one,) = notices(completed(kind="catalog", store_id=None, failed=2))
    assert (one.audience, one.severity, one.link) == (ADMINS, "warning", "/v1/admin/catalog-imports/job_1")


def test_of_a_broken_file_admins_hear_and_its_store_if_there_is_one() -> None:
    assert [n.audience for n in notices(failed())] == [ADMINS, "store#str_1"]
    assert [n.audience for n in notices(failed(error_code="STORE_UNKNOWN"))] == [ADMINS]
    assert [n.audience for n in notices(failed(kind="catalog", store_id=None))] == [ADMINS]
    assert {n.pace for n in notices(failed())} == {"at_once"}


def test_the_same_event_makes_the_same_notice() -> None:
    assert notices(failed()) == notices(failed())
    first, second = notices(failed())
    assert first.notice_id != second.notice_id


@pytest.mark.parametrize(
    ("facts", "case"),
    [
        ({"total_rows": 300, "failed": 151, "successful": 149}, "mostly_failed"),
        ({"total_rows": 300, "failed": 150, "successful": 150}, None),
        ({"total_rows": 100, "failed": 99, "successful": 1}, None),
        ({"total_rows": 999, "successful": 999, "created_products": 900, "sent_to_review": 99}, None),
        ({"total_rows": 1000, "successful": 1000, "created_products": 900, "sent_to_review": 100}, "many_new"),
        ({"total_rows": 5000, "failed": 3000, "successful": 2000, "created_products": 2000}, "mostly_failed"),
        ({"total_rows": 300, "failed": 300, "dry_run": True}, None),
        ({"total_rows": 9000, "successful": 9000, "created_products": 9000, "kind": "catalog", "store_id": None}, None),
    ],
)
def test_admins_hear_of_a_suspicious_file(facts: dict[str, Any], case: str | None) -> None:
    told = [n for n in notices(completed(**facts)) if n.case]
    assert [(n.audience, n.severity, n.case, n.pace) for n in told] == (
        [(ADMINS, "warning", case, "daily")] if case else []
    )


# --- Reviews ---


def test_what_a_person_proposes_is_a_notice_of_its_own_and_mailed_at_once() -> None:
    (one,) = told(review(reasons=("new_product", "possible_duplicate")))
    assert isinstance(one, Notice)
    assert (one.audience, one.pace, one.case) == (ADMINS, "at_once", None)
    assert one.link == "/v1/admin/reviews/prd_1"
    (again,) = told(review(reasons=("resubmitted",)))
    assert isinstance(again, Notice)
    assert again.case == "resubmitted"


@pytest.mark.parametrize(
    "facts",
    [
        {"source": "import", "store_id": "str_1"},
        {"source": "off"},
        {"source": "admin", "reasons": ("same_picture",)},
        {"source": "store", "store_id": "str_1", "reasons": ("suggestion",)},
    ],
)
def test_what_comes_in_heaps_is_of_the_day(facts: dict[str, Any]) -> None:
    (one,) = told(review(**facts))
    assert isinstance(one, Mention)
    assert (one.notice.audience, one.notice.pace, one.name) == (ADMINS, "soon", "Parle-G")


def test_each_store_and_source_has_a_notice_of_the_day_and_suggestions_have_one_too() -> None:
    days = [
        told(review(**facts))[0].day  # type: ignore[union-attr]
        for facts in (
            {"source": "import", "store_id": "str_1"},
            {"source": "import", "store_id": "str_2"},
            {"source": "import", "store_id": "str_1", "reasons": ("suggestion",)},
            {"source": "off"},
        )
    ]
    assert len(set(days)) == 4


def test_admins_are_not_told_who_proposed_it() -> None:
    for event in (review(), review(source="import", store_id="str_1")):
        (notice,) = notices(event)
        assert notice.facts.keys() == {"name"}


# --- What became of a product ---


def test_who_proposed_a_product_hears_in_all_stores_what_became_of_it() -> None:
    assert [n.audience for n in notices(outcome(ProductVerified))] == ["store#str_1"]
    both = notices(outcome(ProductVerified, proposed_by="owner-two"))
    assert [n.audience for n in both] == ["store#str_1", "store#str_2"]
    for nobody in ("admin-asha", "system:off_sync", "bucket:str_1", None):
        assert told(outcome(ProductVerified, proposed_by=nobody)) == []


def test_the_store_whose_import_brought_it_hears_whoever_sent_the_file() -> None:
    (one,) = told(outcome(ProductVerified, store_id="str_9", proposed_by="bucket:str_9", source="import"))
    assert isinstance(one, Mention)
    assert (one.notice.audience, one.thing) == ("store#str_9", "prd_1")


def test_a_reason_is_read_by_itself_unless_an_import_brought_many() -> None:
    (returned,) = told(outcome(ProductReturned, status="needs_changes", reason="Say the size."))
    assert isinstance(returned, Notice)
    assert (returned.pace, returned.severity) == ("at_once", "warning")
    assert words("en").of(returned) == (
        "Parle-G needs changes",
        "Say the size. Correct it, and it is looked at again.",
    )
    (rejected,) = told(outcome(ProductRejected, status="rejected"))
    assert isinstance(rejected, Notice)
    assert rejected.pace == "daily"
    assert words("en").of(rejected)[1] == "Your stock of it stays as it is."
    for kind in (ProductReturned, ProductRejected):
        (many,) = told(outcome(kind, store_id="str_1", source="import"))
        assert isinstance(many, Mention)
        assert many.notice.pace == "daily"


def test_who_takes_an_import_back_is_not_told_that_its_products_were_refused() -> None:
    fields = ProductFields(name="Parle-G")
    mine = propose(Proposal(fields=fields, source="import", store_id="str_1"), CAUSE)
    gone = withdraw(mine, "The import was undone.", CAUSE)
    assert gone
    stated = fact_of(mine, gone[0], CAUSE)
    assert isinstance(stated, ProductRejected)
    assert told(stated) == []
    refused = fact_of(mine, gone[0].model_copy(update={"withdrawn": False}), CAUSE)
    assert refused
    assert len(told(refused)) == 1, "as it is of one that an admin refused"


def test_a_merge_leads_to_the_survivor() -> None:
    data = MergedProduct.model_validate(product("merged", merge_id="mrg_1", survivor_id="prd_2"))
    (one,) = notices(ProductMerged.stated(CAUSE, data, "prd_1"))
    assert (one.audience, one.link) == ("store#str_1", "/v1/products/prd_2")


def test_nobody_is_told_who_proposed_a_product() -> None:
    for kind in (ProductVerified, ProductRejected, ProductReturned):
        for notice in notices(outcome(kind)):
            assert notice.facts.keys() == {"name", "reason"}


def settled(accepted: bool, reason: str) -> SuggestionSettled:
    known = {"suggestion_id": "sgn_1", "product_id": "prd_1", "name": "Parle-G", "fields": ("mrp",)}
    data = SettledSuggestion.model_validate(
        {**known, "store_id": "str_1", "suggested_by": "owner-ravi", "accepted": accepted, "reason": reason}
    )
    return SuggestionSettled.stated(CAUSE, data, "sgn_1")


@pytest.mark.parametrize(("accepted", "case"), [(True, "accepted"), (False, "declined")])
def test_a_store_hears_what_became_of_its_suggestion(accepted: bool, case: str) -> None:
    (one,) = told(settled(accepted, "As printed."))
    assert isinstance(one, Mention)
    assert (one.notice.audience, one.notice.case, one.name) == ("store#str_1", case, "Parle-G")
    assert ("As printed." in words("en").of(one.notice)[1]) is not accepted


@pytest.mark.parametrize("reason", GONE.values())
def test_why_a_change_came_to_nothing_is_in_the_readers_language(reason: str) -> None:
    (one,) = notices(settled(False, reason))
    assert reason in words("en").of(one)[1]
    for language in LANGUAGES[1:]:
        said = words(language).of(one)[1]
        assert reason not in said
        assert str(translated(reason, language)) in said


def test_what_a_reviewer_wrote_stays_as_written_though_the_code_says_the_like() -> None:
    written = "That is more than what the label says."
    assert translated(written, "hi"), "a sentence of the code that figures are filled into"
    (one,) = notices(settled(False, written))
    assert written in words("hi").of(one)[1]


def failed_run(code: str) -> OffSyncFailed:
    run = {"run_id": "run_1", "kind": "delta", "base": "food", "started_at": NOON}
    counted = ("seen", "kept", "new", "updated", "unchanged", "gone", "proposed", "verified", "filled", "conflicts")
    said = {"error_code": code, "message": RUN_CODES[code]}
    data = FailedOffRun.model_validate({**dict.fromkeys(counted, 0), **run, **said})
    return OffSyncFailed.stated(CAUSE, data, "run_1")


@pytest.mark.parametrize("code", RUN_CODES)
def test_why_open_food_facts_could_not_be_read_is_in_the_readers_language(code: str) -> None:
    (one,) = notices(failed_run(code))
    assert words("en").of(one)[1] == RUN_CODES[code]
    bodies = {language: words(language).of(one)[1] for language in LANGUAGES}
    assert len(set(bodies.values())) == len(LANGUAGES)


def test_why_a_file_failed_is_in_the_readers_language_whoever_sent_it() -> None:
    problem = FileProblem("NOT_A_TABLE", "format", format="PDF")
    told_in_marathi = {"language": "mr", "local_message": "As it was told then."}
    (one, _) = notices(failed(error_code=problem.code, message=problem.message, **told_in_marathi))
    assert words("mr").of(one)[1] == "As it was told then."
    for language in ("en", "hi", "ta"):
        assert words(language).of(one)[1] == problem.said_in(language)
    (one, _) = notices(failed(message="A sentence of old."))
    assert words("hi").of(one)[1] == "A sentence of old."


def image(**facts: Any) -> ImageRejected:
    known = {"upload_id": "img_1", "product_id": "prd_1", "uploaded_by": "owner-ravi", "error_code": "NOT_AN_IMAGE"}
    data = RejectedImage.model_validate({**known, "reason": "This is no picture.", **facts})
    return ImageRejected.stated(CAUSE, data, "img_1")


def test_a_photo_that_cannot_be_used_is_told_to_the_uploaders_store() -> None:
    (one,) = told(image())
    assert isinstance(one, Mention)
    assert (one.notice.audience, one.notice.link, one.product_id) == ("store#str_1", "/v1/image-uploads/img_1", "prd_1")
    assert words("en").of(one.notice)[1] == words("hi").of(one.notice)[1] == "This is no picture."
    (one,) = notices(image(reason="The file is empty; send the photo again."))
    assert words("hi").of(one)[1] == translated("The file is empty; send the photo again.", "hi")
    assert [n.audience for n in notices(image(store_id="str_7", uploaded_by="bucket:x"))] == ["store#str_7"]
    assert told(image(by_admin=True)) == []


def test_a_rule_for_admins_is_one_line() -> None:
    (one,) = rules.to_admins("error", lambda job: f"/v1/admin/imports/{job.job_id}")(failed(), lambda _: ())
    assert isinstance(one, Notice)
    assert (one.audience, one.type, one.pace) == (ADMINS, "ImportFailed", "at_once")
    assert one.facts["filename"] == "a.csv"


def test_a_feed_says_whose_it_is() -> None:
    assert store_of(store_feed("str_1")) == "str_1"
    assert store_of(ADMINS) is None
