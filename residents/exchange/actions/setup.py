"""Figures, entitlements and templates, from data files. Repeats change nothing, and no release is needed."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from common import plain
from common.errors import Invalid, NotAllowed
from residents.base.attributes import ATTRIBUTES
from residents.exchange.layouts import BESIDE, label_of, missing, read_layout
from residents.exchange.models import ExchangeFigure, ExportTemplate, FieldEntitlement

DATA = Path(__file__).parents[1] / "data"
IN_ENGLISH = ("name_en", "purpose_en")  # only words: no reason for another version
OF_TEMPLATE = ("code", "body_key", "name", "purpose", "basis", "valid_from", *IN_ENGLISH)


def load_exchange(folder: Path = DATA) -> Counter[str]:
    """Load a folder with figures.yaml, entitlements.yaml and forms/*.yaml; what changed, by kind."""
    changed: Counter[str] = Counter()
    with transaction.atomic():
        changed["figures"] = _load_figures(_read(folder / "figures.yaml"))
        changed["entitlements"] = _load_entitlements(_read(folder / "entitlements.yaml"))
        for path in sorted((folder / "forms").glob("*.yaml")):
            changed["templates"] += load_template(_read(path))
    return changed


def load_template(content: Mapping[str, Any]) -> bool:
    """Enter one template as it holds from its day on. Raises Invalid when it is none or takes what the
    department is not entitled to, NotAllowed when files went out by the version that it would change."""
    head = {key: content.get(key, "") for key in OF_TEMPLATE}
    start: date = head.pop("valid_from")
    code = head.pop("code")
    body = {key: value for key, value in content.items() if key not in OF_TEMPLATE}
    check_entitled(body, head["body_key"], start)
    with transaction.atomic():
        current = (
            ExportTemplate.objects.select_for_update()
            .filter(code=code, valid_to__isnull=True)
            .first()
        )
        values = {**head, "content": body}
        changed = {k for k, v in values.items() if current and getattr(current, k) != v}
        if current is not None and changed <= set(IN_ENGLISH):
            for key in changed:
                setattr(current, key, values[key])
            current.save(update_fields=changed)
            return bool(changed)
        if current is not None and current.valid_from >= start:
            if current.runs.exists():
                raise NotAllowed(
                    "template_used", _("这个版本已经导出过数据，请写一个以后的生效日期。")
                )
            for key, value in values.items():
                setattr(current, key, value)
            current.save()
            return True
        if current is not None:
            current.valid_to = start
            current.save(update_fields=["valid_to"])
        version = current.version + 1 if current else 1
        ExportTemplate.objects.create(code=code, version=version, valid_from=start, **values)
    return True


def check_entitled(content: Mapping[str, Any], body_key: str, day: date) -> None:
    """A form may hold only what its department may receive: the least that the purpose needs (PIPL 6)."""
    lacks = missing(read_layout(content), FieldEntitlement.objects.of_body(body_key, day))
    if lacks:
        names = _("、").join(str(label_of(key)) for key in lacks)
        raise Invalid(
            "not_entitled",
            _("这个部门没有权限取得：%(names)s。请先登记法定依据。") % {"names": names},
        )


def _read(path: Path) -> Any:
    return plain.read(path)


def _load_figures(content: Mapping[str, Any]) -> int:
    start: date = content["valid_from"]
    return sum(
        _enter(
            ExchangeFigure,
            {"code": each["code"], "body_key": each.get("body_key", "")},
            {key: each[key] for key in ("value", "unit", "basis")},
            start,
        )
        for each in content["figures"]
    )


def _load_entitlements(content: Mapping[str, Any]) -> int:
    start: date = content["valid_from"]
    changed = 0
    for body_key, groups in content["departments"].items():
        wanted = {key: each["basis"] for each in groups for key in each["attributes"]}
        if unknown := set(wanted) - set(ATTRIBUTES) - set(BESIDE):
            raise Invalid("attribute_unknown", ", ".join(sorted(unknown)))
        for key, basis in wanted.items():
            where = {"body_key": body_key, "attribute": key}
            changed += _enter(FieldEntitlement, where, {"basis": basis}, start)
        over = FieldEntitlement.objects.filter(body_key=body_key, valid_to__isnull=True)
        for row in over.exclude(attribute__in=wanted):
            changed += _end(row, start)
    return changed


def _enter(
    model: type[models.Model], where: Mapping[str, Any], values: Mapping[str, Any], start: date
) -> bool:
    """The row in force becomes this from `start` on; what held before stays readable."""
    rows = model._default_manager.select_for_update()
    current: Any = rows.filter(**where, valid_to__isnull=True).first()
    if current is not None and all(getattr(current, k) == v for k, v in values.items()):
        return False
    if current is not None:
        _end(current, start)
    model._default_manager.create(**where, **values, valid_from=start)
    return True


def _end(row: Any, day: date) -> bool:
    if row.valid_from >= day:
        row.delete()
    else:
        row.valid_to = day
        row.save(update_fields=["valid_to"])
    return True
