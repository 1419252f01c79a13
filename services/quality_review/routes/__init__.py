"""The queue and its decisions for admins, suggestions for owners; each file has the routes of one noun."""

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from services.catalog.client import ProductFields
from shared.aws.http import new_api
from shared.kernel.fields import Line
from shared.kernel.text import nfc

api = new_api(
    members_only=[
        "POST /v1/products/<product_id>/suggestions",
        "GET /v1/products/<product_id>/suggestions",
    ]
)

Why = Annotated[str, Field(max_length=500), AfterValidator(nfc)]
"""What a person says for it."""


def _left_out_means_kept(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class FactChanges(ProductFields):
    """Facts to change; those left out stay, null empties an optional one."""

    model_config = ConfigDict(json_schema_extra=_left_out_means_kept)

    name: Line = ""
