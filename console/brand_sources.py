"""What genuine material says about a brand: values for its profile, each with its source, day and confidence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from apk_analysis.fingerprint import Fingerprint, Problem
from console.exits import CommandError
from crawler.supplied.files import listings_in
from index.digests import by_kind
from index.messages import t
from index.model import Listing
from index.profiles import Confidence, last_day

LARGEST_FILE = 1 << 20
"""Bytes of an assetlinks.json."""
MOST_ROWS = 1000
MOST_TARGETS = 500
_SHA256 = re.compile(r"(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value for one field of a profile, as it is written there."""

    field: str
    item: dict[str, Any]
    """Fields of the part, without defaults; for plain lists ('domains') under 'value'."""


class Gathered:
    """Values of one brand, gathered on one day."""

    def __init__(self, *, day: str, confidence: Confidence, known: Collection[str], another: bool) -> None:
        """`known`: packages that are the brand's already; others are refused unless `another`."""
        self.values: list[Value] = []
        self.left_out: list[str] = []
        """What was seen and not taken, in words."""
        self.labels: list[str] = []
        """What the samples call themselves."""
        self._day, self._confidence, self._another = day, confidence, another
        self._packages = set(known)

    def add(self, field: str, **item: Any) -> None:
        """Takes a value; what is None or empty is not written."""
        given = {name: value for name, value in item.items() if value not in (None, "", (), [])}
        value = Value(field=field, item=given)
        if value not in self.values:
            self.values.append(value)

    def apk(self, path: Path, fingerprint: Fingerprint, store: str) -> None:
        """A genuine sample of one store. Raises CommandError for one that proves nothing."""
        signature, package = fingerprint.signature, fingerprint.package
        if package is None:
            raise CommandError(t("brands_onboarding.add.no_package", file=path.name))
        if signature.status != "valid":
            status = t(f"cli.scan.status.{signature.status}")
            raise CommandError(t("brands_onboarding.add.bad_signature", file=path.name, status=status))
        for signer in signature.signers:
            if shared := signer.known_test_key or signer.shared_by:
                raise CommandError(t("brands_onboarding.add.test_key", file=path.name, key=shared))
        self._own(package, path.name)
        source = f"apk {path.name} sha256:{fingerprint.sha256}"
        self.add("packages", id=package, **self._told(source))
        for signer in signature.signers:
            self.add(
                "signers",
                package=package,
                store=store,
                sha256=signer.sha256,
                sha1=signer.sha1,
                md5=signer.md5,
                hex_md5=signer.hex_md5,
                rsa_modulus_md5=signer.rsa_modulus_md5,
                **self._told(source),
            )
        if fingerprint.icon and fingerprint.icon.descriptor:
            self.add("icons", descriptor=fingerprint.icon.descriptor, name=f"launcher, {store}", **self._told(source))
        self.labels += [label for label in (fingerprint.label,) if label and label.strip()]

    def page(self, path: Path) -> None:
        """Saved rows of the brand's own pages in stores. Raises CommandError and ReadError."""
        for number, row in enumerate(listings_in(path)):
            if isinstance(row, Problem):
                raise CommandError(row.detail)
            if number >= MOST_ROWS:
                raise CommandError(t("brands_onboarding.add.too_many_rows", file=path.name, most=MOST_ROWS))
            told = self._told(f"page {row.url}")
            if row.package_name:
                self._own(row.package_name, f"{path.name}:{number + 1}")
                self.add("packages", id=row.package_name, **told)
            if row.seller and row.seller.strip():
                self.add("developers", name=row.seller.strip(), store=row.marketplace, **told)
            if row.package_name:
                self._stated_signers(row, told)

    def _stated_signers(self, row: Listing, told: dict[str, str]) -> None:
        """What a store says of the certificate; nobody verified it."""
        told = {**told, "confidence": "unverified"}
        for digest in row.declared_signers:
            kinds = by_kind([digest])
            if not kinds:
                raise CommandError(t("brands_onboarding.add.bad_digest", kind="SHA-256", digits=64, given=digest[:80]))
            for kind, values in kinds.items():
                for value in values:
                    self.add("signers", package=row.package_name, store=row.marketplace, **{kind: value}, **told)

    def assetlinks(self, path: Path, host: str | None) -> None:
        """The vendor's assetlinks.json. Certificates of apps that are not the brand's are left out, and it is said."""
        stated = list(_targets(path))
        packages = {package for package, _ in stated}
        if not self._packages and len(packages) == 1:
            self._packages |= packages
        told = self._told(f"assetlinks {host or path.name}")
        for package, digest in stated:
            if package not in self._packages:
                self.left_out.append(t("brands_onboarding.add.other_package", file=path.name, package=package))
                continue
            self.add("packages", id=package, **told)
            self.add("signers", package=package, store="vendor_assetlinks", sha256=digest, **told)
        self.left_out = list(dict.fromkeys(self.left_out))
        if host:
            self.add("domains", value=host.lower())

    def filing(self, number: str | None, package: str | None, md5: str | None, public_key: str | None) -> None:
        """An APP备案 record: its number, and the certificate MD5 and public key that it registers."""
        told = self._told(f"APP备案 {number or ''}".strip())
        if number:
            self.add("filings", registry="app", number=number, **told)
        if not (md5 or public_key):
            return
        package = package or (next(iter(self._packages)) if len(self._packages) == 1 else None)
        if package is None:
            raise CommandError(t("brands_onboarding.add.which_package"))
        self._own(package, "APP备案")
        self.add("packages", id=package, **told)
        self.add(
            "signers",
            package=package,
            store="app_filing",
            md5=_md5(md5) if md5 else None,
            rsa_modulus_md5=modulus_md5(public_key) if public_key else None,
            **told,
        )

    def stated(self, field: str, **item: Any) -> None:
        """What the operator says; parts without a confidence carry source and day only."""
        told = self._told("stated by the operator")
        if field in {"marks", "partners"}:
            del told["confidence"]
        self.add(field, **item, **(told if field not in {"names", "domains"} else {}))

    def _told(self, source: str) -> dict[str, str]:
        return {"confidence": self._confidence, "source": source, "checked": self._day}

    def _own(self, package: str, where: str) -> None:
        if self._packages and package not in self._packages and not self._another:
            known = ", ".join(sorted(self._packages))
            raise CommandError(t("brands_onboarding.add.foreign_package", where=where, package=package, known=known))
        self._packages.add(package)


