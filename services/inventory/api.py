"""/v1/stores/{store_id}/inventory, /v1/stores/{store_id}/movements and /v1/stores/{store_id}/reorder-list"""

from services.inventory.routes import api, export, items, movements, reorder
from shared.aws.http import http_handler

# Their routes are on ``api`` once they are imported; the first that fits answers, so ``export`` before any product.
__all__ = ["api", "export", "handler", "items", "movements", "reorder"]

handler = http_handler(api)
