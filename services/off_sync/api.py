"""/v1/admin/off-syncs and /v1/attribution"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from services.off_sync.domain.document import Base
from services.off_sync.domain.run import Counts, File, Kind, Phase, Run, Status
from services.off_sync.settings import ToOffSyncs
from services.off_sync.store import limits, runs
from shared.aws import queues
from shared.aws.cursors import decode_cursor, encode_cursor
from shared.aws.http import Body, Listing, View, answer, cause, http_handler, new_api
from shared.aws.idempotency import once
from shared.aws.settings import settings

api = new_api(open_paths=["/v1/attribution"])


class NewOffSync(Body):
    """``seed`` reads the whole dump, ``delta`` what changed since (and the dump where too much has), ``search`` asks
    page by page where dumps are not wanted. While a run works, one that is the same in all that is said is it."""

    kind: Kind = "delta"
    base: Base = "food"


class OffSync(View):
    """A run. ``files`` are read in order, ``lines`` says how far; ``reseed`` why a dump is read where deltas were
    wanted; ``counts`` what it came to so far."""

    run_id: str
    kind: Kind
    base: Base
    status: Status
    phase: Phase
    reseed: str | None = None
    files: list[File]
    counts: Counts
    error_code: str | None = None
    message: str | None = None
    started_by: str
    started_at: datetime
    moved_at: datetime
    completed_at: datetime | None = None


class Licence(View):
    """What is under which licence, and where it is to be read."""

    covers: str
    name: str
    url: str


class Source(View):
    """Whose work it is, and under which licences; ``notice`` is to be shown wherever it is."""

    name: str
    url: str
    notice: str
    licences: list[Licence]
    rows: int
    products: int
    pictures: int


class Attribution(View):
    """Where others' data and pictures are used."""

    sources: list[Source]


@api.post(
    "/v1/admin/off-syncs",
    tags=["Open Food Facts"],
    summary="Fetch what Open Food Facts has now",
    status_code=201,
    responses={201: {"description": "A run begins"}, 200: {"description": "The run that works already"}},
    middlewares=[once],
)
def start_off_sync(wanted: NewOffSync) -> Response[OffSync]:
    run, is_new = runs.start(wanted.kind, wanted.base, cause(api))
    if is_new:
        queues.send(settings(ToOffSyncs).off_syncs_queue_url, [{"run_id": run.run_id}])
    else:
        run.check_is(wanted.model_dump(include=wanted.model_fields_set))
    return answer(_shown(run), status=201 if is_new else 200, location=f"/v1/admin/off-syncs/{run.run_id}")


@api.get("/v1/admin/off-syncs", tags=["Open Food Facts"], summary="Runs, newest first")
def list_off_syncs(
    limit: Annotated[int, Query(ge=1, le=100)] = 25, cursor: Annotated[str | None, Query()] = None
) -> Response[Listing[OffSync]]:
    key = decode_cursor(api, cursor, "run_id", "started_at")
    found, last = runs.page(limit, {**key, "listed": "yes"} if key else None)
    next_cursor = encode_cursor(api, {"run_id": last["run_id"], "started_at": last["started_at"]} if last else None)
    return answer(Listing(items=[_shown(r) for r in found], next_cursor=next_cursor))


@api.get("/v1/admin/off-syncs/<run_id>", tags=["Open Food Facts"], summary="A run: how far it is, and its figures")
def get_off_sync(run_id: str) -> Response[OffSync]:
    return answer(_shown(runs.get(run_id)))


@api.get("/v1/attribution", tags=["Open Food Facts"], summary="Whose data and pictures are used, and their licences")
def get_attribution() -> Response[Attribution]:
    return answer(Attribution(sources=[Source.model_validate({**_OFF, **limits.totals()})]))


_OFF = {
    "name": "Open Food Facts",
    "url": "https://world.openfoodfacts.org",
    "notice": (
        "Contains information from Open Food Facts and its sisters Open Beauty Facts, Open Pet Food Facts and Open"
        " Products Facts, which is made available here under the Open Database License (ODbL). Its contents are under"
        " the Database Contents License, its pictures under Creative Commons Attribution ShareAlike 3.0. What is kept"
        " of their rows is kept as it came, in a table of its own; of each field of a product `provenance` says whether"
        " it is from there, of each picture `source` and `licence`."
    ),
    "licences": [
        {
            "covers": "database",
            "name": "Open Database License (ODbL) 1.0",
            "url": "https://opendatacommons.org/licenses/odbl/1-0/",
        },
        {
            "covers": "contents",
            "name": "Database Contents License (DbCL) 1.0",
            "url": "https://opendatacommons.org/licenses/dbcl/1-0/",
        },
        {
            "covers": "pictures",
            "name": "Creative Commons Attribution-ShareAlike 3.0 (CC-BY-SA-3.0)",
            "url": "https://creativecommons.org/licenses/by-sa/3.0/",
        },
    ],
}


def _shown(run: Run) -> OffSync:
    return OffSync.model_validate({**run.model_dump(), "started_by": run.by})


handler = http_handler(api)
