"""What the spiders declare about their marketplaces, for people who want to see it without crawling."""

from __future__ import annotations

from scrapy.settings import Settings as ScrapySettings
from scrapy.spiderloader import SpiderLoader

from crawler.spider import MarketplaceSpider


def declared() -> dict[str, type[MarketplaceSpider]]:
    """Spider name -> its class, sorted by name."""
    loader = SpiderLoader.from_settings(ScrapySettings({"SPIDER_MODULES": ["spiders"]}))
    classes = {name: loader.load(name) for name in sorted(loader.list())}
    return {name: spider for name, spider in classes.items() if issubclass(spider, MarketplaceSpider)}
