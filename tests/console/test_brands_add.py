"""`copycatch brands add`: a brand is taken up from genuine material; what proves nothing is refused."""

import json
from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID

from demo import apk_sign
from demo.apk_patch import Wish, patched
from index.home import Home
from index.profiles import SHIPPED, Profile, load_profiles, read_profile
from tests.apk_analysis import build

PACKAGE = "cn.example.mingjing"
DAY = r"\d{4}-\d\d-\d\d"
SITE, MARKET = build.key("Mingjing Site", "rsa"), build.key("Mingjing Market")


@pytest.fixture
def apk(tmp_path: Path):
    def write(name: str, key: build.Key = SITE, package: str = PACKAGE, schemes: str = "v1 v2 v3") -> Path:
        path = tmp_path / name
        path.write_bytes(build.signed(schemes, key, package=package, label="明镜助手"))
        return path

    return write


def profile_of(home: Path, brand: str = "mingjing") -> Profile:
    return read_profile(Home(home).brands / f"{brand}.yml")


def test_a_brand_is_taken_up_from_samples_of_several_stores(copycatch, own_home: Path, apk) -> None:
    site, market = apk("site.apk"), apk("market.apk", MARKET)
    answer = copycatch(
        *("brands", "add", "mingjing", "--apk", site, "--store", "official_site"),
        *("--apk", market, "--store", "huawei", "--nickname", "镜子", "--former", "明镜;2023;2024-05", "--json"),
    )
    (said,) = answer.fits("brands_add")
    assert answer.code == 0 and said["written"] is True
    profile = profile_of(own_home)
    assert [package.id for package in profile.packages] == [PACKAGE]
    assert {(pin.store, pin.sha256) for pin in profile.signers} == {
        ("official_site", SITE.sha256),
        ("huawei", MARKET.sha256),
    }
    assert profile.signers[0].rsa_modulus_md5 and profile.signers[1].rsa_modulus_md5 is None
    assert all(pin.sha1 and pin.md5 and pin.hex_md5 for pin in profile.signers)  # stores state any of them
    assert all(pin.confidence == "probable" and pin.checked and "sha256:" in pin.source for pin in profile.signers)
    names = {name.text: (name.kind, name.since, name.until) for name in profile.names}
    assert names == {"镜子": ("nickname", None, None), "明镜": ("former", "2023", "2024-05")}


def test_without_a_name_the_samples_label_is_taken_and_everything_shows_its_source(copycatch, own_home, apk) -> None:
    answer = copycatch("brands", "add", "mingjing", "--apk", apk("a.apk"), "--store", "site")
    assert answer.code == 0, answer.err
    assert profile_of(own_home).names[0].text == "明镜助手"
    assert "a.apk" in answer.out and "probable" in answer.out and PACKAGE in answer.out
    text = (Home(own_home).brands / "mingjing.yml").read_text("utf-8")
    assert "domains: []  # not collected" in text and text.index("names:") < text.index("signers:")


def test_a_samples_icon_is_taken_once(copycatch, own_home, tmp_path) -> None:
    key = apk_sign.key("icon", {NameOID.COMMON_NAME: "Example Icon"})
    wish = Wish(template="chat", package="cn.mingjing.practice.chat", label_en="Mingjing", label_zh="明镜")
    (tmp_path / "a.apk").write_bytes(apk_sign.signed_apk(patched(wish), key))
    call = ("brands", "add", "mingjing", "--apk", tmp_path / "a.apk", "--store", "site")
    assert copycatch(*call).code == 0
    (icon,) = profile_of(own_home).icons
    assert icon.descriptor.startswith("i1:") and "a.apk" in icon.source and icon.confidence == "probable"
    assert copycatch(*call, "--update", "--json").fits("brands_add")[0]["written"] is False
    assert icon.descriptor not in copycatch("brands", "show", "mingjing").out


