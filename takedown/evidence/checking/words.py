"""What the program says, in Chinese and English: it stands alone, so its words stand here and in no catalogue."""

from __future__ import annotations

TEXT = {
    "changed": ("内容被改动过", "was changed"),
    "missing": ("清单里有，包里没有", "stands in the manifest, and is not in the bundle"),
    "extra": ("包里有，清单里没有", "is in the bundle, and not in the manifest"),
    "order": ("位置与清单的顺序不同", "does not lie where the manifest has it"),
    "twice": ("名称出现两次", "is there twice"),
    "name": ("名称不安全", "has a name that is not safe"),
    "header": ("ZIP 文件头被改动过", "its ZIP header was changed"),
    "cut": ("文件在此被截断，或文件头被改动过", "the file is cut off here, or the header was changed"),
    "directory": ("ZIP 目录与内容不符", "the ZIP directory is not that of the members"),
    "behind": ("末尾之后还有多余内容", "something was put behind the end"),
    "no_zip": ("不是证据包", "is no evidence bundle"),
    "line": ("这一行被改动过", "this line was changed"),
    "chain": ("与前一行接不上：有行被删、被加或换了位置", "does not follow the line before: lines are gone or moved"),
    "no_seal": ("最后一行不是封存记录", "the last line is no seal"),
    "seal": ("封存值不是所给的那一个", "the seal is not the one that was given"),
    "record": ("存档记录与清单不符", "the archived record is not as the manifest says"),
    "payload": ("网页内容与其哈希不符", "the page is not the one that its hash names"),
    "wacz": ("与 WACZ 说明文件不符", "is not as the WACZ says"),
    "index": ("索引所指不是已列明的记录", "the index points to no listed record"),
    "run_chain": ("与采集时的存证链不符", "is not as the chain of the crawl says"),
    "too_large": ("大得不合常理，未予展开", "is larger than makes sense, and was not opened"),
    "stamp": ("时间戳不是对这份清单盖的", "the time stamp is not one of this manifest"),
    "stamp_unreadable": ("不是 RFC 3161 时间戳", "is no RFC 3161 time stamp"),
    "unreadable": ("读不懂", "cannot be understood"),
    "ok": ("完好：每个字节都与清单相符。", "Whole: every byte is as the manifest says."),
    "bad": ("有问题：以下各处与清单不符。", "Not whole: these places are not as the manifest says."),
    "more": ("另有 {0} 处未列出", "{0} more are not listed"),
    "say_seal": ("封存值（请与函件所载核对）：{0}", "Seal (compare it with the one in the letter): {0}"),
    "say_counts": ("文件 {0} 个，存档网页 {1} 个，制作于 {2}", "{0} files, {1} archived pages, made {2}"),
    "say_missing": ("包内注明未能收入 {0} 项：", "The bundle says that {0} thing(s) could not be put in:"),
    "say_stamp": (
        "时间戳 {0}（世界时），摘要相符。签名要用 openssl 核对：取出下列两个文件，CA.pem 为时间戳机构的根证书",
        "Time stamp {0} (UTC), of this manifest. For its signature unpack the two files; CA.pem: the authority's root",
    ),
    "say_no_stamp": ("没有可信时间戳。", "There is no time stamp."),
    "no_file": ("打不开 {0}", "cannot open {0}"),
}  # fmt: skip
LANGUAGES = ("zh", "en")


def words(code: str, languages: tuple[str, ...], *values: object) -> list[str]:
    """The message in each language, filled in."""
    return [TEXT[code][LANGUAGES.index(lang)].format(*values) for lang in languages]
