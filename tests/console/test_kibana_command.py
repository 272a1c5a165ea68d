"""`copycatch kibana`: what is built, and what comes into a server that follows the documented import."""

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from index.kibana.checking import mistakes
from index.kibana.installing import Kibana, KibanaUnavailable
from index.messages import text
from index.settings import KibanaSettings
from tests.console.kibana_server import Shop, kibana


@pytest.fixture
def shop() -> Iterator[Shop]:
    with kibana() as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "copycatch.toml"


def held(shop: Shop, space: str = "default") -> set[str]:
    return {name for _, name in shop.spaces[space]}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_build_writes_one_file_without_mistakes(copycatch, own_home: Path, lang: str) -> None:
    (said,) = copycatch("kibana", "build", "--lang", lang, "--json").fits("kibana_build")
    path = own_home / "exports" / f"kibana-{lang}.ndjson"
    assert said == {"file": str(path), "lang": lang, "objects": len(path.read_bytes().splitlines())}
    assert said["objects"] > 50 and mistakes(path.read_bytes(), "copycatch") == []
    titles = {json.loads(line)["attributes"]["title"] for line in path.read_bytes().splitlines()}
    assert {text("kibana.search.triage", lang), "品牌：豆包" if lang == "zh" else "Brand: Doubao"} <= titles


