"""Icons: copies are found however they were changed, other icons and plain shapes are not."""

import importlib.util
import io
import random
import sys
from dataclasses import replace
from types import ModuleType

import pytest
from PIL import Image, ImageDraw, ImageFont

from apk_analysis.fingerprint import Icon
from apk_analysis.icon_descriptor import BYTES, SCHEME, describe
from apk_analysis.icons import normalise
from detection.detectors import brand_icon
from detection.icon_index import IconIndex
from detection.icons import DescriptorError, bands, distance, plain, read
from detection.subject import Subject
from index.profiles import GenuineIcon, Name, Package, Profile
from tests.conftest import ROOT
from tests.detection.conftest import make_listing, make_sample


def _changes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("icon_changes", ROOT / "benchmarks" / "icon_changes.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CHANGES = {change.__name__: change for change in _changes().CHANGES}


def drawn(number: int) -> Image.Image:
    """An icon that nobody else has: eight shapes of several colours on a plate."""
    chance = random.Random(number)
    image = Image.new("RGBA", (192, 192), chance.choice(("white", "#203050", "#f0e0d0", "#106040")))
    draw = ImageDraw.Draw(image)
    for _ in range(8):
        left, top = chance.randint(24, 120), chance.randint(24, 120)
        box = (left, top, left + chance.randint(16, 56), top + chance.randint(16, 56))
        colour = tuple(chance.randint(0, 255) for _ in range(3))
        getattr(draw, chance.choice(("ellipse", "rectangle")))(box, fill=colour)
    return image


DRAWN = {number: drawn(number) for number in range(32)}
KNOWN = {number: read(describe(image)) for number, image in DRAWN.items()}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_icons_are_found_among_all(change) -> None:
    index = IconIndex(KNOWN.items())
    found = wrong = 0
    for number, image in DRAWN.items():
        changed = read(describe(CHANGES[change](image, random.Random(number))))
        keys = [near.key for near in index.find(changed)]
        found += number in keys
        wrong += len(set(keys) - {number})
    assert found >= 0.8 * len(DRAWN)
    assert wrong <= 0.002 * len(DRAWN) ** 2


def test_bands_find_what_exhaustive_search_finds() -> None:
    index = IconIndex(KNOWN.items())
    queries = [read(describe(CHANGES["rotation"](image, random.Random(1)))) for image in DRAWN.values()]
    quick = {(at, near.key) for at, icon in enumerate(queries) for near in index.find(icon)}
    all_of_them = {(at, near.key) for at, icon in enumerate(queries) for near in index.exhaustive(icon)}
    assert quick <= all_of_them and len(quick) >= 0.95 * len(all_of_them) > 0


def test_descriptors_are_compact_and_always_the_same() -> None:
    assert describe(DRAWN[1]) == describe(DRAWN[1].copy())
    assert len(describe(DRAWN[1])) == len(SCHEME) + BYTES * 4 // 3 == 451
    apart = distance(KNOWN[1], KNOWN[1])
    assert apart.structure == apart.colour == 0 and apart.close and apart.near
    assert distance(KNOWN[1], KNOWN[2]).structure == pytest.approx(distance(KNOWN[2], KNOWN[1]).structure)
    assert bands(KNOWN[1]) == bands(read(describe(DRAWN[1])))


@pytest.mark.parametrize(
    "text", ["", "i1:", "i1:" + "A" * 447, "i2:" + "A" * 448, "i1:" + "!" * 448, "i1:\u4e00", "A" * 10**6]
)
def test_what_is_no_descriptor_is_refused(text) -> None:
    with pytest.raises(DescriptorError):
        read(text)


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGBA", (1, 1)),
        Image.new("RGBA", (1, 4000), "red"),
        Image.new("RGBA", (512, 512), (0, 0, 0, 0)),
        Image.new("1", (40, 40)),
        Image.new("P", (40, 40)),
        Image.effect_noise((100, 100), 90),
        Image.linear_gradient("L"),
    ],
)
def test_odd_pictures_have_a_descriptor(image) -> None:
    assert len(describe(image)) == 451


@pytest.mark.parametrize("empty", [Image.new("RGB", (64, 64), "red"), Image.new("RGBA", (64, 64), (0, 0, 0, 0))])
def test_flat_icons_say_nothing(empty) -> None:
    icon = read(describe(empty))
    assert plain(icon) and bands(icon) == () and not distance(icon, icon).near


