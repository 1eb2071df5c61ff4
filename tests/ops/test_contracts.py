import tomllib

import pytest

from ops.state import ROOT

PRIVATE = (
    *("urls", "views", "api", "tasks", "admin", "forms", "messages"),
    *("querysets", "transitions", "deadlines", "routing", "rules"),
)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {c["id"]: c for c in PYPROJECT["tool"]["importlinter"]["contracts"]}
APPS = CONTRACTS["inside"]["containers"]


def test_every_app_is_held_by_the_contract_of_its_inside():
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for pattern in (
            "*/apps.py",
            *(f"{n}/*/apps.py" for n in ("community", "residents", "servicehall")),
        )
        for path in ROOT.glob(pattern)
    }

    assert found - {"common"} == set(APPS)


@pytest.mark.parametrize("app", APPS)
def test_every_private_module_is_protected(app):
    directory = ROOT.joinpath(*app.split("."))
    present = {
        f"{app}.{name}"
        for name in PRIVATE
        if (directory / f"{name}.py").exists() or (directory / name / "__init__.py").exists()
    }
    contract = CONTRACTS.get(f"private-{app.rsplit('.', 1)[-1]}", {"protected_modules": []})

    assert present == set(contract["protected_modules"]), "mend the contract in pyproject.toml"
