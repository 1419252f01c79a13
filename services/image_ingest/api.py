"""/v1/products/{product_id}/images, /v1/stores/{store_id}/inventory/{product_id}/images, /v1/image-uploads"""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from events.image_ingest import Role
from services.catalog import client as catalog
from services.image_ingest.domain.picture import urls_of
from services.image_ingest.domain.upload import Status, Upload, key_of
from services.image_ingest.store import files, uploads
from services.inventory import client as inventory
from shared.aws import access
from shared.aws.http import Body, View, answer, caller, cause, http_handler, language, new_api
from shared.aws.idempotency import once
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.fields import Line
from shared.kernel.principal import Principal
from shared.kernel.translations import in_words_of

api = new_api(members_only=["POST /v1/products/<product_id>/images"])


class NewPicture(Body):
    """A photo that will be uploaded, and what of the pack it shows."""

    filename: Line
    role: Role = "front"


class PictureForm(View):
    """Post the photo as ``multipart/form-data`` to ``url`` with ``fields`` first and ``file`` last."""

    url: str
    fields: dict[str, str]


class AnnouncedPicture(View):
    """An upload that waits for its photo: up to 15 MB and 50 megapixels."""

    image_upload_id: str
    upload: PictureForm


class RenditionUrls(View):
    """Where the renditions are served, as paths of the web origin: up to 2048, 640, 200 pixels long."""

    original: str
    medium: str
    thumbnail: str


class PictureUpload(View):
    """What became of an upload; ``reason`` can be shown to who sent it, in the reader's language."""

    image_upload_id: str
    status: Status
    image_hash: str | None = None
    urls: RenditionUrls | None = None
    error_code: str | None = None
    reason: str | None = None


@api.post(
    "/v1/products/<product_id>/images",
    tags=["Images"],
    summary="Announce a photo of a product; the answer says where to put it",
    status_code=201,
    middlewares=[once],
)
def announce_product_picture(product_id: str, new: NewPicture) -> Response[AnnouncedPicture]:
    product = _product(product_id)
    catalog.check_open(product)
    if not catalog.has_room(product, by_admin=caller(api).is_admin):
        raise Conflict("TOO_MANY_IMAGES", "This product has as many photos as it may have; an admin can take some out.")
    return _announced(new, product, None)


@api.post(
    "/v1/stores/<store_id>/inventory/<product_id>/images",
    tags=["Images"],
    summary="Announce a store's own photo of a product; the answer says where to put it",
    status_code=201,
    middlewares=[once],
)
def announce_store_picture(store_id: str, product_id: str, new: NewPicture) -> Response[AnnouncedPicture]:
    product = _product(product_id)
    if not inventory.lists(store_id, {product_id, product.product_id}):  # of a merged one the survivor's item shows it
        raise NotFound("ITEM_UNKNOWN", "This store doesn't list that product.")
    return _announced(new, product, store_id)


@api.get("/v1/image-uploads/<upload_id>", tags=["Images"], summary="What became of an uploaded photo")
def get_picture_upload(upload_id: str) -> Response[PictureUpload]:
    upload = uploads.find(upload_id)
    if upload is None or not _may_see(caller(api), upload):
        raise NotFound("UPLOAD_UNKNOWN", "There is no such upload, or it isn't yours.")
    return answer(
        PictureUpload(
            image_upload_id=upload.upload_id,
            status=upload.status,
            image_hash=upload.image_hash,
            urls=RenditionUrls(**urls_of(upload.image_hash).model_dump()) if upload.image_hash else None,
            error_code=upload.error_code,
            reason=upload.reason and in_words_of(upload.reason, language(api)),
        )
    )


def _product(product_id: str) -> catalog.Product:
    """The product, or what it was merged into. Raises NotFound."""
    product = catalog.facts([product_id]).get(product_id)
    if product is None:
        raise NotFound("PRODUCT_UNKNOWN", "There is no such product; add it to the catalog first.")
    return product


def _announced(new: NewPicture, product: catalog.Product, store_id: str | None) -> Response[AnnouncedPicture]:
    why, who = cause(api), caller(api)
    upload = Upload(
        upload_id=why.new_id("upl"),
        status="awaiting_upload",
        product_id=product.product_id,
        store_id=store_id,
        role=new.role,
        source="admin" if who.is_admin else "store",
        filename=new.filename,
        uploaded_by=why.actor,
        by_admin=who.is_admin,
        created_at=why.at,
        correlation_id=why.correlation_id,
    )
    uploads.add(upload)
    form = files.presigned_post(key_of(upload.upload_id))
    return answer(AnnouncedPicture(image_upload_id=upload.upload_id, upload=PictureForm(**form)), status=201)


def _may_see(who: Principal, upload: Upload) -> bool:
    """Who sent it, the people of the store that it is of, and admins."""
    if who.is_admin or who.subject == upload.uploaded_by:
        return True
    return upload.store_id is not None and access.role_in(upload.store_id, who.subject) is not None


handler = http_handler(api)
