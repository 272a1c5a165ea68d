"""Variants that go to several limits at once: what one part of the analysis holds must not come on top of another."""

from tests.apk_analysis.hostile import bombs, manifests, pictures, tables
from tests.apk_analysis.hostile.base import newer, sealed
from tests.apk_analysis.hostile.variant import variant
from tests.apk_analysis.zips import File, deflated, zipped

MB = 1 << 20


@variant("code, table, manifest, picture, asset and a package inside, each at its limit", "not_examined dex_limit",
         lost="icon", status="valid")  # fmt: skip
def _everything() -> bytes:
    return _full(manifests.of_elements(15_000), 39 * MB)


@variant("the same with a manifest that only others can read", "not_examined dex_limit", lost="icon",
         status="unknown")  # fmt: skip
def _everything_odd() -> bytes:
    return _full(manifests.of_elements(15_000)[:-24], 9 * MB)


def _full(manifest: bytes, size: int) -> bytes:
    """`size`: of the table."""
    table = tables.of_size(size)
    content = newer({"AndroidManifest.xml": manifest, "res/icon.png": pictures.large("WEBP")})
    plain = [File(name.encode(), data) for name, data in content.items() if name != "resources.arsc"]
    plain.append(File(b"resources.arsc", table, raw=deflated(table)))
    inner = sealed(zipped(plain))
    code = bombs.constants(16)
    codes = [File(b"classes%d.dex" % number, code, raw=deflated(code)) for number in range(2, 11)]
    return sealed(
        zipped([*codes, bombs.of_zeros("assets/zeros.js", 64 * MB), File(b"assets/a.apk", inner, method=0), *plain])
    )


@variant("a manifest that only others can read beside a table of 45,000 values", status="unknown",
         lost="label icon")  # fmt: skip
def _for_others() -> bytes:
    """They read the whole table, without any limit of their own."""
    table = tables.longer(tables.HEALTHY[tables.TYPE : tables.LAST_TYPE] * 45_000)
    content = newer({"AndroidManifest.xml": manifests.broken(), "resources.arsc": None})
    plain = [File(name.encode(), data) for name, data in content.items()]
    return sealed(zipped([*plain, File(b"resources.arsc", table, raw=deflated(table))]))
