"""The practice forum: boards, threads, archiver and RSS, in our own markup with the marks of Discuz!."""

from __future__ import annotations

from html import escape
from typing import Any

from demo.page import Page, document
from demo.planted import content

BOARDS = {2: ("技术交流", "utf-8"), 3: ("闲聊灌水", "gbk")}
PER_PAGE = 4
GENERATOR = '<meta name="generator" content="Discuz! X3.5">'
Row = dict[str, Any]


def forum(base: str) -> dict[str, Page]:
    """Path (with query) -> page. `base`: address of the forum, with a closing slash."""
    made: dict[str, Page] = {"": document(_index(), title="练习论坛", head=GENERATOR)}
    for board, (name, charset) in BOARDS.items():
        rows = [row for row in content("forum") if row["board"] == board]
        for number, start in enumerate(range(0, len(rows), PER_PAGE), start=1):
            body = _board(rows[start : start + PER_PAGE], board, number, more=start + PER_PAGE < len(rows))
            made[f"forum-{board}-{number}.html"] = document(body, charset, name, GENERATOR)
        for row in rows:
            page = document(_thread(row, name), charset, row["title"], GENERATOR)
            made[f"thread-{row['tid']}-1-1.html"] = page
            made[f"forum.php?mod=viewthread&tid={row['tid']}"] = page
            made[f"archiver/?tid-{row['tid']}.html"] = _archived(_archiver_thread(row, name, board), base, charset)
        made[f"archiver/?fid-{board}.html"] = _archived(_archiver_board(rows), base, charset)
        made[f"forum.php?mod=rss&fid={board}"] = _rss(rows, name, base)
    made["archiver/"] = _archived(_archiver_index(), base, "utf-8")
    return {f"/forum/{path}": page for path, page in made.items()}


def _index() -> str:
    boards = "".join(f'<h2><a href="forum-{board}-1.html">{name}</a></h2>' for board, (name, _) in BOARDS.items())
    return f'<div id="ct">{boards}</div><p><a href="archiver/">Archiver</a></p>'


def _board(rows: list[Row], board: int, number: int, *, more: bool) -> str:
    lines = "".join(
        f'<tbody id="normalthread_{row["tid"]}"><tr><th>'
        f'<a href="thread-{row["tid"]}-1-1.html" class="s xst">{escape(row["title"])}</a></th>'
        f'<td class="by"><cite><a>{escape(row["author"])}</a></cite>'
        f'<em><span title="2026-11-20 09:00">昨天</span></em></td>'
        f'<td class="num"><a class="xi2">{len(row["posts"]) - 1}</a><em>88</em></td></tr></tbody>'
        for row in rows
    )
    following = f'<div class="pg"><a class="nxt" href="forum-{board}-{number + 1}.html">下一页</a></div>'
    return f'<div id="threadlist"><table id="threadlisttableid">{lines}</table></div>' + (following if more else "")


def _thread(row: Row, board: str) -> str:
    posts = "".join(
        f'<div id="post_{pid}"><table id="pid{pid}"><tr><td class="pls"><div class="authi"><a class="xw1">'
        f'{escape(author)}</a></div></td><td class="plc"><div class="pi"><em id="authorposton{pid}">发表于 '
        f'<span title="{date}">前天</span></em></div><div class="pcb"><table><tr>'
        f'<td class="t_f" id="postmessage_{pid}">{escape(text)}</td></tr></table></div></td></tr></table></div>'
        for pid, author, date, text in _posts(row)
    )
    title = f'<div id="pt">{escape(board)}</div><span id="thread_subject">{escape(row["title"])}</span>'
    return f'{title}<div id="postlist">{posts}</div>'


def _posts(row: Row) -> list[tuple[str, str, str, str]]:
    """Number, author, date and text of each post."""
    return [
        (f"{row['tid']}{number}", f"网友{number}" if number else row["author"], f"2026-11-2{number} 10:00:00", text)
        for number, text in enumerate(row["posts"])
    ]


def _archived(body: str, base: str, charset: str) -> Page:
    return document(body, charset, "Archiver", f'<base href="{base}archiver/">')


def _archiver_index() -> str:
    boards = "".join(f'<li><a href="?fid-{board}.html">{name}</a></li>' for board, (name, _) in BOARDS.items())
    return f'<div id="content"><ul>{boards}</ul></div>'


def _archiver_board(rows: list[Row]) -> str:
    lines = "".join(f'<li><a href="?tid-{row["tid"]}.html">{escape(row["title"])}</a></li>' for row in rows)
    return (
        f'<div id="content"><ul type="1" start="1">{lines}</ul><div class="page">页: <strong>[1]</strong></div></div>'
    )


def _archiver_thread(row: Row, name: str, board: int) -> str:
    """Authors stand in paragraphs, texts bare between them: the archiver has no element around a post."""
    posts = ""
    for pid, author, date, text in _posts(row):
        posts += f'<p class="author"><strong>{escape(author)}</strong> 发表于 <span title="{date}">前天</span></p>'
        posts += f"<h3>{escape(row['title'])}</h3>" if pid.endswith("0") else ""
        posts += escape(text)
    return (
        f'<div id="nav"><a href="?fid-{board}.html">{escape(name)}</a></div>'
        f'<div id="content">{posts}<div class="page">页: <strong>[1]</strong></div></div>'
    )


def _rss(rows: list[Row], name: str, base: str) -> Page:
    items = "".join(
        f"<item><title>{escape(row['title'])}</title>"
        f"<link>{base}forum.php?mod=viewthread&amp;tid={row['tid']}</link>"
        f"<description>{escape(row['posts'][0][:20])} ...</description><author>{escape(row['author'])}</author>"
        "<pubDate>Fri, 20 Nov 2026 02:00:00 +0000</pubDate></item>"
        for row in rows
    )
    feed = (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{escape(name)}</title>'
        f"<link>{base}</link><generator>Discuz! Board</generator>{items}</channel></rss>"
    )
    return "application/xml", feed.encode()