def test_the_shipped_tools_read_what_was_written(copycatch, own_home, apk) -> None:
    copycatch("brands", "add", "mingjing", "--apk", apk("a.apk"), "--store", "site")
    shown = copycatch("brands", "show", "mingjing").out
    assert SITE.sha256 in shown and "not collected" in shown
    (row,) = [row for row in copycatch("brands", "list", "--json").fits("brands_list") if row["id"] == "mingjing"]
    lines = {(line["field"], line["store"]): line["state"] for line in row["completeness"]}
    assert lines["signers", "site"] == "collected" and lines["domains", None] == "not_collected"


def unsigned(path: Path) -> Path:
    path.write_bytes(build.archive(build.files(package=PACKAGE)))
    return path


def broken(path: Path) -> Path:
    content = bytearray(build.signed("v2", SITE, package=PACKAGE))
    content[60] ^= 1
    path.write_bytes(bytes(content))
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda apk, folder: unsigned(folder / "x.apk"), "its signature is"),
        (lambda apk, folder: broken(folder / "x.apk"), "x.apk"),
        (lambda apk, folder: apk("x.apk", build.key("Android Debug")), "everybody has"),
        (lambda apk, folder: folder / "missing.apk", "missing.apk"),
    ],
    ids=["unsigned", "changed", "test key", "missing"],
)
def test_a_sample_that_proves_nothing_is_refused(copycatch, tmp_path, apk, make, words) -> None:
    answer = copycatch("brands", "add", "mingjing", "--name", "明镜", "--apk", make(apk, tmp_path), "--store", "s")
    assert answer.code == 2 and words in answer.err
    assert copycatch("brands", "show", "mingjing").code == 2


def test_what_is_no_package_at_all_is_refused(copycatch, own_home, tmp_path) -> None:
    path = tmp_path / "x.apk"
    path.write_bytes(b"no package")
    answer = copycatch("brands", "add", "mingjing", "--name", "明镜", "--apk", path, "--store", "s")
    assert answer.code == 2 and "no readable package" in answer.err


def test_another_package_is_refused_unless_told(copycatch, own_home, apk) -> None:
    call = (
        "brands",
        "add",
        "mingjing",
        "--apk",
        apk("a.apk"),
        "--apk",
        apk("b.apk", package="cn.other"),
        "--store",
        "s",
    )
    answer = copycatch(*call)
    assert answer.code == 2 and "cn.other" in answer.err and "--another-package" in answer.err
    assert copycatch(*call, "--another-package").code == 0
    assert {package.id for package in profile_of(own_home).packages} == {PACKAGE, "cn.other"}


def test_nothing_is_overwritten_without_update_and_the_difference_is_shown(copycatch, own_home, apk) -> None:
    copycatch("brands", "add", "mingjing", "--apk", apk("a.apk"), "--store", "site")
    path = Home(own_home).brands / "mingjing.yml"
    path.write_text("# written by hand\n" + path.read_text("utf-8"), "utf-8")
    before = path.read_bytes()
    call = (
        "brands",
        "add",
        "mingjing",
        "--mark",
        "明镜;9,42;cn;0123456;2031-05-06",
        "--partner",
        "杭州某某公司;2027-06",
    )
    answer = copycatch(*call)
    assert answer.code == 2 and "--update" in answer.err and path.read_bytes() == before
    answer = copycatch(*call, "--update")
    assert answer.code == 0 and "+  - {name: 明镜" in answer.out
    profile = profile_of(own_home)
    assert (profile.marks[0].number, profile.marks[0].classes, profile.marks[0].region) == (
        "0123456",
        ("9", "42"),
        "CN",
    )
    assert profile.partners[0].expires == "2027-06" and profile.signers[0].sha256 == SITE.sha256
    assert path.read_text("utf-8").startswith("# written by hand\n")
    assert copycatch(*call, "--update", "--json").fits("brands_add")[0]["written"] is False


def test_a_renewed_licence_takes_the_place_of_the_ended_one(copycatch, own_home) -> None:
    copycatch("brands", "add", "mingjing", "--name", "明镜", "--partner", "某某公司;2024-01-31;cn.partner.app")
    copycatch("brands", "add", "mingjing", "--update", "--partner", "某某公司;2028-01-31")
    (partner,) = profile_of(own_home).partners
    assert (partner.expires, partner.packages) == ("2028-01-31", ("cn.partner.app",))


