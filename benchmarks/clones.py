"""Makes clones of real packages, one change at a time. Synthetic, and named so wherever they are counted.

Needs Debian's `smali`, `baksmali` and `apksigner`. A package is taken apart once; classes outside known library
prefixes are changed as text and assembled again, the others go into a DEX file of their own. Every clone is signed
anew.
"""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import string
import struct
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from PIL import Image

from apk_analysis.code.libraries import library_of
from demo.apk_patch import Wish, patched
from demo.apk_sign import key, signed_apk, zip_bytes

_CLASS = re.compile(r"^\.class [^\n]*?(L[^;\s]+;)$", re.MULTILINE)
_TEXT = re.compile(r'^(\s+const-string(?:/jumbo)? [vp]\d+, ")((?:[^"\\\n]|\\.)*)"$', re.MULTILINE)
_METHOD = re.compile(
    r"^\.method (?:(?:public|private|protected|static|final|synthetic|varargs|bridge) )*([\w$]+)\(", re.MULTILINE
)
_END = ".end method\n"
SIGNATURE = re.compile(r"META-INF/(MANIFEST\.MF|.*\.(SF|RSA|DSA|EC))$")


class NotApplicable(Exception):  # noqa: N818 - a fact about a package, not an error
    """This change cannot be made to that package."""


class Package:
    """A package taken apart."""

    def __init__(self, path: Path, work: Path, app: dict[str, str]) -> None:
        self.path, self.work, self.app = path, work, app
        self.random = random.Random(app["sha256"])
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            self.files = {name: archive.read(name) for name in names if not SIGNATURE.match(name)}
        self.dex_names = [name for name in self.files if re.fullmatch(r"classes\d*\.dex", name)]
        if not self.dex_names:
            raise NotApplicable("no code")
        self.own, self.others = self._take_apart()

    def _take_apart(self) -> tuple[dict[str, str], Path]:
        """(descriptor -> smali of own classes, folder of all other classes)."""
        folder = self.work / "smali"
        if not folder.is_dir():
            folder.mkdir(parents=True)
            for number, name in enumerate(self.dex_names):
                source = self.work / name
                source.write_bytes(self.files[name])
                run("baksmali", "disassemble", "-o", str(folder / str(number)), str(source))
            own_folder = self.work / "own"
            own_folder.mkdir()
            for number, file in enumerate(sorted(folder.rglob("*.smali"))):
                found = _CLASS.search(file.read_text("utf-8"))
                package = found[1][1:-1].rpartition("/")[0].replace("/", ".") if found else ""
                if found and library_of(package) is None:
                    shutil.move(file, own_folder / f"{number}.smali")
        texts = [file.read_text("utf-8") for file in sorted((self.work / "own").glob("*.smali"))]
        return {_CLASS.search(text)[1]: text for text in texts}, folder

    def assembled(self, texts: list[str]) -> bytes:
        """A DEX file of smali texts."""
        return assemble_texts(texts, self.work)

    def rest(self) -> bytes | None:
        """The DEX file of all other classes; made once."""
        target = self.work / "rest.dex"
        if not target.is_file() and any(self.others.rglob("*.smali")):
            assemble([self.others], target)
        return target.read_bytes() if target.is_file() else None

    def with_code(self, *dexes: bytes | None) -> dict[str, bytes]:
        """The files with these DEX files in place of the old ones."""
        files = {name: data for name, data in self.files.items() if name not in self.dex_names}
        present = [dex for dex in dexes if dex is not None]
        return files | {
            f"classes{number or ''}.dex": dex for number, dex in zip([0, *range(2, 90)], present, strict=False)
        }


def run(*command: str) -> None:
    quick = os.environ | {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}  # most runs are short
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=quick)
    if done.returncode:
        raise NotApplicable(f"{command[0]}: {(done.stderr or done.stdout).strip()[-200:]}")


def assemble(folders: list[Path], target: Path) -> bytes:
    run("smali", "assemble", "-a", "29", "-j", "1", "-o", str(target), *map(str, folders))
    return target.read_bytes()


