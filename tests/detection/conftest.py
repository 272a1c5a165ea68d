"""Makers of subjects for the tests of detection."""

from collections.abc import Callable

import pytest

from apk_analysis.fingerprint import Fingerprint, Signature, Signer, Trait
from detection.judge import judge
from detection.subject import Subject
from index.model import Judgement, Listing
from index.profiles import Profile, load_profiles


@pytest.fixture(scope="session")
def profiles() -> dict[str, Profile]:
    return load_profiles()


def make_listing(title: str = "", /, **fields) -> Listing:
    values = {"marketplace": "test", "native_id": "1", "url": "https://test.example/1", "source_kind": "app_store"}
    return Listing(**{**values, "title": title, **fields})


def make_sample(
    package: str | None = None,
    signer: str | None = None,
    *,
    status: str = "valid",
    label: str | None = None,
    test_key: str | None = None,
    traits: tuple[tuple[str, str], ...] = (),
    **fields,
) -> Fingerprint:
    signers = (
        Signer(
            sha256=signer or "cd" * 32,
            sha1="ab" * 20,
            md5="ab" * 16,
            subject="CN=test",
            issuer="CN=test",
            not_before="2020-01-01T00:00:00Z",
            not_after="2050-01-01T00:00:00Z",
            public_key_sha256="ef" * 32,
            known_test_key=test_key,
        ),
    )
    return Fingerprint(
        sha256="aa" * 32,
        sha1="aa" * 20,
        md5=fields.pop("md5", "aa" * 16),
        size=100,
        container="apk",
        package=package,
        label=label,
        signature=Signature(status=status, signers=signers if status == "valid" else ()),
        traits=tuple(Trait(kind=kind, value=value, where="classes.dex") for kind, value in traits),
        **fields,
    )


@pytest.fixture
def listing() -> Callable[..., Listing]:
    return make_listing


@pytest.fixture
def sample() -> Callable[..., Fingerprint]:
    return make_sample


@pytest.fixture
def judged(profiles) -> Callable[..., Judgement]:
    """Judges a listing given by title and fields, with `fingerprint` and `known` profiles if given."""

    def judge_it(title: str = "", /, *, fingerprint=None, known=None, **fields) -> Judgement:
        listing = make_listing(title, **fields)
        return judge(
            Subject(listing=listing, fingerprint=fingerprint, profiles=profiles if known is None else known),
        )

    return judge_it
