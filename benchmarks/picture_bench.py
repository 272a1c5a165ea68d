"""Reading pictures: how many a second on one core, beside decoding them (the floor), and how much of them is read.

    .venv/bin/python benchmarks/picture_bench.py [--pictures 60]

Pictures are drawn here as sellers make them: several sizes and colours of type, plain and busy grounds, JPEG, codes.
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).parent.parent))

from apk_analysis.icons import open_picture
from detection.pictures import read_picture

LINES = (
    "软件下单后自动发货", "支持安卓与电脑端", "售后群内答疑", "看清说明再拍", "一次付款长期使用", "新手也能上手",
    "全国包邮", "官方渠道保证", "限时优惠 三天", "加群领取资料", "图片文字仅供参考", "不懂可以留言",
    "Instant delivery", "Works on every phone", "Message before you buy", "Lifetime updates", "No refunds",
)  # fmt: skip
CODES = 0.3
"""Share of pictures with a code."""


def font(points: int) -> ImageFont.FreeTypeFont:
    found = subprocess.run(["fc-match", "-f", "%{file}", ":lang=zh-cn"], capture_output=True, text=True, check=True)
    return ImageFont.truetype(found.stdout, points)


def ground(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    if rng.random() < 0.5:
        return Image.new("RGB", size, rng.choice(["white", "#fff4e0", "#e8f0ff", "#202020"]))
    noise = np.random.default_rng(rng.randrange(1 << 30)).integers(170, 256, (*size[::-1], 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((size[0] // 8, size[1] // 8)).resize(size)


def picture(rng: random.Random) -> tuple[bytes, list[str], str | None]:
    """A JPEG, the lines in it, and what its code says."""
    size = rng.choice([(800, 800), (750, 1000), (640, 640), (1080, 1440)])
    made = ground(rng, size)
    dark = sum(made.getpixel((2, 2))) < 200
    pen, points = ImageDraw.Draw(made), rng.choice([24, 32, 44])
    lines = rng.sample(LINES, rng.randint(1, 6))
    for number, line in enumerate(lines):
        ink = rng.choice(["#ffffff", "#ffe000"]) if dark else rng.choice(["#000000", "#a00000", "#003080"])
        pen.text((rng.randint(20, 80), 30 + number * int(points * 1.9)), line, font=font(points), fill=ink)
    said = None
    if rng.random() < CODES:
        said = f"https://example.org/{rng.randrange(1 << 40):x}"
        code = zxingcpp.create_barcode(said, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)
        made.paste(Image.fromarray(np.pad(np.asarray(code), 16, constant_values=255)), (size[0] - 220, size[1] - 220))
    out = io.BytesIO()
    made.save(out, "JPEG", quality=rng.choice([60, 80, 92]))
    return out.getvalue(), lines, said


def squeezed(text: str) -> str:
    return "".join(text.split())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=60)
    wanted = parser.parse_args().pictures
    rng = random.Random(7)
    pictures = [picture(rng) for _ in range(wanted)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        path.write_bytes(pictures[0][0])
        read_picture(path)  # loads the models
        begun = time.process_time()
        for content, _, _ in pictures:
            open_picture(content).load()
        floor = time.process_time() - begun
        seconds, right, lines, codes, decoded = 0.0, 0, 0, 0, 0
        for content, said, code in pictures:
            path.write_bytes(content)
            begun = time.process_time()
            read = read_picture(path)
            seconds += time.process_time() - begun
            found = {squeezed(line) for line in read.text.splitlines()}
            lines += len(said)
            right += sum(squeezed(line) in found for line in said)
            codes += code is not None
            decoded += code is not None and code in read.codes
    speed, ratio = wanted / seconds, seconds / floor
    print(f"{wanted} pictures, {lines} lines: {speed:.2f} pictures/s per core ({ratio:.0f} x decoding)")
    print(f"lines read exactly: {right}/{lines} = {right / lines:.3f}; codes: {decoded}/{codes}")


if __name__ == "__main__":
    main()
