"""T16: an address that somebody typed leads nowhere into our own network."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from common.errors import Invalid
from common.ids import uuid7
from notifications import actions, addresses, deliveries
from notifications.channels import webhook
from notifications.models import WebhookDelivery, WebhookEndpoint
from tests.factories.notifications import WebhookDeliveryFactory
from tests.notifications import receiver as receivers
from tests.notifications.test_pause import OPERATOR

# {port} is one at which somebody listens.
FORMS = [
    "https://127.0.0.1:{port}/",
    "https://127.1:{port}/",
    "https://127.0.1:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://0x7f.0.0.1:{port}/",
    "https://0x7f.1:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://017700000001:{port}/",
    "https://127.0.0.1.:{port}/",
    "https://127.000.000.001:{port}/",
    "https://0.0.0.0:{port}/",
    "https://0:{port}/",
    "https://[::1]:{port}/",
    "https://[::]:{port}/",
    "https://[0:0:0:0:0:0:0:1]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://[::ffff:7f00:1]:{port}/",
    "https://[::127.0.0.1]:{port}/",
    "https://[64:ff9b::7f00:1]:{port}/",
    "https://[2002:7f00:1::]:{port}/",
    "https://[fe80::1%25lo]:{port}/",
    "https://[fe80::1]:{port}/",
    "https://[fd00::1]:{port}/",
    "https://localhost:{port}/",
    "https://LOCALHOST:{port}/",
    "https://localhost.:{port}/",
    "https://localhost.localdomain:{port}/",
    "https://ip6-localhost:{port}/",
    "https://inside.example.com:{port}/",  # a name that leads inside
    "https://half.example.com:{port}/",  # one of its two addresses does
    "https://example.com@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}@example.com/",
    "https://example.com#@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}\\@example.com/",
    "https://127。0。0。1:{port}/",
    "https://①②⑦.0.0.1:{port}/",
    "https://%31%32%37.0.0.1:{port}/",
    "https://127.0.0.1\t:{port}/",
    " https://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/\r\nHost: example.com",
    "http://127.0.0.1:{port}/",
    "http://hooks.example.com:{port}/",
    "gopher://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "//127.0.0.1:{port}/",
    "https:127.0.0.1:{port}",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://172.16.0.1/",
    "https://100.64.0.1/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:99999/",
]
# Only the name server knows that these lead inside.
BY_NAME = tuple(f"https://{name}" for name in ("inside.", "half.", "localhost.localdomain"))
NAMES = {
    "inside.example.com": ["127.0.0.1"],
    "half.example.com": ["203.0.112.7", "127.0.0.1"],
    "localhost.localdomain": ["127.0.0.1"],
    "hooks.example.com": ["203.0.112.7"],
}


@pytest.fixture
def names(monkeypatch):
    """The names of the world, and who was asked for."""
    asked = []

    def look_up(host, port, **_how):
        asked.append(host)
        if host in NAMES:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in NAMES[host]]
        raise socket.gaierror(host)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.fixture
def calls(monkeypatch):
    """The connections that are tried; all of them fail."""
    tried = []

    def connect(address, *_how):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_an_inner_address_is_ever_connected_to(form, monkeypatch):
    """Also where the row came into the table by another way than the form."""
    with receivers.running() as inside:
        url = form.format(port=inside.url.rpartition(":")[2].partition("/")[0])
        WebhookDeliveryFactory(endpoint__url=url)
        monkeypatch.setattr(socket, "getaddrinfo", real_or_known)
        deliveries.drain()
        assert inside.connections == 0
    row = WebhookDelivery.objects.get()
    assert row.attempts == 1
    assert row.last_error in {"bad_url", "bad_port", "not_https", "address_closed", "no_address"}


real = socket.getaddrinfo


def real_or_known(host, port, *args, **how):
    if host in NAMES:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in NAMES[host]]
    return real(host, port, *args, **how)


@pytest.mark.django_db
@pytest.mark.parametrize("form", [form for form in FORMS if not form.startswith(BY_NAME)])
def test_the_form_refuses_what_can_be_seen_to_lead_inside(form, names):
    url = form.format(port=8443)
    with pytest.raises(Invalid):
        actions.add_endpoint(
            owner="区民政局",
            body_key="civil",
            url=url,
            events=[],
            place_path="/1/",
            key=uuid7(),
            by=OPERATOR,
            now=datetime.now(UTC),
        )
    assert not WebhookEndpoint.objects.exists()
    assert not names  # nobody was asked, no time was lost


def test_a_name_is_asked_for_once_and_its_checked_address_is_called(names, calls, monkeypatch):
    """A name that changes between check and call leads nowhere else."""
    answer = webhook.post("https://hooks.example.com/x", {}, b"{}")
    assert names == ["hooks.example.com"]
    assert calls == [("203.0.112.7", 443)]
    assert answer.code == "no_answer"


def test_an_operator_may_name_networks_that_are_right_all_the_same(settings):
    assert not addresses.is_open(ip_address("10.20.3.4"))
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16"]
    assert addresses.is_open(ip_address("10.20.3.4"))
    assert not addresses.is_open(ip_address("10.21.3.4"))
    assert addresses.parse("https://10.20.3.4/").host == "10.20.3.4"


@pytest.mark.parametrize(
    "address", ["203.0.112.7", "59.195.0.1", "2400:3200::1", "2a00:1450:4001:80b::200e"]
)
def test_the_world_outside_is_open(address):
    assert addresses.is_open(ip_address(address))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example.com", ("https", "hooks.example.com", 443, "/")),
        (
            "https://a-b.example.cn:8443/x?y=1&z=%20",
            ("https", "a-b.example.cn", 8443, "/x?y=1&z=%20"),
        ),
        ("https://xn--fiqs8s.example/", ("https", "xn--fiqs8s.example", 443, "/")),
        ("https://[2400:3200::1]/x", ("https", "2400:3200::1", 443, "/x")),
    ],
)
def test_a_right_address_is_taken_apart(url, target):
    found = addresses.parse(url)
    assert (found.scheme, found.host, found.port, found.path) == target


def test_a_redirect_is_not_followed(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receivers.running() as outside, receivers.running() as inside:
        outside.status, outside.answers = (lambda: 302), {"Location": inside.url}
        answer = webhook.post(outside.url, {}, b"{}")
        assert (answer.code, inside.connections) == ("http_302", 0)


def test_a_server_that_drips_is_hung_up_on(settings):
    """Each byte comes in time; all of them together do not."""
    settings.WEBHOOK_ALLOW_PRIVATE, settings.WEBHOOK_TIMEOUT_SECONDS = True, 0.4
    with receivers.running() as slow:
        slow.seconds_between_bytes = 0.05
        answer = webhook.post(slow.url, {}, b"{}")
    assert answer.code == "no_answer"
    assert 300 < answer.milliseconds < 3000


# --- certificates -------------------------------------------------------------------------------


def certificate(folder, name):
    """A server's own certificate, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(
    ("name", "is_known", "code"),
    [
        ("hooks.example.com", True, ""),
        ("hooks.example.com", False, "bad_certificate"),
        ("other.example.com", True, "bad_certificate"),
    ],
)
def test_the_pinned_address_must_show_the_certificate_of_the_name(
    tmp_path, settings, monkeypatch, name, is_known, code
):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    pem = certificate(tmp_path, name)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    known = ssl.create_default_context(cafile=str(pem) if is_known else None)
    monkeypatch.setattr(ssl, "create_default_context", lambda: known)
    monkeypatch.setitem(NAMES, "hooks.example.com", ["127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", real_or_known)
    with receivers.running(server) as receiver:
        url = receiver.url.replace("127.0.0.1", "hooks.example.com")
        assert webhook.post(url, {}, b"{}").code == code
        assert len(receiver.got) == (0 if code else 1)
