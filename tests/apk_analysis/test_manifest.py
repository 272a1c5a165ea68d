"""What the manifest and the XML files beside it say."""

import hashlib
from pathlib import Path

import pytest

from apk_analysis.analyse import analyse
from apk_analysis.archive import Archive
from apk_analysis.axml import read_document
from apk_analysis.fingerprint import Component, Fingerprint, NetworkSecurity
from apk_analysis.lookup import Lookup
from apk_analysis.manifest import Manifest, read_manifest
from tests.apk_analysis import build
from tests.apk_analysis.xml_build import Row, axml, table

HOST, KEY, COUNT, SHORT, NET, PATHS, SHORTCUTS = (0x7F010000 + number for number in range(7))
ROWS = [
    Row(HOST, "www.example.com"),
    Row(KEY, "0123456789abcdef"),
    Row(COUNT, "'7"),
    Row(SHORT, "Scan"),
    Row(SHORT, "扫一扫", locale="zh"),
    Row(NET, "res/xml/net.xml"),
    Row(PATHS, "res/xml/paths.xml"),
    Row(SHORTCUTS, "res/xml/shortcuts.xml"),
]
MANIFEST = f"""
<manifest package="com.example.app" android:versionCode="7" android:versionName="'1.0" android:sharedUserId="com.example.all"
    android:isSplitRequired="true" split="feature">
  <uses-permission android:name="android.permission.INTERNET"/>
  <uses-permission android:name="android.permission.CAMERA"/>
  <uses-permission android:name="android.permission.INTERNET"/>
  <uses-permission-sdk-23 android:name="android.permission.READ_SMS"/>
  <uses-feature android:name="android.hardware.camera"/>
  <queries><package android:name="com.example.bank"/></queries>
  <application android:name=".App" android:label="First" android:debuggable="true" android:hasCode="false"
      android:appComponentFactory="androidx.core.Factory" android:usesCleartextTraffic="true"
      android:extractNativeLibs="false" android:networkSecurityConfig="@{NET:#x}">
    <meta-data android:name="com.amap.api.v2.apikey" android:value="@{KEY:#x}"/>
    <meta-data android:name="channel" android:value="store"/>
    <meta-data android:name="level" android:value="3"/>
    <meta-data android:name="config" android:value="AIzaSyExampleExampleExample"/>
    <meta-data android:name="unknown" android:value="@0x7f090001"/>
    <activity android:name=".Main" android:exported="true" android:label="@{SHORT:#x}">
      <intent-filter android:autoVerify="true">
        <action android:name="android.intent.action.VIEW"/>
        <category android:name="android.intent.category.BROWSABLE"/>
        <data android:scheme="https" android:host="@{HOST:#x}" android:pathPrefix="/app"/>
        <data android:scheme="http" android:host="m.example.com" android:port="8080"/>
      </intent-filter>
      <intent-filter><data android:scheme="wrapper"/><data android:mimeType="text/plain"/></intent-filter>
      <meta-data android:name="android.app.shortcuts" android:resource="@{SHORTCUTS:#x}"/>
    </activity>
    <activity-alias android:name="Other" android:targetActivity=".Main" android:label="Second"/>
    <service android:name="com.example.lib.Service" android:permission="android.permission.BIND_ACCESSIBILITY_SERVICE"/>
    <receiver android:name=".boot.Receiver" android:exported="false"/>
    <provider android:name="Files" android:authorities="com.example.app.files">
      <meta-data android:name="android.support.FILE_PROVIDER_PATHS" android:resource="@{PATHS:#x}"/>
    </provider>
    <activity android:exported="true"/>
  </application>
  <application android:label="Ignored"/>
</manifest>"""
FILES = {
    "AndroidManifest.xml": axml(MANIFEST),
    "resources.arsc": table(ROWS),
    "res/xml/net.xml": axml(
        """<network-security-config>
          <base-config cleartextTrafficPermitted="false"/>
          <domain-config><domain includeSubdomains="true">api.example.com</domain>
            <pin-set><pin digest="SHA-256">x</pin></pin-set>
            <domain-config><domain>inner.example.com</domain>
              <trust-anchors><certificates src="user"/></trust-anchors></domain-config>
          </domain-config>
        </network-security-config>"""
    ),
    "res/xml/paths.xml": axml(
        '<paths><root-path name="r" path="/"/><external-path name="e" path="."/><cache-path/></paths>'
    ),
    "res/xml/shortcuts.xml": axml(
        f"""<shortcuts><shortcut android:shortcutId="a" android:shortcutShortLabel="@{SHORT:#x}"
          android:shortcutLongLabel="Scan a code"/></shortcuts>"""
    ),
}


def look(folder: Path, files: dict[str, bytes]) -> Fingerprint:
    path = folder / "sample.apk"
    path.write_bytes(build.archive(files))
    return analyse(path).fingerprint


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Fingerprint:
    return look(tmp_path_factory.mktemp("manifest"), FILES)


@pytest.fixture
def manifest() -> Manifest:
    return read_manifest(read_document(FILES["AndroidManifest.xml"]), Lookup(Archive(build.archive(FILES))))


def test_who_it_is(found: Fingerprint) -> None:
    assert (found.package, found.version_code, found.version_name) == ("com.example.app", 7, "1.0")
    assert (found.label, found.reader) == ("First", "own"), "the first <application> counts"
    assert {problem.kind for problem in found.problems} == {"no_dex"}