def assemble_texts(texts: list[str], work: Path) -> bytes:
    folder = work / "again"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, text in enumerate(texts):
        (folder / f"{number}.smali").write_text(text, "utf-8")
    return assemble([folder], work / "again.dex")


# --- the changes ---


def re_sign(package: Package) -> dict[str, bytes]:
    return dict(package.files)


def rename_package(package: Package) -> dict[str, bytes]:
    """Every package of own classes gets names of the same length, in code, manifest and resources."""
    packages = {descriptor[1:-1].rpartition("/")[0] for descriptor in package.own} - {""}
    roots = {"/".join(name.split("/")[:3]) for name in packages}
    new = {root: "/".join(word(package.random, len(part)) for part in root.split("/")) for root in roots}
    if not new:
        raise NotApplicable("no package")
    pattern = re.compile("L(" + "|".join(map(re.escape, sorted(new, key=len, reverse=True))) + r")(?=/)")
    own = [pattern.sub(lambda hit: f"L{new[hit[1]]}", text) for text in package.own.values()]
    files = package.with_code(package.assembled(own), package.rest())
    for name in ("AndroidManifest.xml", "resources.arsc"):
        for old, now in new.items():
            files[name] = replaced(files.get(name, b""), old.replace("/", "."), now.replace("/", "."))
    return {name: data for name, data in files.items() if data}


def swap_looks(package: Package) -> dict[str, bytes]:
    """Other pictures under the launcher icon's name, and another label of the same length."""
    files, changed = dict(package.files), False
    label, icon = package.app["label"], package.app["icon"]
    components = {descriptor[1:-1].rpartition("/")[2] for descriptor in package.own}
    if label and label not in components:  # the same string would name both
        other = word(package.random, len(label)).title()
        for name in ("AndroidManifest.xml", "resources.arsc"):
            now = respelled(files.get(name, b""), label, other)
            changed |= now != files.get(name, b"")
            files[name] = now
    base = icon.rpartition("/")[2]
    for name in [
        name for name in files if base and name.rpartition("/")[2] == base and base.endswith((".png", ".webp"))
    ]:
        files[name], changed = picture(package.random), True
    if not changed:
        raise NotApplicable("neither icon nor label")
    return {name: data for name, data in files.items() if data}


def inject_library(package: Package, library: bytes) -> dict[str, bytes]:
    """A large library in a DEX file of its own."""
    return package.with_code(*(package.files[name] for name in package.dex_names), library)


def edit_strings(package: Package) -> dict[str, bytes]:
    """A third of the texts in own code are others, addresses among them."""

    def other(hit: re.Match[str]) -> str:
        keep = package.random.random() > 1 / 3
        return hit[0] if keep or len(hit[2]) < 4 else f'{hit[1]}{word(package.random, len(hit[2]))}"'

    own = [_TEXT.sub(other, text) for text in package.own.values()]
    return package.with_code(package.assembled(own), package.rest())


def repack_resources(package: Package) -> dict[str, bytes]:
    """Pictures written anew, files in res/ under other names, every other file with a byte more."""
    files = dict(package.files)
    table = files.get("resources.arsc", b"")
    result: dict[str, bytes] = {}
    for name, old in files.items():
        target, data = name, old
        if name.startswith("res/") and table:
            target = name[:4] + word(package.random, len(name) - 4 - len(Path(name).suffix)) + Path(name).suffix
            table = replaced(table, name, target)
        if name.endswith(".png"):
            data = again(data)
        elif name.startswith("assets/") or name.endswith((".txt", ".html", ".js", ".json")):
            data += b"\n"
        result[target] = data
    if "resources.arsc" in result:
        result["resources.arsc"] = table
    return result


def split_dex(package: Package) -> dict[str, bytes]:
    """Own classes over two DEX files, in another order."""
    own = list(package.own.values())
    package.random.shuffle(own)
    half = len(own) // 2
    if not half:
        raise NotApplicable("one class")
    return package.with_code(package.rest(), package.assembled(own[:half]), package.assembled(own[half:]))