def _letter(letter: str, colour: str, ground: str) -> Image.Image:
    image = Image.new("RGB", (192, 192), ground)
    ImageDraw.Draw(image).text((96, 96), letter, colour, ImageFont.load_default(140), anchor="mm")
    return image


@pytest.mark.parametrize("letter", "AGKQS")
def test_a_plain_letter_is_everybodys_whatever_its_colours(letter) -> None:
    assert plain(read(describe(_letter(letter, "white", "#2040c0"))))


def test_icons_that_say_something_are_not_plain() -> None:
    assert sum(map(plain, KNOWN.values())) <= 1


def _known(image: Image.Image, **fields) -> dict[str, Profile]:
    icon = GenuineIcon(**{"descriptor": describe(image), "source": "drawn 1.0", "confidence": "confirmed", **fields})
    package = Package(id="org.example.genuine", confidence="confirmed")
    return {"b": Profile(id="b", names=(_name(),), packages=(package,), icons=(icon,))}


def _name():
    return Name(text="Brandish")


def _sample(image: Image.Image, package: str = "com.other.app"):
    out = io.BytesIO()
    image.convert("RGBA").save(out, "PNG")
    icon, _ = normalise(out.getvalue())
    return make_sample(package, icon=icon, icons=(icon,))


def _evidence(image, known, package="com.other.app", **listing):
    subject = Subject(listing=make_listing("Some app", **listing), fingerprint=_sample(image, package), profiles=known)
    return list(brand_icon.detect(subject))


def test_a_copied_icon_under_another_package_is_named_with_distance_and_source() -> None:
    (one,) = _evidence(CHANGES["badge"](DRAWN[7], random.Random(1)), _known(DRAWN[7], name="launcher"))
    assert one.violation == "p2-6a" and "drawn 1.0" in one.en and "launcher" in one.zh and "%" in one.zh
    assert one.expected == describe(DRAWN[7]) and one.observed.startswith("SHA-256 ")
    assert 0 < one.strength < 4.4  # by itself a lead


def test_the_brands_own_and_other_icons_are_left_alone() -> None:
    known = _known(DRAWN[7])
    assert not _evidence(DRAWN[7], known, package="org.example.genuine")
    assert not _evidence(DRAWN[8], known)
    assert not _evidence(DRAWN[7], _known(DRAWN[7], confidence="unverified"))
    assert not _evidence(_letter("A", "white", "blue"), _known(_letter("A", "white", "blue")))


def test_where_package_and_owner_are_not_collected_nobody_is_accused() -> None:
    known = _known(DRAWN[7])
    assert not _evidence(DRAWN[7], {"b": replace(known["b"], packages=())})


def test_the_icon_that_a_page_shows_is_compared_like_a_sample_s() -> None:
    known = _known(DRAWN[7])
    shown = {"icon": describe(DRAWN[7]), "profiles": known}
    app = make_listing("Some app", package_name="com.other.app", icon_url="https://store.example/i.png")
    (one,) = brand_icon.detect(Subject(listing=app, **shown))
    assert one.observed == "https://store.example/i.png" and 0 < one.strength < 4.4
    own = replace(app, package_name="org.example.genuine")
    assert not list(brand_icon.detect(Subject(listing=own, **shown)))


def test_a_site_s_icon_accuses_only_where_the_brand_s_domain_is_collected_and_another() -> None:
    known = _known(DRAWN[7])
    site = make_listing("Brandish", source_kind="site", url="https://x-site.org/", icon_url="https://x-site.org/f.ico")
    shown = {"icon": describe(DRAWN[7])}
    assert not list(brand_icon.detect(Subject(listing=site, profiles=known, **shown)))
    known = {"b": replace(known["b"], domains=("www.brandish.com",))}
    (one,) = brand_icon.detect(Subject(listing=site, profiles=known, **shown))
    assert "网站图标" in one.zh and "the site's icon" in one.en
    own = replace(site, url="https://chat.brandish.com/")
    assert not list(brand_icon.detect(Subject(listing=own, profiles=known, **shown)))


def test_descriptors_of_an_older_scheme_are_passed_over() -> None:
    sample = make_sample(
        "com.other.app", icon=Icon(sha256="0" * 64, dhash="0" * 16, width=1, height=1, descriptor="i0:x")
    )
    subject = Subject(listing=make_listing("x"), fingerprint=sample, profiles=_known(DRAWN[7]))
    assert not list(brand_icon.detect(subject))
