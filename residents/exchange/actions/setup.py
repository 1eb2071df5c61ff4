"""Figures, entitlements and templates, from data files. Repeats change nothing, and no release is needed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
        text = _("按规定，这个部门不能取得：%(names)s。请去掉，或先请社区办登记法定依据。")
        said = text % {"names": names}
        raise Invalid("not_entitled", said, {"headings": said})


def _read(path: Path) -> Any:
    return plain.read(path)


def _load_figures(content: Mapping[str, Any]) -> int:
    columns = ("code", "value", "unit", "basis")
    rows = [
        {"body_key": each.get("body_key", ""), **{key: each[key] for key in columns}}
        for each in content["figures"]
    ]
    there = ExchangeFigure.objects.select_for_update().filter(valid_to__isnull=True)
    return _enter(ExchangeFigure, rows, there, ("code", "body_key"), content["valid_from"])


def _load_entitlements(content: Mapping[str, Any]) -> int:
    start: date = content["valid_from"]
    departments = {
        body_key: {key: each["basis"] for each in groups for key in each["attributes"]}
        for body_key, groups in content["departments"].items()
    }
    for wanted in departments.values():
        if unknown := set(wanted) - set(ATTRIBUTES) - set(BESIDE):
            raise Invalid("attribute_unknown", ", ".join(sorted(unknown)))
    rows = [
        {"body_key": body_key, "attribute": key, "basis": basis}
        for body_key, wanted in departments.items()
        for key, basis in wanted.items()
    ]
    there = list(
        FieldEntitlement.objects.select_for_update().filter(
            body_key__in=departments, valid_to__isnull=True
        )
    )
    changed = _enter(FieldEntitlement, rows, there, ("body_key", "attribute"), start)
    over = [row for row in there if row.attribute not in departments[row.body_key]]
    return changed + sum(_end(row, start) for row in over)


def _enter(
    model: type[models.Model],
    rows: Iterable[Mapping[str, Any]],
    there: Iterable[models.Model],
    by: Sequence[str],
    start: date,
) -> int:
    """The rows in force become these from `start` on; what held before stays readable. How many changed."""
    in_force = {tuple(getattr(each, key) for key in by): each for each in there}
    fresh = []
    for row in rows:
        current = in_force.get(tuple(row[key] for key in by))
        if current is not None and all(getattr(current, k) == v for k, v in row.items()):
            continue
        if current is not None:
            _end(current, start)
        fresh.append(model(**row, valid_from=start))
    model._default_manager.bulk_create(fresh)
    return len(fresh)


def _end(row: Any, day: date) -> bool:
    if row.valid_from >= day:
        row.delete()
    else:
        row.valid_to = day
        row.save(update_fields=["valid_to"])
    return True