def merge_dex(package: Package) -> dict[str, bytes]:
    """All classes in one DEX file."""
    if len(package.dex_names) < 2:
        raise NotApplicable("one DEX file")
    return package.with_code(assemble([package.work / "own", package.others], package.work / "merged.dex"))


def rename_names(package: Package) -> dict[str, bytes]:
    """Own classes that the manifest does not name get new names in one package, and so do their methods where no
    superclass outside can call them."""
    kept = package.files["AndroidManifest.xml"]
    classes = {
        descriptor: f"L{word(package.random, 1)}/{word(package.random, 2)}/{number:x}{word(package.random, 2)};"
        for number, descriptor in enumerate(package.own)
        if not spelled(kept, descriptor[1:-1].rpartition("/")[2])
    }
    defined = {f"{descriptor}->{name}": name for descriptor, text in package.own.items() for name in _static(text)}
    names = {name: word(package.random, 3) + str(number) for number, name in enumerate(sorted(set(defined.values())))}
    any_class = re.compile('L[^;\\s"()<>]+;')
    call = re.compile(r"(L[^;\s]+;)->([\w$]+)\(")

    def renamed(text: str) -> str:
        mine = set(_static(text))
        text = call.sub(lambda hit: f"{hit[1]}->{names[hit[2]]}(" if f"{hit[1]}->{hit[2]}" in defined else hit[0], text)
        text = _METHOD.sub(
            lambda hit: hit[0][: -len(hit[1]) - 1] + names[hit[1]] + "(" if hit[1] in mine else hit[0], text
        )
        return any_class.sub(lambda hit: classes.get(hit[0], hit[0]), text)

    return package.with_code(package.assembled([renamed(text) for text in package.own.values()]), package.rest())


def _static(text: str) -> Iterator[str]:
    """Names of static and private methods."""
    for line in text.split("\n"):
        if line.startswith(".method ") and (" static " in line or " private " in line) and "<" not in line:
            yield line.partition("(")[0].rpartition(" ")[2]


def insert_junk(package: Package) -> dict[str, bytes]:
    """Two methods of noise in every own class."""

    def junked(text: str) -> str:
        closed = " interface " in text.partition("\n")[0]
        return text if closed else text + "".join(junk(package.random) for _ in range(2))

    return package.with_code(package.assembled([junked(text) for text in package.own.values()]), package.rest())


def junk(chance: random.Random) -> str:
    lines = [f".method public static {word(chance, 6)}(II)I", "    .registers 4"]
    kinds = chance.choices(("add", "sub", "mul", "xor", "or", "and"), k=chance.randint(15, 60))
    lines += [f"    {kind}-int v0, p0, p1" for kind in kinds]
    return "\n".join([*lines, "    return v0", _END])


def to_wrapper(package: Package) -> dict[str, bytes]:
    """Manifest, label and icon of the original around a shell with another code that opens the original's site."""
    if not package.app["label"] and not package.app["icon"]:
        raise NotApplicable("neither icon nor label")
    base = package.app["icon"].rpartition("/")[2]
    kept = {
        name: data
        for name, data in package.files.items()
        if name in ("AndroidManifest.xml", "resources.arsc") or (base and name.rpartition("/")[2] == base)
    }
    address = f"https://{package.app['host']}/" if package.app["host"] else "https://www.example.org/app"
    return kept | {"classes.dex": package.assembled(shell(7, address))}


KINDS: dict[str, Callable[[Package], dict[str, bytes]]] = {
    "re-sign": re_sign,
    "rename package": rename_package,
    "swap icon and label": swap_looks,
    "edit strings": edit_strings,
    "repack resources": repack_resources,
    "split dex": split_dex,
    "merge dex": merge_dex,
    "rename classes and methods": rename_names,
    "insert junk methods": insert_junk,
    "convert to a wrapper": to_wrapper,
}


def clone(package: Package, kind: str, library: bytes) -> bytes:
    """A signed package."""
    files = inject_library(package, library) if kind == "inject a library" else KINDS[kind](package)
    target = package.work / "clone.apk"
    target.write_bytes(zip_bytes(files))
    sign(target, package.work, package.app["min_sdk"])
    return target.read_bytes()


