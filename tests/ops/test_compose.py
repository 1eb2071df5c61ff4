"""The production shape, held against the settings and against the embedded servers."""

import ast
import re

import pytest
import yaml

from config.settings import base
from ops import devpg
from ops.check import PRODUCTION
from ops.state import ROOT
from tests.ops.schedule import queues_of

SECRETS = (
    *("SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"),
    *("FIELD_KEYS_FILE", "AUDIT_KEY_FILE", "TLS_KEY"),
)
PORTAL = ("web-a", "web-b", "worker", "beat", "migrate")
SOURCE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(SOURCE)
SERVICES = COMPOSE["services"]


def demanded():
    """The names that the production settings read without a default."""
    for name in ("base", "production"):
        tree = ast.parse((ROOT / "config" / "settings" / f"{name}.py").read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            owner = call.func.value
            if isinstance(owner, ast.Name) and owner.id == "env" and call.args:
                has_default = len(call.args) > 1 or any(k.arg == "default" for k in call.keywords)
                if not has_default and isinstance(call.args[0], ast.Constant):
                    yield call.args[0].value


def test_the_settings_demand_something():
    assert {"SECRET_KEY", "DATABASE_URL", "BROKER_URL", "ALLOWED_HOSTS"} <= set(demanded())


@pytest.mark.parametrize("service", PORTAL)
def test_every_part_of_the_portal_is_given_what_the_settings_demand(service):
    environment = SERVICES[service]["environment"]

    assert set(demanded()) <= set(environment)
    assert environment["DJANGO_SETTINGS_MODULE"] == "config.settings.production"


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_has_no_default_and_its_absence_is_an_error(secret):
    uses = re.findall(r"\$\{" + secret + r"([^}]*)\}", SOURCE)

    assert uses
    assert all(use.startswith(":?") for use in uses)


def test_no_secret_is_written_down():
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|KEY", key) and not key.endswith("_FILE"):
                assert str(value).startswith("${"), (name, key)


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "migrate"])
def test_every_lasting_service_has_a_health_check_and_comes_back(service):
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_runs_as_root_or_writes_its_own_image(service):
    settings = SERVICES[service]

    assert int(settings["user"].split(":")[0]) > 0
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in settings["security_opt"]


def test_the_check_of_the_production_settings_is_given_all_they_demand():
    assert set(demanded()) <= set(PRODUCTION)


def test_the_image_runs_as_the_user_of_the_compose_file():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    uid = SERVICES["web-a"]["user"].split(":")[0]

    assert f"--uid {uid} " in dockerfile
    assert dockerfile.index("USER yizhan") < dockerfile.index("\nCMD")


def test_only_the_proxy_is_reached_from_outside():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    assert COMPOSE["networks"]["inner"]["internal"]
    assert COMPOSE["networks"]["front"]["internal"]
    assert SERVICES["postgres"]["networks"] == SERVICES["valkey"]["networks"] == ["inner"]


def test_the_proxy_knows_every_web_container():
    proxy = (ROOT / "ops" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    webs = [name for name in SERVICES if name.startswith("web-")]

    assert len(webs) == 2
    assert set(re.findall(r"server (\S+):8000", proxy)) == set(webs)
    assert set(SERVICES["proxy"]["depends_on"]) == set(webs)
    assert "X-Forwarded-Proto https" in proxy
    assert "X-Forwarded-For $remote_addr;" in proxy  # replaced, so that nobody can forge it


def test_the_proxy_takes_the_largest_upload():
    proxy = (ROOT / "ops" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    megabytes = int(re.findall(r"client_max_body_size (\d+)m;", proxy)[0])

    assert megabytes * 1024 * 1024 >= base.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_postgres_sorts_searches_and_keeps_silent_as_in_the_tests():
    postgres = SERVICES["postgres"]

    assert "--locale=C.UTF-8" in postgres["environment"]["POSTGRES_INITDB_ARGS"]
    silence = {
        k: v for k, v in devpg.SETTINGS.items() if k.startswith("log_") and k != "log_timezone"
    }
    assert len(silence) == 3
    for name, value in silence.items():
        assert f"{name}={value}" in postgres["command"]


def test_the_worker_listens_to_every_queue_that_beat_fills():
    queues = SERVICES["worker"]["command"][SERVICES["worker"]["command"].index("-Q") + 1].split(",")
    filled = queues_of(base.CELERY_BEAT_SCHEDULE)

    assert filled <= set(queues)


def test_migrations_run_before_anything_serves():
    for name in ("web-a", "web-b", "worker", "beat"):
        wanted = SERVICES[name]["depends_on"]["migrate"]["condition"]
        assert wanted == "service_completed_successfully"


def test_addresses_are_believed_from_the_proxy_alone():
    (pool,) = COMPOSE["networks"]["front"]["ipam"]["config"]

    assert SERVICES["web-a"]["environment"]["TRUSTED_PROXIES"] == pool["subnet"]
    inside = {name for name, service in SERVICES.items() if "front" in service["networks"]}
    assert inside == {"proxy", "web-a", "web-b"}
