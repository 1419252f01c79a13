"""What the measured designs are asked, and what DynamoDB answers them: the same for all."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path
from typing import Any, Final, NamedTuple

from shared.aws import settings as common
from shared.aws.dynamo import encode_item

Json = dict[str, Any]

_SERVICES: Final = Path(__file__).resolve().parents[2] / "services"
_USER: Final = "8a1d5c70-4031-70ca-bd5e-2f6f0a9c1b52"
_STORE: Final = "sto_01KAP8Q4F0M3V5X7Z9B1D3F5H7"
_PRODUCT: Final = "prd_01KAP8Q4F0M3V5X7Z9B1D3F5H8"


class Request(NamedTuple):
    """One request: who of ours serves it, the event of the gateway, the status of its answer."""

    service: str
    event: Json
    status: int


def environment() -> dict[str, str]:
    """What every design is told: the settings of all our services, and what Lambda sets."""
    told = {
        "AWS_ACCESS_KEY_ID": "ASIAEXAMPLEEXAMPLE00",
        "AWS_SECRET_ACCESS_KEY": "s" * 40,
        "AWS_SESSION_TOKEN": "t" * 700,
        "AWS_REGION": "ap-south-1",
        "AWS_DEFAULT_REGION": "ap-south-1",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Vyapar",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
    }
    modules = [
        common,
        *(importlib.import_module(f"services.{p.parent.name}.settings") for p in _SERVICES.glob("*/settings.py")),
    ]
    for kind in (k for m in modules for k in vars(m).values() if isinstance(k, type) and dataclasses.is_dataclass(k)):
        for field in dataclasses.fields(kind):
            if field.default is dataclasses.MISSING:
                told[field.name.upper()] = f"https://sqs/1/{field.name}" if field.name.endswith("_url") else field.name
    return told


def event(method: str, path: str, route: str, body: str | None = None, *, user: str = _USER) -> Json:
    """As the HTTP API's gateway sends it, for an owner of a store."""
    sent = {"content-type": "application/json"} if body else {}
    return {
        "version": "2.0",
        "routeKey": f"ANY {route}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "application/json",
            "accept-encoding": "gzip, deflate, br",
            "authorization": f"Bearer {'e' * 1000}",
            "content-length": str(len(body or "")),
            "host": "api.example.com",
            "user-agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36",
            "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **sent,
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "authorizer": {
                "jwt": {
                    "claims": {
                        "client_id": "5example",
                        "exp": "1795345200",
                        "iat": "1795341600",
                        "scope": "aws.cognito.signin.user.admin",
                        "sub": user,
                        "token_use": "access",
                        "username": "asha",
                    },
                    "scopes": None,
                }
            },
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "Mozilla/5.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": f"ANY {route}",
            "stage": "$default",
            "time": "22/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1795341600000,
        },
        "isBase64Encoded": False,
        **({"body": body} if body else {}),
    }


_ITEM_PATH: Final = f"/v1/stores/{_STORE}/inventory/{_PRODUCT}"

REQUESTS: Final = {
    "GET product": Request("catalog", event("GET", f"/v1/products/{_PRODUCT}", "/v1/products/{proxy+}"), 200),
    "POST product": Request(
        "catalog",
        event(
            "POST",
            "/v1/products",
            "/v1/products",
            '{"name":"Parle-G Gold Biscuits","brand":"Parle","category":"Biscuits","barcode":"8901719110016",'
            '"net_quantity":"500 g","mrp":"52.00","gst_rate":5,"hsn_code":"1905","attributes":{"weight":"500 g"}}',
        ),
        201,
    ),
    "GET stock": Request("inventory", event("GET", _ITEM_PATH, "/v1/stores/{store_id}/inventory/{proxy+}"), 200),
    "PUT stock": Request(
        "inventory",
        event(
            "PUT",
            _ITEM_PATH,
            "/v1/stores/{store_id}/inventory/{proxy+}",
            '{"quantity":24,"unit":"piece","cost_price":"22.50","selling_price":"27.00","mrp":"28.00",'
            '"reorder_level":6,"supplier":"Metro","location":"A3","notes":"top shelf"}',
        ),
        200,
    ),
}

_member = encode_item({"user_id": _USER, "store_id": _STORE, "role": "owner"})
_product = encode_item(
    {
        "product_id": _PRODUCT,
        "name": "Tata Salt Iodised",
        "brand": "Tata",
        "category": "Staples",
        "barcode": "8901058851298",
        "gtin": "08901058851298",
        "net_quantity": {"value": 1, "unit": "kg"},
        "pack_count": 1,
        "mrp": 28,
        "gst_rate": 0,
        "country_of_origin": "India",
        "regional_names": {"IN-MH": ["टाटा मीठ"], "IN-TN": ["டாடா உப்பு"]},
        "attributes": {"weight": "1 kg"},
        "verification_status": "verified",
        "quality_issues": [],
        "source": "admin",
        "provenance": {"name": "admin", "brand": "admin", "barcode": "admin", "net_quantity": "admin"},
        "version": 3,
        "created_at": "2026-11-20T10:00:00Z",
        "updated_at": "2026-11-22T10:00:00Z",
        "proposed_by": "8a1d5c70-0000-70ca-bd5e-2f6f0a9c1b52",
    }
)
_item = encode_item(
    {
        "store_id": _STORE,
        "product_id": _PRODUCT,
        "unit": "piece",
        "reorder_level": 5,
        "supplier": "Metro",
        "location": "A3",
        "lots": [{"lot_id": "lot_1", "mrp": 28, "quantity": 12, "cost_price": 22, "selling_price": 27}],
        "default_lot": "lot_1",
        "last_updated": "2026-11-22T10:00:00Z",
        "version": 7,
    }
)

ANSWERS: Final[dict[str, list[tuple[str, Json]]]] = {
    "GetItem": [
        ("memberships_table", {"Item": _member}),
        ("store_inventory_table", {"Item": _item}),
        ("products_table", {"Item": _product}),
    ],
    "BatchGetItem": [("products_table", {"Responses": {"products_table": [_product]}, "UnprocessedKeys": {}})],
    "Query": [("memberships_table", {"Items": [_member], "Count": 1, "ScannedCount": 1})],
    "PutItem": [("", {})],
    "TransactWriteItems": [("", {})],
}
"""By operation: the answer, where these words are in the request. Tables are named as their settings are."""