def fingerprints(paths: Sequence[Path]) -> list[Fingerprint]:
    """Of all samples, in limited worker processes: who hands in a file may have been deceived. Raises OSError."""
    if not paths:
        return []
    from apk_analysis.pool import Pool  # noqa: PLC0415 - loads the analysis; only where there are samples

    with Pool(workers=min(2, len(paths))) as pool:
        futures = [pool.submit(path) for path in paths]
        return [future.result().fingerprint for future in futures]


def modulus_md5(public_key: str) -> str:
    """MD5 of the modulus in upper-case hexadecimal, from what a record calls 公钥: hexadecimal or decimal digits."""
    digits = re.sub(r"[\s:]", "", public_key).removeprefix("0x")
    if re.fullmatch(r"[0-9]{150,5000}", digits, re.ASCII):
        number = int(digits) if len(digits) <= 4000 else 0
    elif re.fullmatch(r"[0-9a-fA-F]{128,5000}", digits, re.ASCII):
        number = int(digits, 16)
    else:
        number = 0
    if number < 1 << 500:
        raise CommandError(t("brands_onboarding.add.bad_public_key"))
    return hashlib.md5(f"{number:X}".encode(), usedforsecurity=False).hexdigest()


def parts(text: str, option: str, least: int, names: Sequence[str]) -> list[str]:
    """The parts of 'NAME;EXPIRY;...', all of `names` (missing ones empty). Raises CommandError."""
    found = [part.strip() for part in text.replace("；", ";").split(";")]
    if not least <= len(found) <= len(names) or not all(found[:least]):
        raise CommandError(
            t("brands_onboarding.add.bad_parts", option=option, wanted=";".join(names), given=text[:100])
        )
    return found + [""] * (len(names) - len(found))


def day(text: str, option: str) -> str | None:
    """A day, or None for ''. Raises CommandError."""
    try:
        last_day(text) if text else None
    except ValueError as error:
        raise CommandError(f"{option}: {error}") from error
    return text or None


def _targets(path: Path) -> Iterator[tuple[str, str]]:
    """Package and certificate of every Android app that the file names. Raises CommandError."""
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE + 1)
    try:
        statements = msgspec.json.decode(raw) if len(raw) <= LARGEST_FILE else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        statements = None
    if not isinstance(statements, list):
        raise CommandError(t("brands_onboarding.add.no_assetlinks", file=path.name))
    for statement in statements[:MOST_TARGETS]:
        target = statement.get("target") if isinstance(statement, dict) else None
        if not isinstance(target, dict) or target.get("namespace") != "android_app":
            continue
        package, digests = target.get("package_name"), target.get("sha256_cert_fingerprints")
        if not isinstance(package, str) or not isinstance(digests, list):
            raise CommandError(t("brands_onboarding.add.no_assetlinks", file=path.name))
        yield from ((package, _sha256(digest)) for digest in _strings(digests))


def _strings(values: Iterable[object]) -> list[str]:
    return [value for value in values if isinstance(value, str)][:MOST_TARGETS]


def _sha256(digest: str) -> str:
    if not _SHA256.fullmatch(digest.strip()):
        raise CommandError(t("brands_onboarding.add.bad_digest", kind="SHA-256", digits=64, given=digest[:80]))
    return digest.strip().replace(":", "").lower()


def _md5(digest: str) -> str:
    plain = re.sub(r"[\s:]", "", digest).lower()
    if not re.fullmatch(r"[0-9a-f]{32}", plain, re.ASCII):
        raise CommandError(t("brands_onboarding.add.bad_digest", kind="MD5", digits=32, given=digest[:80]))
    return plain
