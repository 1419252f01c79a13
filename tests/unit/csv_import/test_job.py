"""Jobs: what an object in the bucket is."""

from __future__ import annotations

import pytest

from services.csv_import.domain import job as jobs
from services.csv_import.domain.job import Job, dropped, is_import, upload_of
from services.csv_import.domain.problems import FileProblem
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
    assert job.broken(FileProblem("NO_ROWS")).error_code == "NO_ROWS"


def a_job(**fields: object) -> Job:
    return Job.model_validate(
        {
            "job_id": "job_1",
            "kind": "store",
            "store_id": "str_1",
            "status": "processing",
            "filename": "stock.csv",
            "created_at": NOON,
            "actor": "ravi",
            "correlation_id": "c",
            "key": "imports/str_1/stock.csv",
            "chunks": 4,
            "partitions": 2,
            **fields,
        }
    )


def test_progress_goes_from_nothing_to_all_room_by_room() -> None:
    done = [
        a_job(status="queued", chunks=None, partitions=None),
        a_job(),
        a_job(chunks_done=2),
        a_job(chunks_done=4),
        a_job(chunks_done=4, links_done=2),
        a_job(chunks_done=4, links_done=2, partitions_done=1),
        a_job(chunks_done=4, links_done=2, partitions_done=2),
        a_job(status="completed"),
    ]
    assert [job.progress for job in done] == [0, 0, 0.2, 0.4, 0.5, 0.75, 1, 1]
    assert [a_job(status="undoing", undos_done=n).progress for n in range(3)] == [0, 0.5, 1]


def test_what_a_job_did_stands_while_it_works_and_until_it_is_undone() -> None:
    stands = {
        s: a_job(status=s).stands for s in ("processing", "cancelling", "completed", "undoing", "undone", "failed")
    }
    assert stands == {
        "processing": True,
        "cancelling": True,
        "completed": True,
        "undoing": True,
        "undone": False,
        "failed": False,
    }
    assert not a_job(status="completed", dry_run=True).stands
    assert not a_job(status="cancelled", chunks=None, partitions=None).stands, (
        "it was cancelled before anything was done"
    )
