"""Program for another Python that has androguard: what it reads in DEX files, as JSON, one line per file.

Arguments: paths of packages. Nothing of the product is imported here.
"""

import hashlib
import json
import re
import sys
import zipfile

from androguard.core.dex import DEX, FillArrayData, PackedSwitch, SparseSwitch
from loguru import logger

DATA = (FillArrayData, PackedSwitch, SparseSwitch)


def facts(content: bytes) -> dict[str, object]:
    dex = DEX(content)
    methods = []
    for owner in dex.get_classes():
        for method in owner.get_methods():
            if method.get_code() is not None:
                stream = bytes(ins.get_op_value() for ins in method.get_instructions() if not isinstance(ins, DATA))
                methods.append([method.get_class_name(), method.get_name(), hashlib.md5(stream).hexdigest()])
    classes = [owner.get_name() for owner in dex.get_classes()]
    return {"classes": classes, "strings": dex.get_len_strings(), "methods": methods}


def main(paths: list[str]) -> None:
    logger.remove()
    done = set()
    for path in paths:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                content = package.read(name) if re.fullmatch(r"classes\d*\.dex", name) else b""
                key = hashlib.sha256(content).hexdigest()
                if content and key not in done:
                    done.add(key)
                    sys.stdout.write(json.dumps({"path": path, "name": name, **facts(content)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
