"""/v1/stores/{store_id}/imports, /v1/admin/imports, /v1/admin/catalog-imports, /v1/imports/template"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BeforeValidator, Field

from services.csv_import.domain import template
from services.csv_import.domain.columns import ColumnMapping
from services.csv_import.domain.facts import Mode
from services.csv_import.domain.job import CATALOG, ENDED, UNDO_WITHIN, UPLOADS, Job, Kind, Status
from services.csv_import.domain.table.cutting import COLUMNS_LIMIT
from services.csv_import.domain.table.dialect import SIZE_LIMIT
from services.csv_import.settings import ToUndos, ToUploads
from services.csv_import.store import jobs, reports, uploads
from shared.aws import access, queues
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.dynamo import ConditionFailed, Item
from shared.aws.http import (
    Body,
    Listing,
    View,
    answer,
    cause,
    check_version,
    http_handler,
    new_api,
)
from shared.aws.idempotency import once
from shared.aws.settings import settings
from shared.kernel.clock import utc_now
from shared.kernel.errors import Busy, Conflict, NotFound
from shared.kernel.fields import Line, whole

_REPORT_VALID = timedelta(hours=1)
_LISTED = 100

api = new_api()

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query()]
Index = Annotated[int, Field(strict=True, ge=0, lt=COLUMNS_LIMIT), BeforeValidator(whole)]
WhichRows = Annotated[reports.Rows, Query()]
Columns = Annotated[dict[Line, Line | Index], Field(max_length=60)]


class NewImport(Body):
    """A file that will be uploaded. ``set`` replaces stock figures, ``add`` adds to them.

    The very same file, imported before in whichever mode, is not added, unless ``force`` says that this is meant.
    """

    filename: Line
    mode: Mode = "set"
    dry_run: Annotated[bool, Field(strict=True)] = False
    force: Annotated[bool, Field(strict=True)] = False
    column_mapping: Columns | None = None


class GivenMapping(Body):
    """Which column is what: {field: heading, or index from 0}."""

    columns: Columns


class UploadForm(View):
    """Post the file as ``multipart/form-data`` to ``url`` with ``fields`` first and ``file`` last."""

    url: str
    fields: dict[str, str]


class Undo(View):
    """What an undo has done so far.

    Items put back as before; removed, since the import had brought them; left alone, since somebody has changed them
    meanwhile (``left_products``: up to 100 of them, the report lists all); and products withdrawn from
    the catalog that nobody else has used.
    """

    put_back: int
    removed: int
    left: int
    withdrawn: int
    left_products: list[str]


class ImportJob(View):
    """A job and its figures."""

    job_id: str
    store_id: str | None
    status: Status
    progress: float
    """How much of the work is done, 0-1."""
    total_rows: int
    processed: int
    successful: int
    failed: int
    duplicates_found: int
    matched: int
    created_products: int
    sent_to_review: int
    skipped: int
    warnings: int
    filename: str
    mode: Mode
    dry_run: bool
    repeats_job_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    mapping_suggestion: dict[str, str] | None = None
    undo: Undo | None = None
    created_at: datetime
    completed_at: datetime | None = None


class AnnouncedImport(View):
    """A job that waits for its file."""

    job_id: str
    upload: UploadForm


class ReportLink(View):
    """Where to fetch the report, and until when."""

    url: str
    expires_at: datetime


@api.post(
    "/v1/stores/<store_id>/imports",
    tags=["Imports"],
    summary="Announce a file; the answer says where to put it",
    status_code=201,
    middlewares=[once],
)
def announce_import(store_id: str, new: NewImport) -> Response[AnnouncedImport]:
    return _announced(new, "store", store_id)


@api.get("/v1/stores/<store_id>/imports", tags=["Imports"], summary="A store's imports, newest first")
def list_imports(store_id: str, limit: Limit = 25, cursor: Cursor = None) -> Response[Listing[ImportJob]]:
    return _listed(*jobs.page_of_store(store_id, limit, decode_cursor(api, cursor, "created_at", "job_id")))


@api.get("/v1/stores/<store_id>/imports/<job_id>", tags=["Imports"], summary="An import and how far it is")
def get_import(store_id: str, job_id: str) -> Response[ImportJob]:
    return _shown(jobs.get(job_id, store_id=store_id))


@api.get("/v1/stores/<store_id>/imports/<job_id>/report", tags=["Imports"], summary="The per-row report")
def get_import_report(
    store_id: str, job_id: str, rows: Annotated[reports.Rows, Query()] = "all"
) -> Response[ReportLink]:
    return _report(jobs.get(job_id, store_id=store_id), rows)


@api.put("/v1/stores/<store_id>/imports/<job_id>/mapping", tags=["Imports"], summary="Tell which column is what")
def tell_import_mapping(store_id: str, job_id: str, given: GivenMapping) -> Response[ImportJob]:
    return _mapped(jobs.get(job_id, store_id=store_id), given)


@api.post(
    "/v1/stores/<store_id>/imports/<job_id>/cancel",
    tags=["Imports"],
    summary="Stop an import: rows that are not applied yet fail as cancelled",
    status_code=202,
    middlewares=[once],
)
def cancel_import(store_id: str, job_id: str) -> Response[ImportJob]:
    return _cancelled(jobs.get(job_id, store_id=store_id))


@api.post(
    "/v1/stores/<store_id>/imports/<job_id>/undo",
    tags=["Imports"],
    summary="Put everything back as it was, within 30 days, but for what was changed since",
    status_code=202,
    middlewares=[once],
)
def undo_import(store_id: str, job_id: str) -> Response[ImportJob]:
    return _undone(jobs.get(job_id, store_id=store_id))


@api.get("/v1/admin/imports", tags=["Imports"], summary="All imports, newest first (admin)")
def list_all_imports(limit: Limit = 25, cursor: Cursor = None) -> Response[Listing[ImportJob]]:
    return _listed(*jobs.page_of_all(limit, decode_cursor(api, cursor, "created_at", "job_id")))


@api.get("/v1/admin/imports/<job_id>", tags=["Imports"], summary="Any import (admin)")
def get_any_import(job_id: str) -> Response[ImportJob]:
    return _shown(jobs.get(job_id))


@api.post(
    "/v1/admin/catalog-imports",
    tags=["Imports"],
    summary="Announce a file for the shared catalog (admin)",
    status_code=201,
    middlewares=[once],
)
def announce_catalog_import(new: NewImport) -> Response[AnnouncedImport]:
    return _announced(new, "catalog", None)


@api.get("/v1/admin/catalog-imports", tags=["Imports"], summary="Loads of the shared catalog, newest first (admin)")
def list_catalog_imports(limit: Limit = 25, cursor: Cursor = None) -> Response[Listing[ImportJob]]:
    return _listed(*jobs.page_of_kind("catalog", limit, decode_cursor(api, cursor, "created_at", "job_id")))


@api.get("/v1/admin/catalog-imports/<job_id>", tags=["Imports"], summary="A load of the shared catalog (admin)")
def get_catalog_import(job_id: str) -> Response[ImportJob]:
    return _shown(jobs.get(job_id, kind="catalog"))


@api.get("/v1/admin/catalog-imports/<job_id>/report", tags=["Imports"], summary="Its per-row report (admin)")
def get_catalog_import_report(job_id: str, rows: WhichRows = "all") -> Response[ReportLink]:
    return _report(jobs.get(job_id, kind="catalog"), rows)


@api.post(
    "/v1/admin/catalog-imports/<job_id>/cancel",
    tags=["Imports"],
    summary="Stop a load of the shared catalog (admin)",
    status_code=202,
    middlewares=[once],
)
def cancel_catalog_import(job_id: str) -> Response[ImportJob]:
    return _cancelled(jobs.get(job_id, kind="catalog"))


@api.post(
    "/v1/admin/catalog-imports/<job_id>/undo",
    tags=["Imports"],
    summary="Withdraw the products that only this load made (admin)",
    status_code=202,
    middlewares=[once],
)
def undo_catalog_import(job_id: str) -> Response[ImportJob]:
    return _undone(jobs.get(job_id, kind="catalog"))


@api.put(
    "/v1/admin/catalog-imports/<job_id>/mapping",
    tags=["Imports"],
    summary="Tell which column is what (admin)",
)
def tell_catalog_import_mapping(job_id: str, given: GivenMapping) -> Response[ImportJob]:
    return _mapped(jobs.get(job_id, kind="catalog"), given)


@api.get(
    "/v1/imports/template",
    tags=["Imports"],
    summary="A CSV to start from",
    responses={200: {"description": "A CSV", "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def get_import_template(lang: Annotated[str, Query(max_length=5)] = "en") -> Response[Any]:
    return Response(
        status_code=200,
        content_type="text/csv; charset=utf-8",
        body=template.csv_of(lang),
        headers={"Content-Disposition": f'attachment; filename="vyapar-template-{template.known(lang)}.csv"'},
    )


def _announced(new: NewImport, kind: Kind, store_id: str | None) -> Response[AnnouncedImport]:
    why = cause(api)
    job_id = why.new_id("job")
    key = f"{UPLOADS}{store_id or CATALOG}/{job_id}"
    job = Job(
        job_id=job_id,
        kind=kind,
        store_id=store_id,
        status="awaiting_upload",
        filename=new.filename,
        language=(access.language_of(store_id) if store_id else None) or "en",
        mode=new.mode,
        dry_run=new.dry_run,
        force=new.force,
        column_mapping=new.column_mapping,
        created_at=why.at,
        actor=why.actor,
        correlation_id=why.correlation_id,
        key=key,
    )
    jobs.add(job)
    form = uploads.presigned_post(key, SIZE_LIMIT)
    return answer(AnnouncedImport(job_id=job_id, upload=UploadForm(**form)), status=201)


def _mapped(job: Job, given: GivenMapping) -> Response[ImportJob]:
    check_version(api, _version(_view(job)), "import")
    columns: dict[str, str | int] = dict(given.columns)
    if job.status == "needs_mapping":
        ColumnMapping.given(columns, job.headings, width=job.columns or 0)  # refuses what the file hasn't
    mapped = jobs.map_columns(job, columns, cause(api))
    if mapped is None:
        raise Conflict("NOT_WAITING", f"This import doesn't wait for a mapping; it is {job.status}.")
    queues.send(settings(ToUploads).uploads_queue_url, [{"job_id": job.job_id}])
    return _shown(mapped)


def _cancelled(job: Job) -> Response[ImportJob]:
    try:
        return _shown(jobs.cancel(job, cause(api)), status=202)
    except ConditionFailed:
        raise Conflict("IMPORT_ENDED", f"This import can't be cancelled any more; it is {job.status}.") from None


def _undone(job: Job) -> Response[ImportJob]:
    now = utc_now()
    if job.status not in {"undoing", "undone"}:
        if job.status not in ENDED:
            raise Conflict("IMPORT_NOT_ENDED", f"Only what has ended can be undone; this import is {job.status}.")
        if job.dry_run or not job.partitions:
            raise Conflict("NOTHING_TO_UNDO", "This import has changed nothing.")
        if job.completed_at and now - job.completed_at > UNDO_WITHIN:
            raise Conflict("UNDO_TOO_LATE", f"An import can be undone for {UNDO_WITHIN.days} days.")
        try:
            job = jobs.undo(job, now)
        except ConditionFailed:
            raise Busy("CHANGED_MEANWHILE", "Something else happened to this import at once; ask again.") from None
    if job.status == "undoing":  # again after a failure of ours: the messages may not have gone out
        messages = ({"job_id": job.job_id, "partition": n} for n in range(job.partitions or 0))
        queues.send(settings(ToUndos).undos_queue_url, messages)
    return _shown(job, status=202)


def _report(job: Job, rows: reports.Rows) -> Response[ReportLink]:
    if job.status not in {*ENDED, "undoing", "undone"} or not job.partitions or not reports.is_there(job):
        raise NotFound("REPORT_NOT_READY", f"The report is there when the import has ended; it is {job.status}.")
    return answer(ReportLink(url=reports.url(job, rows), expires_at=utc_now() + _REPORT_VALID))


def _listed(jobs: list[Job], next_key: Item | None) -> Response[Listing[ImportJob]]:
    return answer(Listing(items=[_view(j) for j in jobs], next_cursor=encode_cursor(api, next_key)))


def _shown(job: Job, *, status: int = 200) -> Response[ImportJob]:
    view = _view(job)
    return answer(view, status=status, version=_version(view))


def _view(job: Job) -> ImportJob:
    known = {**job.model_dump(), "progress": job.progress}
    if job.status in {"undoing", "undone"}:
        known["undo"] = {**known, "left_products": sorted(job.left_products)[:_LISTED]}
    return ImportJob.model_validate(known)


def _version(view: ImportJob) -> int:
    """Another one whenever anything that is shown of the job is another."""
    return int.from_bytes(hashlib.sha256(view.model_dump_json().encode()).digest()[:6])


handler = http_handler(api)
