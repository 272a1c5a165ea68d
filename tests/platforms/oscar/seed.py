"""Fills the shop with the products of a JSON file: python seed.py products.json."""

import json
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop_settings")
django.setup()

from oscar.apps.catalogue.models import Product, ProductClass  # noqa: E402 - needs the set-up above
from oscar.apps.catalogue.reviews.models import ProductReview  # noqa: E402 - after django.setup()
from oscar.apps.partner.models import Partner, StockRecord  # noqa: E402 - after django.setup()

kind, _ = ProductClass.objects.get_or_create(name="软件", requires_shipping=False, track_stock=False)
partner, _ = Partner.objects.get_or_create(name="练习卖家")
for row in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    product = Product.objects.create(
        product_class=kind,
        title=row["title"],
        upc=row["upc"],
        description=f"<p>{row['description']}</p>",
        is_public=True,
    )
    StockRecord.objects.create(
        product=product, partner=partner, partner_sku=row["upc"], price=row["price"], price_currency="CNY"
    )
    for text in row.get("reviews", ()):
        ProductReview.objects.create(product=product, score=5, title="评价", body=text, name="小美", status=1)
print(Product.objects.count())  # noqa: T201 - the answer of this program
