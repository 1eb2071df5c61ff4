"""Giving a body a seal. What was sealed before keeps the seal of its day."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from common import storage
from common.errors import Invalid
from common.uploads import check_upload
from community.governance.models import Body
from servicehall.documents.models import Seal


def put_seal(
    body: Body,
    *,
    name: str = "",
    image: bytes | None = None,
    roles: Sequence[str] = (),
    kinds: Sequence[str] = (),
    is_automatic: bool = False,
    basis: str = "",
    starts_on: date,
    by: audit.Actor,
    now: datetime,
) -> Seal:
    """A new seal from a day on; seals of the body for the same kinds end on that day."""
    kept = ""
    if image is not None:
        clean = check_upload(image, "seal.png")
        if clean.kind != "png":
            raise Invalid("not_png", _("印章图片要用透明底的 PNG。"), {"image": _("请用 PNG。")})
        kept = storage.keep(clean.content)
    with transaction.atomic(durable=True):
        before = Seal.objects.select_for_update().filter(body=body, kinds=sorted(kinds))
        before.filter(valid_from__lt=starts_on, valid_to=None).update(valid_to=starts_on)
        seal = Seal.objects.create(
            body=body,
            name=name,
            image=kept,
            roles=list(roles),
            kinds=sorted(kinds),
            is_automatic=is_automatic,
            basis=basis,
            valid_from=starts_on,
        )
        audit.record(
            "seal.put", by=by, target=seal, place_path=body.place.path, reason=basis, now=now
        )
    return seal
