"""What is asked first: for a walk from an address, and for a keyword."""

from urllib.parse import unquote

import pytest

from tests.spiders.cases import SPIDERS

Q = "AI+%E6%8D%A2%E8%84%B8"
T, R, V = "https://t.me", "https://www.reddit.com", "https://www.v2ex.com"
WALKS = [
    ("discourse", "https://e.org/", "https://e.org/latest.json?order=created"),
    ("discourse", "https://e.org/forum", "https://e.org/forum/latest.json?order=created"),
    ("discourse", "https://e.org/c/ai/5", "https://e.org/c/ai/5.json"),
    ("discourse", "https://e.org/forum/c/ai/5/l/latest?page=2", "https://e.org/forum/c/ai/5/l/latest.json?page=2"),
    ("discourse", "https://e.org/t/slug/12/7", "https://e.org/t/12.json"),
    ("discourse", "https://e.org/latest.rss", "https://e.org/latest.rss"),
    ("nodebb", "https://e.org", "https://e.org/api/categories"),
    ("nodebb", "https://e.org/forum/", "https://e.org/forum/api/categories"),
    ("nodebb", "https://e.org/category/5/ai", "https://e.org/api/category/5/ai"),
    ("nodebb", "https://e.org/forum/api/category/5/ai?page=2", "https://e.org/forum/api/category/5/ai?page=2"),
    ("nodebb", "https://e.org/topic/12/slug/3?page=2", "https://e.org/api/topic/12"),
    ("nodebb", "https://e.org/recent.rss", "https://e.org/recent.rss"),
    ("flarum", "https://e.org/", "https://e.org/api/discussions?sort=-createdAt&page[limit]=20"),
    ("flarum", "https://e.org/f/t/ai", "https://e.org/f/api/discussions?sort=-createdAt&page[limit]=20&filter[tag]=ai"),
    ("flarum", "https://e.org/d/12-slug/7", "https://e.org/api/discussions/12?include=user,posts,posts.user"),
    ("telegram_preview", f"{T}/Chan_Example", f"{T}/s/Chan_Example"),
    ("telegram_preview", f"{T}/s/Chan_Example?before=90", f"{T}/s/Chan_Example?before=90"),
    ("telegram_preview", f"{T}/Chan_Example/42", f"{T}/Chan_Example/42?embed=1&mode=tme"),
    ("telegram_preview", f"{T}/+AbCdEf123456", f"{T}/+AbCdEf123456"),
    ("reddit", f"{R}/r/example/", f"{R}/r/example/.rss"),
    ("reddit", f"{R}/r/example/new/?t=year", f"{R}/r/example/new/.rss?t=year"),
    ("reddit", f"{R}/r/example/search/?q=x&restrict_sr=1", f"{R}/r/example/search.rss?q=x&restrict_sr=1"),
    ("reddit", f"{R}/r/example/comments/1abcde/slug/", f"{R}/r/example/comments/1abcde/slug/.rss"),
    ("v2ex", f"{V}/?tab=all", f"{V}/?tab=all"),
    ("phpbb", "https://e.org/viewforum.php?f=2", "https://e.org/viewforum.php?f=2"),
]
SEARCHES = [
    ("discourse", "https://e.org/forum/c/ai/5", f"https://e.org/forum/search.json?q={Q}+order%3Alatest&page=1"),
    ("nodebb", "https://e.org/category/5", f"https://e.org/api/search?term={Q}&in=titlesposts&matchWords=all&sortBy=timestamp&sortDirection=desc"),
    ("flarum", "https://e.org/t/ai", f"https://e.org/api/discussions?sort=-createdAt&page[limit]=20&filter[q]={Q}"),
    ("phpbb", "https://e.org/bbs/index.php", f"https://e.org/bbs/search.php?keywords={Q}&terms=all&sf=all&sr=topics"),
    ("telegram_preview", f"{T}/Chan_Example", f"{T}/s/Chan_Example?q={Q}"),
    ("reddit", SPIDERS["reddit"].starts[0], f"{R}/search.rss?q={Q}&sort=new"),
    ("reddit", f"{R}/r/example+other/new/", f"{R}/r/example+other/search.rss?q={Q}&sort=new&restrict_sr=1"),
    ("tieba", SPIDERS["tieba"].starts[0], f"https://tieba.baidu.com/f/search/res?ie=utf-8&qw={Q}&rn=20&only_thread=1&sm=1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "start", "asked"), WALKS)
def test_where_a_walk_begins(name: str, start: str, asked: str) -> None:
    (request,) = SPIDERS[name]().first_requests(start)
    assert unquote(request.url) == unquote(asked)


@pytest.mark.parametrize(("name", "start", "asked"), SEARCHES)
def test_how_a_keyword_is_asked_for(name: str, start: str, asked: str) -> None:
    spider = SPIDERS[name](start=[start], queries=["AI 换脸"])
    assert spider.searches()
    (request,) = spider.search("AI 换脸", start)
    assert unquote(request.url) == unquote(asked) and request.callback == spider.parse
