"""Pages of HTML that an app brings along."""

from tests.apk_analysis.traits.samples import traits

PAGE = {"index.html": b"<html>", "app.js": b"1", "app.css": b"a{}"}


def pages(*folders: str, **others: bytes) -> list[tuple[str, str]]:
    files = {f"{folder}/{name}": data for folder in folders for name, data in PAGE.items()}
    return [(item.value, item.where) for item in traits({**files, **others}, "h5_assets")]


def test_the_usual_folders() -> None:
    assert pages("assets/www") == [("assets/www/ (3 files)", "assets/www/index.html")]
    assert pages("assets/apps/__UNI__AB12CD3/www") == [
        ("assets/apps/__UNI__AB12CD3/www/ (3 files)", "assets/apps/__UNI__AB12CD3/www/index.html")
    ]


def test_pages_below_pages_are_one() -> None:
    assert pages("assets/www", "assets/www/sub", "assets/www/sub/deep") == [
        ("assets/www/ (9 files)", "assets/www/index.html")
    ]
    assert [value for value, _ in pages("assets/b", "assets/a")] == ["assets/a/ (3 files)", "assets/b/ (3 files)"]


def test_a_licence_page_alone_is_none() -> None:
    assert not traits({"assets/licenses.html": b"<html>"}, "h5_assets")
    assert not traits({"res/raw/index.html": b"<html>", "res/raw/app.js": b"", "res/raw/b.js": b""}, "h5_assets")
