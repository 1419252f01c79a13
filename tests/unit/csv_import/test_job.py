"""Jobs: what an object in the bucket is."""

from __future__ import annotations

import pytest

from services.csv_import.domain import job as jobs
from services.csv_import.domain.job import Job, dropped, is_import, upload_of
from tests.builders import NOON


def test_a_drop_of_a_store() -> None:
    upload = upload_of("imports/str_1/दिवाली+स्टॉक%20नया.csv", "v1")
    assert (upload.kind, upload.store_id, upload.dropped) == ("store", "str_1", True)
    assert upload.filename == "दिवाली+स्टॉक नया.csv"  # EventBridge gives keys as they are: a plus is a plus
    assert upload.job_id == upload_of("imports/str_1/दिवाली+स्टॉक%20नया.csv", "v1").job_id
    assert upload.job_id != upload_of("imports/str_1/दिवाली+स्टॉक%20नया.csv", "v2").job_id
    assert upload.job_id != upload_of("imports/str_2/दिवाली+स्टॉक%20नया.csv", "v1").job_id


def test_a_drop_for_the_catalog_and_uploads_of_the_api() -> None:
    catalog = upload_of("imports/_catalog/all.csv", "v1")
    assert (catalog.kind, catalog.store_id) == ("catalog", None)
    upload = upload_of("uploads/str_1/job_01", "v1")
    assert (upload.kind, upload.store_id, upload.job_id, upload.dropped) == ("store", "str_1", "job_01", False)
    assert upload_of("uploads/_catalog/job_01", "v1").kind == "catalog"


@pytest.mark.parametrize(
    ("key", "counts"),
    [
        ("imports/str_1/a.csv", True),
        ("imports/str_1/deep/er/a.csv", True),
        ("imports/str_1/no-extension", True),
        ("imports/str_1/", False),
        ("imports/str_1", False),
        ("imports//a.csv", False),
        ("uploads/str_1/job_1", True),
        ("uploads/str_1/job_1/more", False),
        ("reports/str_1/a.csv", False),
        ("images/x/y", False),
        ("", False),
    ],
)
def test_which_objects_are_imports(key: str, counts: bool) -> None:
    assert is_import(key) is counts


@pytest.mark.parametrize(
    ("metadata", "mode", "dry_run"),
    [
        ({}, "set", False),
        ({"mode": "add"}, "add", False),
        ({"Mode": " ADD ", "Dry_Run": "YES"}, "add", True),
        ({"dry-run": "1"}, "set", True),
        ({"dry-run": "0", "mode": "other"}, "set", False),
        ({"dry_run": "True"}, "set", True),
    ],
)
def test_metadata_says_mode_and_dry_run(metadata: dict[str, str], mode: str, dry_run: bool) -> None:
    job = dropped(upload_of("imports/str_1/a.csv", "v1"), metadata, NOON)
    assert (job.mode, job.dry_run, job.status, job.actor) == (mode, dry_run, "queued", "bucket:str_1")


def test_a_job_tells_its_figures() -> None:
    job = dropped(upload_of("imports/str_1/a.csv", "v1"), {}, NOON).model_copy(
        update={"total_rows": 3, "successful": 2, "failed": 1, "matched": 2, "status": "completed_with_errors"}
    )
    told = job.completed("completed_with_errors")
    assert (told.total_rows, told.failed, told.matched, told.filename) == (3, 1, 2, "a.csv")
    assert set(jobs.FIGURES) <= set(Job.model_fields)
    assert job.broken("NO_ROWS", "none").error_code == "NO_ROWS"
