"""/v1/stores/{store_id}/inventory and /v1/stores/{store_id}/movements"""

from services.inventory.routes import api, items, movements, prices
from shared.aws.http import http_handler

__all__ = ["api", "handler", "items", "movements", "prices"]  # their routes are on ``api`` once they are imported

handler = http_handler(api)