def sign(path: Path, work: Path, min_sdk: str) -> None:
    """In place, with the key of the one who clones: apksigner knows what old Android versions ask for."""
    private, certificate = work / "key.pk8", work / "certificate.pem"
    if not private.is_file():
        secret = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Cloner")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(secret.public_key())
        builder = builder.serial_number(1).not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        made = builder.not_valid_after(datetime(2055, 1, 1, tzinfo=UTC)).sign(secret, hashes.SHA256())
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        private.write_bytes(secret.private_bytes(serialization.Encoding.DER, *form))
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    keys = ["--key", str(private), "--cert", str(certificate)]
    run("apksigner", "sign", *keys, "--min-sdk-version", min_sdk, "--v4-signing-enabled", "false", str(path))


# --- shells ---


def shell(kit: int, address: str) -> list[str]:
    """Smali of a shell app with 16 classes: the same for the same kit, but for the address."""
    chance = random.Random(kit)
    texts = [_MAIN.replace("ADDRESS", address)]
    for number in range(15):
        head = f".class public Lkit/shell/Part{number};\n.super Ljava/lang/Object;\n"
        texts.append(head + "".join(junk(chance) for _ in range(chance.randint(1, 3))))
    return texts


def shell_app(kit: int, number: int, work: Path) -> bytes:
    """A shell for a site of its own, with a name and an icon of its own."""
    chance = random.Random(number)
    name = word(chance, 9)
    wish = Wish(template="wrapper", package=f"example.shell.{name}", label_en=f"{name} shop", label_zh=f"{name}商店")
    files = patched(wish) | {"classes.dex": assemble_texts(shell(kit, f"https://{name}.example.net/"), work)}
    return signed_apk(files | {"res/drawable/icon.png": picture(chance)}, key(name, {NameOID.COMMON_NAME: name}))


_MAIN = """.class public Lkit/shell/Main;
.super Landroid/app/Activity;
.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    new-instance v0, Landroid/webkit/WebView;
    invoke-direct {v0, p0}, Landroid/webkit/WebView;-><init>(Landroid/content/Context;)V
    const-string v1, "ADDRESS"
    invoke-virtual {v0, v1}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V
    invoke-virtual {p0, v0}, Landroid/app/Activity;->setContentView(Landroid/view/View;)V
    return-void
.end method
"""


# --- bytes ---


def word(chance: random.Random, length: int) -> str:
    return "".join(chance.choice(string.ascii_lowercase) for _ in range(length))


def replaced(data: bytes, old: str, new: str) -> bytes:
    """Both spellings that binary XML and resource tables know."""
    return data.replace(old.encode(), new.encode()).replace(old.encode("utf-16-le"), new.encode("utf-16-le"))


def respelled(data: bytes, old: str, new: str) -> bytes:
    """The same for a whole string of a pool only, with its length before and its end behind it."""
    if len(new.encode()) == len(old.encode()) < 128:
        head = bytes([len(old), len(old.encode())])
        data = data.replace(head + old.encode() + b"\0", head + new.encode() + b"\0")
    wide = len(old.encode("utf-16-le")) // 2
    head, end = struct.pack("<H", wide), b"\0\0"
    return data.replace(head + old.encode("utf-16-le") + end, head + new.encode("utf-16-le") + end)


def spelled(data: bytes, text: str) -> bool:
    return text.encode() in data or text.encode("utf-16-le") in data


def picture(chance: random.Random) -> bytes:
    """A picture like no other."""
    small = Image.frombytes("RGB", (6, 6), chance.randbytes(108))
    out = io.BytesIO()
    small.resize((96, 96), Image.Resampling.BILINEAR).save(out, "PNG")
    return out.getvalue()


def again(data: bytes) -> bytes:
    """The same picture, written anew; nine-patch marks and the like are lost."""
    try:
        out = io.BytesIO()
        Image.open(io.BytesIO(data)).convert("RGBA").save(out, "PNG", compress_level=1)
        return out.getvalue()
    except (OSError, ValueError, SyntaxError):
        return data + b"\0"
