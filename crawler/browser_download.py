"""Download handler of runs that render: marked requests through Chromium, the others as in every run.

Only settings of such runs name it, so that nothing else needs the extra 'browser'.

Meta of a request: `playwright` has it rendered; `login` names the spider whose session is used, where the operator has
one; `wait_for`, `capture` and `press` say until when, which answers of its scripts are wanted, and what is pressed for
more (`crawler.browser_visit`). Meta of its response: `captured`, those answers as responses of their own; `tab`, the
page still open, so that a picture can be taken once it is judged.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary, WeakSet

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request as BrowserRequest
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response, TextResponse
from scrapy.responsetypes import responsetypes
from scrapy_playwright.handler import DEFAULT_CONTEXT_NAME, ScrapyPlaywrightDownloadHandler

from crawler.blocked import recognise
from crawler.browser import unwanted
from crawler.browser_budget import Budget
from crawler.browser_login import read_login, usable
from crawler.browser_picture import Tab
from crawler.browser_visit import Answer, Visit, visit_of
from crawler.egress import EgressRefused
from crawler.page_download import GuardedDownload
from crawler.problems import Typed
from crawler.proxy import Proxy
from crawler.supplied.visitor import Counts, is_name, places, shorn
from crawler.visitor import SESSION
from index.home import Home

logger = logging.getLogger(__name__)

CONTEXT: dict[str, Any] = {"accept_downloads": False, "service_workers": "block", "locale": "zh-CN"}
CLOSING = 3.0
SECRET = 16
"""Characters from which the value of a cookie is looked for in pages."""
MOST_REFUSALS = 100
OURS = ("visit", "playwright_page", "playwright_include_page", "playwright_page_goto_kwargs")
"""Meta keys that a request carries while it is rendered."""
NETWORK = "net::ERR_"


class PageFailedError(Typed):
    """The browser could not show the page; `kind` says why. Not tried again: such a page does it again."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