def test_a_surer_value_stays_and_a_less_sure_one_gives_way(copycatch, own_home) -> None:
    copycatch("brands", "add", "m", "--name", "明镜", "--developer", "某公司", "--confidence", "unverified")
    copycatch("brands", "add", "m", "--update", "--developer", "某公司", "--confidence", "confirmed")
    copycatch("brands", "add", "m", "--update", "--developer", "某公司", "--confidence", "probable")
    (developer,) = profile_of(own_home, "m").developers
    assert developer.confidence == "confirmed"


def test_a_shipped_profile_is_copied_with_its_comments_and_kept(copycatch, own_home) -> None:
    shipped = (SHIPPED / "doubao.yml").read_bytes()
    assert copycatch("brands", "add", "doubao", "--domain", "doubao.example").code == 2
    assert copycatch("brands", "add", "doubao", "--domain", "doubao.example", "--update").code == 0
    own = profile_of(own_home, "doubao")
    assert own.domains == ("doubao.example",) and own.packages == load_profiles()["doubao"].packages
    assert (SHIPPED / "doubao.yml").read_bytes() == shipped
    assert "# 'unverified' values" in (Home(own_home).brands / "doubao.yml").read_text("utf-8")


def links(folder: Path, *targets: tuple[str, str]) -> Path:
    path = folder / "assetlinks.json"
    statements = [
        {
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {"namespace": "android_app", "package_name": package, "sha256_cert_fingerprints": [digest]},
        }
        for package, digest in targets
    ]
    path.write_text(json.dumps([{"target": {"namespace": "web", "site": "https://x.example"}}, *statements]), "utf-8")
    return path


def test_assetlinks_pins_count_for_every_store_and_other_apps_are_left_out(copycatch, own_home, tmp_path) -> None:
    digest = ":".join(["AB"] * 32)
    path = links(tmp_path, (PACKAGE, digest), ("com.other.app", digest))
    answer = copycatch(
        *("brands", "add", "mingjing", "--name", "明镜", "--package", PACKAGE),
        *("--assetlinks", path, "--host", "mingjing.example", "--confidence", "confirmed"),
    )
    assert answer.code == 1 and "com.other.app" in answer.err
    profile = profile_of(own_home)
    (pin,) = profile.signers
    assert (pin.package, pin.store, pin.sha256, pin.confidence) == (
        PACKAGE,
        "vendor_assetlinks",
        "ab" * 32,
        "confirmed",
    )
    assert profile.domains == ("mingjing.example",) and pin.source == "assetlinks mingjing.example"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b"\xff\xfe",
        b'[{"target": {"namespace": "android_app"}}]',
        b"[" + b" " * (1 << 20) + b"]",
    ],
)
def test_broken_assetlinks_are_a_clear_error(copycatch, tmp_path, content: bytes) -> None:
    path = tmp_path / "assetlinks.json"
    path.write_bytes(content)
    answer = copycatch("brands", "add", "mingjing", "--name", "明镜", "--assetlinks", path)
    assert answer.code == 2 and "is no assetlinks.json" in answer.err


def test_a_filing_record_pins_certificate_and_public_key(copycatch, own_home, apk) -> None:
    numbers = SITE.private.public_key().public_numbers()
    given = ("--filing", "京ICP备12345678号-1A", "--certificate-md5", "AB:" * 15 + "CD", "--package", PACKAGE)
    copycatch("brands", "add", "mingjing", "--name", "明镜", *given, "--public-key", numbers.n)
    (pin,) = profile_of(own_home).signers
    assert (pin.store, pin.md5) == ("app_filing", "ab" * 15 + "cd")
    copycatch("brands", "add", "other", "--name", "另一个", *given, "--public-key", f"{numbers.n:x}")
    assert profile_of(own_home, "other").signers[0].rsa_modulus_md5 == pin.rsa_modulus_md5
    copycatch("brands", "add", "third", "--apk", apk("a.apk"), "--store", "site")
    assert profile_of(own_home, "third").signers[0].rsa_modulus_md5 == pin.rsa_modulus_md5


