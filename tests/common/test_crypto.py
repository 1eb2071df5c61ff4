import json
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives import hashes
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given, strategies as st

from common import crypto
from common.crypto import DecryptionFailed, Suite

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.fixture(params=list(Suite))
def keys(request, tmp_path, settings):
    path = tmp_path / "keys.json"
    crypto.create_keys(path, request.param)
    settings.FIELD_KEYS_FILE = str(path)
    return path


@given(value=TEXTS, aad=TEXTS)
def test_what_was_encrypted_comes_back(value, aad):
    assert crypto.decrypt(crypto.encrypt(value, aad=aad), aad=aad) == value


@given(value=TEXTS, here=TEXTS, there=TEXTS)
def test_a_value_opens_at_no_other_place(value, here, there):
    if here == there:
        there += "x"
    with pytest.raises(DecryptionFailed):
        crypto.decrypt(crypto.encrypt(value, aad=here), aad=there)


def test_both_suites_work_and_show_themselves_in_the_header(keys):
    suite = json.loads(keys.read_text())["data"][0]["suite"]
    sealed = crypto.encrypt("150302198501010011", aad="person|id_number|1")
    assert sealed[:2] == bytes([1, {Suite.AES: 1, Suite.SM4: 2}[suite]])
    assert len(sealed) == 4 + 12 + 18 + 16
    assert crypto.decrypt(memoryview(sealed), aad="person|id_number|1") == "150302198501010011"
    assert b"150302" not in sealed


def test_a_thousand_swaps_are_a_thousand_detections(keys):
    rows = [crypto.encrypt(str(row), aad=f"person|phone|{row}") for row in range(1000)]
    for row, sealed in enumerate(rows[1:] + rows[:1]):
        with pytest.raises(DecryptionFailed):
            crypto.decrypt(sealed, aad=f"person|phone|{row}")


def test_every_single_changed_byte_is_detected(keys):
    sealed = crypto.encrypt("13800005678", aad="a")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(DecryptionFailed):
            crypto.decrypt(bytes(changed), aad="a")


@pytest.mark.parametrize("length", [0, 1, 4, 16, 31])
def test_a_stump_is_refused(length, keys):
    with pytest.raises(DecryptionFailed):
        crypto.decrypt(crypto.encrypt("", aad="a")[:length], aad="a")


def test_equal_values_never_look_equal(keys):
    assert crypto.encrypt("a", aad="a") != crypto.encrypt("a", aad="a")


def test_the_blind_index_is_stable_per_field_and_differs_between_fields(keys):
    index = crypto.blind_index("150302198501010011", field="id_number")
    assert len(index) == 32
    assert index == crypto.blind_index("150302198501010011", field="id_number")
    assert index != crypto.blind_index("150302198501010011", field="guardian_id_number")
    assert index != crypto.blind_index("150302195203150020", field="id_number")


def test_the_blind_index_of_another_key_file_is_another(keys, tmp_path, settings):
    mine = crypto.blind_index("150302198501010011", field="id_number")
    crypto.create_keys(tmp_path / "other.json")
    settings.FIELD_KEYS_FILE = str(tmp_path / "other.json")
    assert crypto.blind_index("150302198501010011", field="id_number") != mine


def test_sm3_is_the_national_hash():
    digest = hashes.Hash(crypto._INDEX_HASHES["hmac-sm3"]())
    digest.update(b"abc")
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest.finalize().hex() == expected


def test_sm4_gcm_agrees_with_rfc_8998():
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = b"".join(bytes([c]) * 8 for c in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    sealed = crypto._Sm4Gcm(key).encrypt(nonce, plain, aad)
    assert sealed[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert crypto._Sm4Gcm(key).decrypt(nonce, sealed, aad) == plain


def test_a_new_key_writes_and_the_old_one_still_reads(keys):
    old = crypto.encrypt("旧", aad="a")
    index = crypto.blind_index("旧", field="f")
    assert not crypto.needs_rotation(old)
    assert crypto.add_key(keys, Suite.SM4) == 2
    crypto._load.cache_clear()  # what a restart does
    new = crypto.encrypt("新", aad="a")
    assert crypto.needs_rotation(old)
    assert not crypto.needs_rotation(memoryview(new))
    assert (crypto.decrypt(old, aad="a"), crypto.decrypt(new, aad="a")) == ("旧", "新")
    assert crypto.blind_index("旧", field="f") == index
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600


def test_a_process_that_runs_on_reads_what_a_restarted_one_wrote(keys):
    ring = crypto._ring()
    crypto.add_key(keys)
    crypto._load.cache_clear()
    new = crypto.encrypt("新", aad="a")
    header = new[:4]
    assert header not in ring.by_header
    assert crypto.decrypt(new, aad="a") == "新"


def test_an_old_ring_reloads_once_for_an_unknown_key(keys, monkeypatch):
    old_ring = crypto._ring()
    crypto.add_key(keys)
    crypto._load.cache_clear()
    new = crypto.encrypt("新", aad="a")
    monkeypatch.setattr(crypto, "_ring", iter([old_ring, crypto._ring()]).__next__)
    assert crypto.decrypt(new, aad="a") == "新"


def test_the_keys_are_read_once(keys):
    crypto.encrypt("a", aad="a")
    keys.unlink()
    assert crypto.decrypt(crypto.encrypt("a", aad="a"), aad="a") == "a"


def test_many_processes_create_one_file(tmp_path):
    path, start = tmp_path / "keys.json", threading.Barrier(16)

    def create(_):
        start.wait()
        return crypto.create_keys(path), path.read_bytes()

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(create, range(16)))
    assert sum(created for created, _ in results) == 1
    assert len({content for _, content in results}) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_development_creates_its_keys_with_the_first_value(tmp_path, settings):
    settings.FIELD_KEYS_FILE = str(tmp_path / "new" / "keys.json")
    settings.FIELD_KEYS_CREATE = True
    assert crypto.decrypt(crypto.encrypt("a", aad="a"), aad="a") == "a"


def test_production_never_creates_keys(tmp_path, settings):
    path = tmp_path / "keys.json"
    settings.FIELD_KEYS_FILE, settings.FIELD_KEYS_CREATE = str(path), False
    with pytest.raises(ImproperlyConfigured, match="does not exist"):
        crypto.encrypt("a", aad="a")
    assert not path.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: "{",
        lambda c: "[]",
        lambda c: json.dumps(c | {"version": 2}),
        lambda c: json.dumps(c | {"active": 9}),
        lambda c: json.dumps(c | {"data": c["data"] * 2}),
        lambda c: json.dumps(c | {"data": [c["data"][0] | {"key": "AAAA"}]}),
        lambda c: json.dumps(c | {"data": [c["data"][0] | {"suite": "rot13"}]}),
        lambda c: json.dumps(c | {"index": {"suite": "hmac-sha256", "key": "AAAA"}}),
    ],
)
def test_a_damaged_key_file_is_named_and_not_used(damage, keys):
    content = json.loads(keys.read_text())
    keys.write_text(damage(content))
    crypto._load.cache_clear()
    with pytest.raises(ImproperlyConfigured, match="damaged") as caught:
        crypto.encrypt("a", aad="a")
    assert content["data"][0]["key"] not in str(caught.value)


def test_no_error_and_no_repr_shows_a_key_or_a_value(keys):
    sealed = crypto.encrypt("150302198501010011", aad="here")
    with pytest.raises(DecryptionFailed) as caught:
        crypto.decrypt(sealed, aad="there")
    assert "150302" not in repr(caught.value)
    assert json.loads(keys.read_text())["index"]["key"][:8] not in repr(crypto._ring())
