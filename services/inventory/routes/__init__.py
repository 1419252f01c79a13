"""/v1/stores/{store_id}/inventory and what belongs to it; each file has the routes of one noun."""

from shared.aws.http import new_api

api = new_api()
