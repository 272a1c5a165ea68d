"""Keys that many people share are recognised by the key, whatever the certificate around it says."""

import re
from typing import get_args

import yaml

from apk_analysis.fingerprint import Sharing
from apk_analysis.signature.known_keys import FILE, HASHES, known_key

ENTRIES = yaml.safe_load(FILE.read_text("utf-8"))


def test_every_entry_says_what_it_is_and_where_it_was_found() -> None:
    for entry in ENTRIES:
        assert set(entry) <= {"name", "shared_by", "found_in", *HASHES} and entry["found_in"], entry
        assert entry["shared_by"] in get_args(Sharing)
        assert all(re.fullmatch("[0-9a-f]{64}", entry[kind]) for kind in HASHES if kind in entry)
        assert "certificate_sha256" in entry
    hashes = [entry[kind] for entry in ENTRIES for kind in HASHES if kind in entry]
    assert len(hashes) == len(set(hashes)) and len({entry["name"] for entry in ENTRIES}) == len(ENTRIES) >= 29
    assert {entry["shared_by"] for entry in ENTRIES} == set(get_args(Sharing))


def test_certificate_or_key_is_enough() -> None:
    testkey = next(entry for entry in ENTRIES if entry["name"] == "AOSP testkey")
    by_certificate = known_key(testkey["certificate_sha256"], "0" * 64, "CN=Android")
    by_key = known_key("0" * 64, testkey["public_key_sha256"], "CN=Somebody Else")
    assert by_certificate == by_key == ("AOSP testkey", "public_test_key")


def test_a_shared_debug_key_is_not_any_debug_key() -> None:
    subject = "CN=Android Debug,OU=Android,O=Unknown,L=Unknown,ST=Unknown,C=US"
    template = next(entry for entry in ENTRIES if entry["shared_by"] == "project_template")
    assert known_key(template["certificate_sha256"], "0" * 64, subject) == (template["name"], "project_template")
    assert known_key("0" * 64, "0" * 64, subject) == ("Android Debug (by subject)", None)
    assert known_key("0" * 64, "0" * 64, "CN=Example Studio") is None
    assert known_key("0" * 64, "0" * 64, "CN=Not Android Debug") is None