class BrowserDownload(ScrapyPlaywrightDownloadHandler, GuardedDownload):  # type: ignore[misc] # has no types
    """Chromium leaves the machine through our proxy only, which checks every address it asks for."""

    def __init__(self, crawler: Crawler) -> None:
        """See GuardedDownload for the settings."""
        super().__init__(crawler)
        self._proxy = Proxy(self.egress, refused=self._refused)
        self._refusals: dict[str, EgressRefused] = {}
        self._entered = False
        self._door = asyncio.Lock()
        self._visits: WeakKeyDictionary[Page, Visit] = WeakKeyDictionary()
        self._limits = crawler.settings["COPYCATCH_SETTINGS"].browser
        self._budget = Budget(self._limits, renew=self._renew)
        self._tabs: WeakSet[Tab] = WeakSet()
        self._home, self._settings = (
            Home(Path(crawler.settings["COPYCATCH_HOME"])),
            crawler.settings["COPYCATCH_SETTINGS"],
        )
        self._state: Any = None
        """Cookies and storage of the session, which outlive a browser."""
        self._logins: dict[str, bool] = {}
        """Names for which a session was looked for -> whether there is one."""
        self.abort_request = self._unwanted

    async def download_request(self, request: Request) -> Response:
        """As GuardedDownload; rendered where meta `playwright` asks for it.

        Raises PageFailedError, LoginNeededError, TimeoutError, EgressRefused.
        """
        if not request.meta.get("playwright"):
            return await super().download_request(request)
        self.egress.check_url(request.url)
        request.meta[SESSION] = self._has_session(request.meta.get("login"))
        await self._enter_proxy()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._budget.tab())
            visit = Visit(request.meta)
            stack.push_async_callback(self._leave, visit)
            response = await self._visited(request, visit)
            if self._limits.screenshots and visit.page is not None and "captured" in request.meta:
                tab = request.meta["tab"] = Tab(visit.page, stack.pop_all().aclose)
                self._tabs.add(tab)
        return response

    def _has_session(self, name: str | None) -> bool:
        """Whether the operator's session is used; read before the first page. Raises LoginNeededError."""
        if name is None:
            return False
        if name not in self._logins:
            state = usable(read_login(self._home, self._settings, name))
            self._logins[name] = state is not None
            self._state = state or self._state
        return self._logins[name]

    async def _visited(self, request: Request, visit: Visit) -> Response:
        request.meta.update(visit=visit, playwright_include_page=True)
        request.meta["playwright_page_goto_kwargs"] = {"wait_until": "domcontentloaded"}
        try:
            async with asyncio.timeout(self._limits.page_seconds):
                response = await super().download_request(request)
            return self._answered(request, response, visit)
        except PlaywrightTimeoutError as error:
            raise TimeoutError(_line(error)) from error
        except PlaywrightError as error:
            raise self._failure(request, error) from error
        finally:
            for key in OURS:
                request.meta.pop(key, None)

    def _answered(self, request: Request, response: Response, visit: Visit) -> Response:
        """The page with what its scripts were answered; where they were only refused, that refusal."""
        self._check_refused(response)
        if urlsplit(response.url)[:3] != urlsplit(request.url)[:3]:  # scripts lead elsewhere as well, to a login
            request.meta.setdefault("redirect_urls", [request.url])
        for name in ("Set-Cookie", "Content-Encoding"):
            response.headers.pop(name, None)
        answers = [_response(answer, request) for answer in visit.answers]
        if answers and all(recognise(one.status, one.body, url=one.url) for one in answers):
            return answers[-1]
        request.meta["captured"] = answers
        return self._without_operator(response) if request.meta.get(SESSION) else response

    def _without_operator(self, response: Response) -> Response:
        """The page without the account it was shown to; a header says what was cut. Answers stay as they were sent."""
        if not isinstance(response, TextResponse):
            return response
        cookies = {cookie["name"]: unquote(cookie["value"]) for cookie in (self._state or {}).get("cookies", ())}
        accounts = {value for name, value in cookies.items() if name.lower() in places()["cookies"] and is_name(value)}
        secrets = {value for value in cookies.values() if len(value) >= SECRET}
        counts: Counts = Counter()
        text = shorn(response.text, counts, is_html=True, accounts=accounts, secrets=secrets)
        if not counts:
            return response
        response.headers["X-Copycatch-Cut"] = ", ".join(f"{kind} {n}" for (kind, _), n in sorted(counts.items()))
        return response.replace(body=text.encode(response.encoding, "replace"))

    def _check_refused(self, response: Response) -> None:
        """Raises EgressRefused where the page is what our own proxy said."""
        if response.status == 403 and (refused := self._refusals.get(urlsplit(response.url).hostname or "")):
            raise refused

    def _failure(self, request: Request, error: PlaywrightError) -> Exception:
        text = _line(error)
        refused = self._refusals.get(urlsplit(request.url).hostname or "")
        if NETWORK in text and refused is not None:
            return refused
        if "crash" in text.lower():
            return PageFailedError("page_crashed", text)
        if "closed" in text:
            return PageFailedError("browser_lost", text)
        return PageFailedError("unreachable" if NETWORK in text else "not_rendered", text)

    async def _leave(self, visit: Visit) -> None:
        """Closes the page; a browser in which that cannot be done is closed as a whole."""
        try:
            await visit.close()
        except (PlaywrightError, TimeoutError) as error:
            logger.warning("a page does not close (%s): the browser is started anew", _line(error))
            await self._renew()

    async def _renew(self) -> None:
        """Closes the browser; the next page starts another one, with the same session."""
        browser = getattr(self, "browser", None)
        if browser is None:
            return
        if (wrapper := self.context_wrappers.get(DEFAULT_CONTEXT_NAME)) is not None:
            with suppress(PlaywrightError, TimeoutError):
                self._state = await asyncio.wait_for(wrapper.context.storage_state(), CLOSING)
        with suppress(PlaywrightError, TimeoutError):
            await asyncio.wait_for(browser.close(), CLOSING)
        self._forget()

    def _forget(self) -> None:
        self.context_wrappers.clear()
        if hasattr(self, "browser"):
            del self.browser

    async def _browser_disconnected_callback(self) -> None:
        """The library's hook. Whoever needs a page next forgets what is gone: no event can be late for that."""
        logger.info("the browser is gone")

    async def _create_browser_context(
        self,
        name: str,
        context_kwargs: dict[str, Any] | None,  # noqa: ARG002 - ours stand in no request
        spider: Spider | None = None,
    ) -> Any:
        wrapper = await super()._create_browser_context(name, {**CONTEXT, "storage_state": self._state}, spider)
        context: BrowserContext = wrapper.context
        await context.route(
            "**", lambda route: route.abort()
        )  # of popups and workers; our pages have routes of their own
        return wrapper

    async def _create_page(self, request: Request, spider: Spider) -> Page:
        browser = getattr(self, "browser", None)
        if browser is not None and not browser.is_connected():
            self._forget()
        page: Page = await super()._create_page(request, spider)
        visit: Visit = request.meta["visit"]
        self._visits[page] = visit
        visit.begin(page)
        return page

    async def _apply_page_methods(self, page: Page, request: Request, spider: Spider) -> None:  # noqa: ARG002 - theirs
        await request.meta["visit"].settle()

    def _unwanted(self, request: BrowserRequest) -> bool:
        visit = visit_of(self._visits, request)
        return visit is None or visit.too_many() or unwanted(request)

    def _refused(self, error: EgressRefused) -> None:
        if len(self._refusals) < MOST_REFUSALS:
            self._refusals[error.host] = error

    async def _enter_proxy(self) -> None:
        """Before the first page, since the browser is launched for it. A second page that comes meanwhile waits:
        otherwise it would launch a browser that knows no proxy.
        """
        async with self._door:
            if self._entered:
                return
            await self._proxy.__aenter__()
            self.config.launch_options["proxy"] = {
                "server": self._proxy.server,
                "username": self._proxy.username,
                "password": self._proxy.password,
            }
            self._entered = True

    async def close(self) -> None:
        """Ends pages that wait for being judged, browser and proxy."""
        await asyncio.gather(*(tab.closed() for tab in self._tabs))
        with suppress(PlaywrightError):
            await super().close()
        if self._entered:
            await self._proxy.__aexit__()


def _response(answer: Answer, request: Request) -> Response:
    headers = Headers(answer.headers)
    kind = responsetypes.from_args(headers=headers, url=answer.url, body=answer.body)
    return kind(
        answer.url, status=answer.status, headers=headers, body=answer.body, request=request, flags=["captured"]
    )


def _line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
