"""What waits for a person: /v1/admin/reviews; and what stores would change: /v1/products/{product_id}/suggestions"""

from services.quality_review.routes import api, decisions, reviews, suggestions
from shared.aws.http import http_handler

# Their routes are on ``api`` once they are imported.
__all__ = ["api", "decisions", "handler", "reviews", "suggestions"]

handler = http_handler(api)
