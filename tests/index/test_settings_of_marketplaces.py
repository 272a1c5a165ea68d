"""[[marketplaces]] in copycatch.toml: what `copycatch crawl --all` visits."""

from pathlib import Path

import pytest

from index.reading import ReadError
from index.settings import MarketplaceSettings, load_settings


def settings(folder: Path, text: str) -> Path:
    (folder / "copycatch.toml").write_text(text, "utf-8")
    return folder


def test_marketplaces_are_read_in_order(tmp_path: Path) -> None:
    text = """
        [[marketplaces]]
        spider = "discuz"
        start = ["https://bbs.example.org/"]
        queries = ["AI换脸"]
        [[marketplaces]]
        spider = "feed"
        start = ["https://news.example.org/rss"]
    """
    first, second = load_settings(settings(tmp_path, text)).marketplaces
    assert first == MarketplaceSettings(spider="discuz", start=("https://bbs.example.org/",), queries=("AI换脸",))
    assert second.queries == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[marketplaces]]\nspidre = "feed"\nstart = []', "number 1: unknown field spidre"),
        ("[[marketplaces]]\nstart = []", "number 1: Object missing required field `spider`"),
        ('[[marketplaces]]\nspider = "feed"\npages = 0', "number 1: Expected `int` >= 1"),
        ("[crawl]\nminutes = 0", "[crawl]: Expected `float` > 0"),
        ("[watch]\nper_run = 0", "[watch]: Expected `int` >= 1"),
        ("[schedule]\nzones = 1", "[schedule]: unknown field zones"),
        ('[marketplaces]\nspider = "feed"\nstart = []', "Expected `array`"),
        ('marketplaces = "feed"', "number 1: expected an object"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError) as refusal:
        load_settings(settings(tmp_path, text))
    assert "copycatch.toml" in str(refusal.value) and words in str(refusal.value)