def test_saved_pages_give_packages_and_display_names_per_store(copycatch, own_home, tmp_path) -> None:
    path = tmp_path / "pages.csv"
    path.write_text(
        "title,url,marketplace,package_name,seller,declared_signers\n"
        f"明镜,https://a.example/1,store_a,{PACKAGE},明镜科技,{'cd' * 32}\n"
        f"明镜,https://b.example/1,store_b,{PACKAGE},Mingjing Tech,\n"
        f"明镜,https://c.example/1,store_c,{PACKAGE},Mingjing Tech,{'AB:' * 19}AB\n"
        f"明镜,https://d.example/1,store_d,{PACKAGE},Mingjing Tech,hex-md5:{'ef' * 16}\n",
        "utf-8",
    )
    assert copycatch("brands", "add", "mingjing", "--name", "明镜", "--page", path).code == 0
    profile = profile_of(own_home)
    stated = {pin.store: (pin.sha256, pin.sha1, pin.md5, pin.hex_md5, pin.confidence) for pin in profile.signers}
    assert stated == {
        "store_a": ("cd" * 32, None, None, None, "unverified"),
        "store_c": (None, "ab" * 20, None, None, "unverified"),
        "store_d": (None, None, None, "ef" * 16, "unverified"),
    }
    assert {(one.name, one.store) for one in profile.developers} == {
        ("明镜科技", "store_a"),
        ("Mingjing Tech", "store_b"),
        ("Mingjing Tech", "store_c"),
        ("Mingjing Tech", "store_d"),
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--mark", "only a name"), "--mark wants"),
        (("--mark", "a;9;CN;1;2031-13-01"), "is no day"),
        (("--mark", "a;99;CN;1;2031"), "Nice classes"),
        (("--partner", "a;soon"), "is no day"),
        (("--partner", "a;2027;p;zz"), "signers"),
        (("--name", "a;2025;2024"), "is after until"),
        (("--certificate-md5", "xyz", "--package", "p"), "MD5"),
        (("--certificate-md5", "ab" * 16), "--package"),
        (("--public-key", "12", "--package", "p"), "RSA modulus"),
        (("--public-key", "9" * 100_000, "--package", "p"), "RSA modulus"),
        (("--apk", "x.apk"), "1 --apk and 0 --store"),
    ],
)
def test_wrong_words_are_said_and_nothing_is_written(copycatch, own_home, options, words) -> None:
    answer = copycatch("brands", "add", "mingjing", "--name", "明镜", *options)
    assert answer.code == 2 and words in answer.err, answer.err
    assert not Home(own_home).brands.exists()


@pytest.mark.parametrize("brand", ["../up", "A", "", "x" * 65, "a/b", ".hidden"])
def test_an_id_is_no_path(copycatch, own_home, brand: str) -> None:
    assert copycatch("brands", "add", brand, "--name", "x").code == 2
    assert not Home(own_home).brands.exists()


def test_a_new_profile_needs_a_name(copycatch) -> None:
    answer = copycatch("brands", "add", "mingjing", "--domain", "x.example")
    assert answer.code == 2 and "--name" in answer.err


def test_hostile_values_are_text_and_nothing_else(copycatch, own_home) -> None:
    name = "}, {id: x] # \x1b[2J \u202e '\" *a &b"
    answer = copycatch("brands", "add", "mingjing", "--name", name)
    assert answer.code == 0 and "\x1b" not in answer.out
    assert profile_of(own_home).names[0].text == name


@pytest.mark.parametrize(("answer", "written"), [(b"n\n", False), (b"y\n", True), (b"", False)])
def test_on_a_terminal_it_asks_before_it_writes(
    copycatch, own_home, monkeypatch, answer: bytes, *, written: bool
) -> None:
    monkeypatch.setattr("console.brand_add._on_a_terminal", lambda: True)
    said = copycatch("brands", "add", "mingjing", "--name", "明镜", stdin=answer)
    assert (said.code == 0) is written
    assert (Home(own_home).brands / "mingjing.yml").exists() is written
    assert copycatch("brands", "add", "mingjing", "--name", "明镜", "--update", "--yes").code == 0
