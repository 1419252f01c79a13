"""What a shop has on its shelves: /v1/stores/{store_id}/inventory; /movements, /counts and /reorder-list beside it"""

from services.inventory.routes import api, counts, export, items, movements, prices, reorder
from shared.aws.http import http_handler

# Their routes are on ``api`` once they are imported; the first that fits answers, so ``export`` before any product.
__all__ = ["api", "counts", "export", "handler", "items", "movements", "prices", "reorder"]

handler = http_handler(api)