def test_build_follows_the_prefix_of_the_index_and_the_marketplaces_of_the_settings(
    copycatch, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text(
        '[crawl]\nshipped = false\n[[marketplaces]]\nspider = "discuz"\nstart = ["http://bbs.example/"]\n'
    )
    monkeypatch.setenv("COPYCATCH_INDEX", "https://es.example:9200/desk")
    answer = copycatch("kibana", "build", "--out", "-")
    built = [json.loads(line) for line in answer.out.splitlines()]
    assert mistakes(answer.out.encode(), "desk") == []
    assert "desk-findings" in {one["attributes"]["title"] for one in built if one["type"] == "index-pattern"}
    assert [one["attributes"]["title"] for one in built if "marketplace-" in one["id"]] == [
        "Marketplace: discuz:bbs.example"
    ]


def test_an_own_brand_gets_a_search(copycatch, own_home: Path) -> None:
    (own_home / "brands").mkdir(parents=True, exist_ok=True)
    (own_home / "brands/ours.yml").write_text("id: ours\nnames: [{text: 本家助手, lang: zh, kind: official}]\n")
    built = copycatch("kibana", "build", "--out", "-", "--lang", "zh").out
    assert "品牌：本家助手" in built and 'brand:\\\\\\"ours' in built


def test_build_says_where_it_could_not_write(copycatch, tmp_path: Path) -> None:
    answer = copycatch("kibana", "build", "--out", tmp_path / "no/such/x.ndjson")
    assert answer.code == 2 and "no/such" in answer.err
    assert copycatch("kibana", "build", "--out", "-", "--json").code == 2


def test_install_brings_all_objects(copycatch, shop: Shop) -> None:
    (said,) = copycatch("kibana", "install", "--url", shop.url, "--json").fits("kibana_install")
    assert said["imported"] == len(held(shop)) > 50 and said["failed"] == [] and said["space"] == "default"
    assert "copycatch-dashboard-findings-en" in held(shop)


def test_install_again_replaces_and_another_language_stands_beside_it(copycatch, shop: Shop) -> None:
    assert copycatch("kibana", "install", "--url", shop.url).code == 0
    first = held(shop)
    assert copycatch("kibana", "install", "--url", f"{shop.url}/").code == 0
    assert held(shop) == first
    assert copycatch("kibana", "install", "--url", shop.url, "--lang", "zh").code == 0
    assert len(held(shop)) == 2 * len(first)


def test_install_into_a_space(copycatch, shop: Shop, settings: Path) -> None:
    settings.write_text(f'[kibana]\nurl = "{shop.url}"\nspace = "desk"\n')
    assert copycatch("kibana", "install").code == 0
    assert held(shop, "desk") and not held(shop)
    answer = copycatch("kibana", "install", "--space", "nowhere")
    assert answer.code == 4 and "nowhere" in answer.err
    assert copycatch("kibana", "install", "--space", "../x").code == 4


@pytest.mark.parametrize("how", ["password", "password file", "key", "key file"])
def test_install_signs_in(copycatch, shop: Shop, settings: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    (settings.parent / "secret").write_text("s3cret\n")
    shop.login = "ApiKey s3cret" if "key" in how else f"Basic {b64encode(b'kim:s3cret').decode()}"
    part = "api_key" if "key" in how else "password"
    lines = [f'[kibana]\nurl = "{shop.url}"']
    lines += ['user = "kim"'] if "password" in how else []
    lines += [f'{part}_file = "{settings.parent}/secret"'] if "file" in how else []
    settings.write_text("\n".join(lines))
    if "file" not in how:
        monkeypatch.setenv(f"COPYCATCH_KIBANA_{part.upper()}", "s3cret")
    answer = copycatch("kibana", "install")
    assert answer.code == 0 and "s3cret" not in answer.out + answer.err
    shop.login = "another"
    answer = copycatch("kibana", "install")
    assert answer.code == 4 and "refuses the login" in answer.err and "s3cret" not in answer.err


def test_what_kibana_does_not_take_is_listed(copycatch, shop: Shop) -> None:
    shop.types = frozenset({"index-pattern", "search"})
    answer = copycatch("kibana", "install", "--url", shop.url, "--json")
    (said,) = answer.fits("kibana_install")
    assert answer.code == 1 and len(said["failed"]) == 3
    assert "dashboard copycatch-dashboard-findings-en: unsupported_type" in said["failed"]
    assert "unsupported_type" in answer.err


def test_missing_references_are_named(shop: Shop) -> None:
    one = {
        "type": "search",
        "id": "s",
        "attributes": {"title": "x"},
        "references": [{"type": "index-pattern", "id": "v", "name": "n"}],
    }
    done = Kibana(shop.url, KibanaSettings()).install(json.dumps(one).encode())
    assert done.imported == 0 and done.failed == ("search s: missing_references (index-pattern v)",)


@pytest.mark.parametrize(("mood", "said"), [
    ("starting", "not ready"), ("moved", "/base/login"), ("nonsense", "no answer of Kibana"),
    ("html", "no answer of Kibana"), ("broken", "An internal server error"),
])  # fmt: skip
def test_an_answer_that_is_none_is_said(copycatch, shop: Shop, mood: str, said: str) -> None:
    shop.mood = mood
    answer = copycatch("kibana", "install", "--url", shop.url)
    assert answer.code == 4 and said in answer.err and len(answer.err.splitlines()) <= 2


def test_an_account_that_may_not_is_told(copycatch, shop: Shop) -> None:
    shop.forbidden = True
    answer = copycatch("kibana", "install", "--url", shop.url)
    assert answer.code == 4 and "does not allow" in answer.err


def test_a_kibana_that_is_not_there(copycatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        answer = copycatch("kibana", "install", "--url", f"http://127.0.0.1:{free.getsockname()[1]}")
    assert answer.code == 4 and "cannot be reached" in answer.err
    assert copycatch("kibana", "install").code == 4


@pytest.mark.parametrize(("url", "said"), [
    ("http://kibana.example:5601", "kibana.plain_http"), ("ftp://127.0.0.1", "kibana.bad_url"),
    ("https://kim:pw@kibana.example", "kibana.credentials"), ("https://k.example/?a=1", "kibana.bad_url"),
    ("https://k.example:port", "kibana.bad_url"), ("kibana", "kibana.bad_url"),
])  # fmt: skip
def test_an_address_that_will_not_do_is_refused_before_anything_is_sent(
    url: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYCATCH_LANG", "en")
    with pytest.raises(KibanaUnavailable) as caught:
        Kibana(url, KibanaSettings())
    assert str(caught.value).split("{")[0][:20] == text(said, "en", url=repr(url), host="kibana.example")[:20]
    assert "pw" not in str(caught.value)


def test_files_of_the_settings_that_are_not_there(tmp_path: Path, shop: Shop) -> None:
    for part in ("api_key_file", "password_file"):
        with pytest.raises(KibanaUnavailable):
            Kibana(shop.url, KibanaSettings(user="kim", **{part: str(tmp_path / "none")}))
    with pytest.raises(KibanaUnavailable):
        Kibana(shop.url, KibanaSettings(ca_file=str(tmp_path / "none"))).install(b"{}")


def test_a_certificate_is_checked_and_one_of_ones_own_authority_is_taken(
    copycatch, tmp_path: Path, settings: Path
) -> None:
    certificate, key = own_certificate(tmp_path)
    with kibana(tls=(certificate, key)) as shop:
        settings.write_text(f'[kibana]\nurl = "{shop.url}"\n')
        answer = copycatch("kibana", "install")
        assert answer.code == 4 and "certificate" in answer.err.lower() and not held(shop)
        settings.write_text(f'[kibana]\nurl = "{shop.url}"\nca_file = "{certificate}"\n')
        assert copycatch("kibana", "install").code == 0 and held(shop)


def test_an_expired_certificate_is_refused(copycatch, tmp_path: Path, settings: Path) -> None:
    certificate, key = own_certificate(tmp_path, days=-1)
    with kibana(tls=(certificate, key)) as shop:
        settings.write_text(f'[kibana]\nurl = "{shop.url}"\nca_file = "{certificate}"\n')
        answer = copycatch("kibana", "install")
        assert answer.code == 4 and "expired" in answer.err and not held(shop)


def own_certificate(folder: Path, *, days: int = 2) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kibana for a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "own.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "own.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "own.pem", folder / "own.key"
