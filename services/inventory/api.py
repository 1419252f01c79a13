"""/v1/stores/{store_id}/inventory, /v1/stores/{store_id}/movements and /v1/stores/{store_id}/counts"""

from services.inventory.routes import api, counts, items, movements
from shared.aws.http import http_handler

__all__ = ["api", "counts", "handler", "items", "movements"]  # their routes are on ``api`` once they are imported

handler = http_handler(api)