def test_components_with_full_names(found: Fingerprint) -> None:
    assert [(item.kind, item.name) for item in found.components] == [
        ("activity", "com.example.app.Main"),
        ("activity-alias", "com.example.app.Other"),
        ("service", "com.example.lib.Service"),
        ("receiver", "com.example.app.boot.Receiver"),
        ("provider", "com.example.app.Files"),
    ]
    main, alias, service, receiver, provider = found.components
    assert main == Component(
        kind="activity",
        name="com.example.app.Main",
        exported=True,
        actions=("android.intent.action.VIEW",),
        categories=("android.intent.category.BROWSABLE",),
        links=(
            "https://www.example.com/app*",
            "https://m.example.com:8080/app*",
            "http://www.example.com/app*",
            "http://m.example.com:8080/app*",
            "wrapper:",
        ),
        verified_links=True,
    )
    assert (alias.target, provider.target) == ("com.example.app.Main", "com.example.app.files")
    assert service.permission == "android.permission.BIND_ACCESSIBILITY_SERVICE"
    assert (service.exported, receiver.exported) == (None, False)


def test_permissions_and_their_hash(found: Fingerprint) -> None:
    internet, camera, sms = (f"android.permission.{name}" for name in ("INTERNET", "CAMERA", "READ_SMS"))
    assert found.permissions == (internet, camera, sms)
    assert found.permissions_sha256 == hashlib.sha256(f"{internet}{camera}{internet}".encode()).hexdigest()


def test_no_permissions_have_no_hash(tmp_path: Path) -> None:
    assert look(tmp_path, build.files(permissions=())).permissions_sha256 is None


def test_meta_data_is_resolved_and_keys_are_masked(found: Fingerprint) -> None:
    values = {item.name: item.value for item in found.meta_data}
    assert values["com.amap.api.v2.apikey"] == "012345..."
    assert values["config"] == "AIzaSy...", "a key is known by its look, too"
    assert (values["channel"], values["level"], values["unknown"]) == ("store", "3", "@0x7f090001")
    assert values["android.app.shortcuts"] == "res/xml/shortcuts.xml"
    (key,) = (item for item in found.meta_data if item.name.endswith("apikey"))
    assert key.sha256 == hashlib.sha256(b"0123456789abcdef").hexdigest()


def test_flags(manifest: Manifest) -> None:
    assert (manifest.debuggable, manifest.cleartext, manifest.has_code, manifest.extract_native) == (
        True,
        True,
        False,
        False,
    )
    assert (manifest.application_class, manifest.component_factory) == ("com.example.app.App", "androidx.core.Factory")
    assert (manifest.split, manifest.splits_required, manifest.feature_split) == ("feature", True, None)
    assert manifest.shared_user == "com.example.all"
    assert manifest.features == ("android.hardware.camera",) and manifest.queries == ("com.example.bank",)


def test_network_security(found: Fingerprint) -> None:
    assert found.network == NetworkSecurity(
        where="res/xml/net.xml",
        cleartext=False,
        user_certificates=True,
        domains=("api.example.com", "inner.example.com"),
        pinned=("api.example.com",),
    )


def test_without_a_configuration_the_manifest_speaks(tmp_path: Path) -> None:
    assert look(tmp_path, {**FILES, "res/xml/net.xml": b"broken"}).network.where == "res/xml/net.xml"
    without = {name: data for name, data in FILES.items() if name != "res/xml/net.xml"}
    assert look(tmp_path, without).network == NetworkSecurity(cleartext=True)
    assert look(tmp_path, build.files()).network == NetworkSecurity()


def test_shared_folders(found: Fingerprint) -> None:
    assert found.provider_paths == ("root-path /", "external-path .", "cache-path")


def test_every_name_in_every_language(found: Fingerprint) -> None:
    assert found.names == ("First", "Scan", "扫一扫", "Second", "Scan a code")


def test_names_stripped_of_everything_but_their_ids(tmp_path: Path) -> None:
    raw = FILES["AndroidManifest.xml"]
    for name in ("label", "name", "versionCode", "exported"):
        raw = raw.replace(name.encode("utf-16-le") + b"\0\0", "x".ljust(len(name)).encode("utf-16-le") + b"\0\0", 1)
    found = look(tmp_path, {**FILES, "AndroidManifest.xml": raw})
    assert (found.label, found.version_code) == ("First", 7)
    assert found.components[0].name == "com.example.app.Main" and found.components[0].exported


def test_ids_stripped_of_everything_but_their_names(tmp_path: Path) -> None:
    raw = FILES["AndroidManifest.xml"]
    at = raw.index(b"\x80\x01\x08\0")
    found = look(tmp_path, {**FILES, "AndroidManifest.xml": raw[:at] + b"\x81" + raw[at + 1 :]})
    assert (found.label, found.version_code, found.package) == ("First", 7, "com.example.app")


def test_of_two_equal_attributes_the_first_counts() -> None:
    raw = axml('<manifest><application android:label="Genuine" android:icon="Fake"/></manifest>')
    at = raw.rindex(b"\x14\0\x14\0\x02\0") + 12
    first, second = raw[at : at + 20], raw[at + 20 : at + 40]
    twice = raw[: at + 20] + second[:4] + first[4:8] + second[8:] + raw[at + 40 :]
    assert read_document(twice).elements[1].get("label").text == "Genuine"
    assert (
        read_document(raw.replace(first + second, second[:4] + first[4:8] + second[8:] + first))
        .elements[1]
        .get("label")
        .text
        == "Fake"
    )
