"""Health, the API's description and documentation, admin figures, and the answer to routes that don't exist."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

from aws_lambda_powertools.event_handler import Response
from botocore.exceptions import BotoCoreError, ClientError

from services.front import domain, store
from services.front.domain import Stats
from shared.aws.http import View, answer, cause, http_handler, new_api
from shared.aws.json import write_json
from shared.aws.settings import Runtime, settings
from shared.kernel.clock import indian_day

# Packed beside the code at build time; docs/openapi.json in the repository.
_OPENAPI = Path(__file__).resolve().parents[2] / "openapi.json"
_HOUR = {"Cache-Control": "public, max-age=3600"}

api = new_api(open_paths=["/v1/health", "/v1/openapi.json", "/v1/docs"])

Check = Literal["ok", "down"]


class Health(View):
    """``status`` is ``ok`` or ``degraded``; ``checks`` says of each dependency ``ok`` or ``down``."""

    status: Literal["ok", "degraded"]
    version: str
    stage: str
    checks: dict[str, Check]


@api.get(
    "/v1/health",
    tags=["Operations"],
    summary="Is it up?",
    responses={200: {"description": "All is well"}, 503: {"description": "Something it needs is down"}},
)
def get_health() -> Response[Health]:
    checks: dict[str, Check] = {"dynamodb": "ok"}
    try:
        store.reachable()
    except (BotoCoreError, ClientError):
        checks["dynamodb"] = "down"
    fine = all(c == "ok" for c in checks.values())
    runtime = settings(Runtime)
    body = Health(status="ok" if fine else "degraded", version=runtime.version, stage=runtime.stage, checks=checks)
    return answer(body, status=200 if fine else 503)


@api.get("/v1/openapi.json", include_in_schema=False)
def openapi() -> Response[Any]:
    return Response(status_code=200, content_type="application/json", body=_description(), headers={**_HOUR})


@api.get("/v1/docs", include_in_schema=False)
def docs() -> Response[Any]:
    return Response(status_code=200, content_type="text/html; charset=utf-8", body=_docs(), headers={**_HOUR})


@api.get("/v1/admin/stats", tags=["Operations"], summary="What the admin dashboard shows (admin)")
def get_stats() -> Response[Stats]:
    return answer(domain.shown(store.totals(), indian_day(cause(api).at), store.last_sync()))


@cache
def _description() -> str:
    return write_json(json.loads(_OPENAPI.read_text("utf-8")))


@cache
def _docs() -> str:
    # Few ask for it, and it costs a start of this function 3 ms.
    from aws_lambda_powertools.event_handler.openapi import swagger_ui
    from aws_lambda_powertools.event_handler.openapi.swagger_ui import generate_swagger_html

    assets = Path(swagger_ui.__file__).parent
    html: str = generate_swagger_html(
        spec=_description(),
        swagger_js=(assets / "swagger-ui-bundle.min.js").read_text("utf-8"),
        swagger_css=(assets / "swagger-ui.min.css").read_text("utf-8"),
        swagger_base_url="",
        oauth2_config=None,
        persist_authorization=True,
    )
    return html


handler = http_handler(api)
