"""Any shop or download site that describes its offers in schema.org terms, by sitemap or start page."""

from crawler.families.schema_site import SchemaSite


class JsonldShop(SchemaSite):
    """Start it at a sitemap where there is one: it costs the site the fewest pages."""

    name = "jsonld_shop"
    proof = "real software"
    format_confirmed = "2026-11-24"
