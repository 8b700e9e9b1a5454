"""The chat window on pages of every kind, in a real browser: it is there, once, and hides nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, expect

from .house import House, until
from .test_widget import Window, browser, context, database, house, pytestmark, window

__all__ = ["browser", "context", "database", "house", "pytestmark", "window"]

TAG = '<script src="/widget.js" defer data-open data-locale="en"></script>'
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LYING: dict[str, Any] = {"viewport": {"width": 844, "height": 390}, "is_mobile": True, "has_touch": True}

# What Turbo, htmx and the like do at a visit: the old body is cloned into a cache, a new one takes its place.
VISIT = """address => {
  window.cached = document.body.cloneNode(true);
  const next = document.createElement("body");
  next.append(Object.assign(document.createElement("h1"), { textContent: "Next" }));
  history.pushState({}, "", address);
  document.documentElement.replaceChild(next, document.body);
}"""
RESTORE = "() => document.documentElement.replaceChild(window.cached, document.body)"


async def serve(
    house: House,
    context: BrowserContext,
    html: str,
    *,
    path: str = "/",
    policy: str = "",
    kind: str = "text/html",
) -> str:
    """Have that page at an address of the server's, and return the address."""
    headers = {"Content-Security-Policy": policy} if policy else {}

    async def answer(route: Route) -> None:
        await route.fulfill(body=html, content_type=kind, headers=headers)

    await context.unroute(f"{house.base}{path}")
    await context.route(f"{house.base}{path}", answer)
    return f"{house.base}{path}"


async def shown(house: House, context: BrowserContext, html: str, **more: Any) -> Window:
    return await Window.at(await serve(house, context, html, **more), house, context)


def chats(page: Page) -> Any:
    return page.locator("bookbag-chat")


class Asked:
    """What a page asked the server for."""

    def __init__(self, page: Page) -> None:
        self.paths: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if "/v1/" in request.url:
            path = re.sub(r"^.*/v1/[a-z]+/?[0-9a-f]*|\?.*$", "", request.url)
            self.paths.append(f"{request.method} {path}")

    def count(self, what: str) -> int:
        return self.paths.count(what)


# Ways in which a page can bring the script in.
SAID = 'src="/widget.js" data-open data-locale="en"'
WAYS = {
    "defer": f"<!doctype html><script {SAID} defer></script><p>Shop",
    "async": f"<!doctype html><script {SAID} async></script><p>Shop",
    "blocking, in the head": f"<!doctype html><head><script {SAID}></script></head><body><p>Shop",
    "module": f'<!doctype html><script {SAID} type="module"></script><p>Shop',
    "module with a version": f'<!doctype html><p>Shop<script {SAID.replace(".js", ".js?v=3")} type="module">'
    "</script>",
    "put in by a script": """<!doctype html><p>Shop<script>
      const tag = document.createElement("script");
      Object.assign(tag, { src: "/widget.js", async: true });
      Object.assign(tag.dataset, { open: "", locale: "en" });
      document.head.append(tag);
      tag.addEventListener("load", () => tag.remove());
    </script>""",
    "twice": f"<!doctype html><head>{TAG}{TAG}</head><body><p>Shop",
    "twice, before there is a body": f"<!doctype html><head><script {SAID}></script>"
    f"<script {SAID.replace('.js', '.js?again')}></script></head><body><p>Shop",
    "as a script and as a module": f'<!doctype html>{TAG}<script {SAID} type="module"></script><p>Shop',
    "run by a loader": f"""<!doctype html><p>Shop<script {SAID} type="text/loader"></script><script>
      fetch("/widget.js").then((answer) => answer.text()).then((text) => (0, eval)(text + "//# sourceURL=" +
        location.origin + "/widget.js"));
    </script>""",
    "in quirks mode": f"<p>Shop{TAG}",
    "with a base before it": f'<!doctype html><base href="/elsewhere/"><script {SAID.replace("/w", "../w")}>'
    "</script><p>Shop",
    "with a base behind it": f'<!doctype html><head>{TAG}<base href="http://127.0.0.1:9/x/"></head><body><p>Shop',
    "with its own element": f'<!doctype html><p>Shop<bookbag-chat open locale="en"></bookbag-chat>{TAG}',
    "saved with the chat in it": "<!doctype html><p>Shop"
    f'<bookbag-chat from-script open locale="en" name="Anna"></bookbag-chat>{TAG}',
}


@pytest.mark.parametrize("way", WAYS)
async def test_the_chat_is_there_once_however_its_script_comes_in(
    house: House, context: BrowserContext, way: str
) -> None:
    window = await shown(house, context, WAYS[way])
    asked = Asked(window.page)
    await window.said("Hello")
    chat = await window.chat()
    await chat.ai_says("Here I am")
    await window.reads_in_the_end("Hello", "Here I am")
    await expect(chats(window.page)).to_have_count(1)
    await until(lambda: asked.count("GET /events"))
    assert (asked.count("POST "), asked.count("GET /events")) == (1, 1)
    assert (await house.desk.view(chat.id)).conversation.customer.name is None
    assert window.complaints == []


async def test_the_chat_is_there_on_a_page_that_is_xml(house: House, context: BrowserContext) -> None:
    html = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Shop</title></head><body><p>Shop</p>'
        '<script src="/widget.js" defer="defer" data-open="" data-locale="en"></script></body></html>'
    )
    window = await shown(house, context, html, kind="application/xhtml+xml")
    await window.said("Hello")
    await (await window.chat()).ai_says("It is **here**")
    await expect(window.page.locator("bookbag-chat .bubble strong")).to_have_text("here")
    assert window.complaints == []


async def test_a_body_that_is_swapped_leaves_the_chat_as_it_was(
    house: House, context: BrowserContext
) -> None:
    """With the words half written, the place in the conversation, and the stream that is open."""
    window = await shown(house, context, f"<!doctype html><head>{TAG}</head><body><p>Shop")
    asked = Asked(window.page)
    await window.said("one")
    chat = await window.chat()
    await window.input.fill("Half a sen")
    for number in range(3):
        await window.page.evaluate(VISIT, f"/page/{number}")
        await expect(window.page.locator("h1")).to_have_text("Next")
        await expect(window.input).to_have_value("Half a sen")
        await expect(window.input).to_be_focused()
    await chat.ai_says("two")
    await window.reads_in_the_end("one", "two")
    # The page of before comes back from its cache, with a dead copy of the chat in it.
    await window.page.evaluate(RESTORE)
    await expect(chats(window.page)).to_have_count(1)
    await expect(window.input).to_have_value("Half a sen")
    await window.said("three")
    await chat.ai_says("four")
    await window.reads_in_the_end("one", "two", "three", "four")
    assert await chat.texts() == ["one", "two", "three", "four"]
    await until(lambda: asked.count("GET /events"))
    assert (asked.count("POST "), asked.count("GET /events")) == (1, 1)
    assert window.complaints == []


async def test_a_body_that_brings_its_own_script_tag_says_who_the_customer_is_now(
    house: House, context: BrowserContext
) -> None:
    window = await shown(house, context, f"<!doctype html><body><p>Shop{TAG}")
    await window.said("one")
    await window.page.evaluate(VISIT, "/next")
    await window.page.evaluate(
        """() => {
          const tag = document.createElement("script");
          Object.assign(tag, { src: "/widget.js" });
          Object.assign(tag.dataset, { open: "", locale: "en", name: "Eve" });
          document.body.append(tag);
          return new Promise((resolve) => tag.addEventListener("load", resolve));
        }"""
    )
    await expect(chats(window.page)).to_have_count(1)
    await expect(chats(window.page)).to_have_attribute("name", "Eve")
    await window.said("two")
    await window.reads_in_the_end("one", "two")
    chat = await window.chat()
    assert (await house.desk.view(chat.id)).conversation.customer.name == "Eve"
    assert window.complaints == []


EMPTIED = {
    "emptied at once": "document.body.innerHTML = '<div>App</div>'",
    "child by child": "while (document.body.firstChild) document.body.removeChild(document.body.firstChild);"
    "document.body.append('App')",
    # What React does with a document that it cannot hydrate.
    "with the whole document": """() => {
      document.removeChild(document.documentElement);
      return Promise.resolve().then(() => {
        const html = document.createElement("html");
        html.append(document.createElement("head"));
        document.append(html);
        return new Promise((resolve) => setTimeout(() => {
          html.append(document.createElement("body"));
          document.body.append("App");
          resolve();
        }));
      });
    }""",
}


@pytest.mark.parametrize("how", EMPTIED)
async def test_a_page_that_makes_its_body_anew_has_the_chat_again(
    house: House, context: BrowserContext, how: str
) -> None:
    window = await shown(house, context, f"<!doctype html><head>{TAG}</head><body><p>Server")
    asked = Asked(window.page)
    await window.said("one")
    await window.page.evaluate(EMPTIED[how])
    await expect(window.page.get_by_text("App")).to_be_visible()
    await window.said("two")
    await window.reads_in_the_end("one", "two")
    await until(lambda: asked.count("GET /events"))
    assert (asked.count("POST "), asked.count("GET /events")) == (1, 1)


async def test_a_page_can_take_the_chat_away_for_good(house: House, context: BrowserContext) -> None:
    window = await shown(house, context, f"<!doctype html><head>{TAG}</head><body><p>Shop")
    await window.said("one")
    await window.page.evaluate("document.querySelector('bookbag-chat').remove()")
    await window.page.evaluate(VISIT, "/next")
    await window.page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    await expect(chats(window.page)).to_have_count(0)
    # So does one that takes it out whenever it is there, and it goes on working.
    other = await shown(house, context, f"<!doctype html><head>{TAG}</head><body><p>Shop")
    await other.page.evaluate(
        """() => {
          const out = () => {
            const chat = document.querySelector("bookbag-chat");
            chat?.parentNode.removeChild(chat);
          };
          new MutationObserver(out).observe(document.body, { childList: true });
          out();
        }"""
    )
    await expect(chats(other.page)).to_have_count(0)
    assert any("call its remove()" in text for text in other.complaints)


async def test_a_pages_own_element_takes_the_place_of_the_script_tags(
    house: House, context: BrowserContext
) -> None:
    window = await shown(house, context, f"<!doctype html><head>{TAG}</head><body><p>Shop")
    await window.said("one")
    await window.page.evaluate(
        """() => {
          const chat = document.createElement("bookbag-chat");
          for (const [name, value] of Object.entries({ locale: "en", open: "", name: "Eve" }))
            chat.setAttribute(name, value);
          document.body.prepend(chat);
        }"""
    )
    await expect(chats(window.page)).to_have_count(1)
    await expect(chats(window.page)).to_have_attribute("name", "Eve")
    await window.said("two")
    await window.reads_in_the_end("one", "two")
    assert window.complaints == []


async def test_a_page_that_moves_its_own_element_loses_nothing(house: House, context: BrowserContext) -> None:
    html = (
        '<!doctype html><script src="/widget.js" defer></script><body><main></main>'
        '<bookbag-chat open locale="en"></bookbag-chat>'
    )
    window = await shown(house, context, html)
    asked = Asked(window.page)
    await window.said("one")
    for number in range(30):
        await (await window.chat()).ai_says(f"line {number}")
    await window.bubble("line 29").wait_for()
    await window.input.fill("Half a sen")
    await window.log.evaluate("node => { node.scrollTop = 120 }")
    await window.page.evaluate("new Promise(requestAnimationFrame)")
    await window.page.evaluate(
        "document.querySelector('main').append(document.querySelector('bookbag-chat'))"
    )
    await expect(window.input).to_have_value("Half a sen")
    assert await window.log.evaluate("node => node.scrollTop") == 120
    assert asked.count("GET /events") == 1
    assert window.complaints == []
    # One that is taken out by the page it belongs to is at its end.
    await window.page.evaluate("document.querySelector('main').replaceChildren()")
    await window.page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    await expect(chats(window.page)).to_have_count(0)


OLD = """
delete Document.prototype.adoptedStyleSheets;
delete ShadowRoot.prototype.adoptedStyleSheets;
"""
OLDER = OLD + "window.CSSStyleSheet = function () { throw new TypeError('Illegal constructor'); };"


@pytest.mark.parametrize("engine", [OLD, OLDER], ids=["none to adopt", "none to construct"])
@pytest.mark.parametrize("kind", ["", ' type="module"'], ids=["script", "module"])
async def test_a_browser_that_adopts_no_style_sheets_shows_the_same(
    house: House, context: BrowserContext, window: Window, engine: str, kind: str
) -> None:
    """Also where the page's policy lets in only what bears a nonce."""
    size = await window.page.locator("bookbag-chat .panel").bounding_box()
    await context.add_init_script(engine)
    html = f'<!doctype html><script nonce="abc" {SAID} defer{kind}></script><p>Shop'
    policy = f"default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'; connect-src {house.base}"
    old = await shown(house, context, html, policy=policy)
    assert await old.page.locator("bookbag-chat .panel").bounding_box() == size
    await old.said("Hello")
    assert old.complaints == []


# Style sheets of hosts that mean well.
STRICT = """
* { margin: 8px !important; padding: 3px !important; border: 2px solid red !important; color: red !important;
  font: 30px/3 serif !important; letter-spacing: 9px !important; text-transform: uppercase !important;
  float: left !important; box-sizing: content-box !important; max-width: 200px !important;
  min-height: 90px !important; position: relative !important; z-index: 1 !important; direction: ltr;
  text-align: right !important; white-space: nowrap !important; text-indent: 40px !important;
  word-spacing: 30px !important; user-select: none !important; cursor: wait !important; }
body { display: grid; gap: 50px; }
body > * { transform: translateZ(0); filter: blur(0); will-change: transform; contain: paint; zoom: .5;
  perspective: 10px; overflow: hidden; clip-path: inset(0); backdrop-filter: blur(0); container-type: size;
  animation: sway 1s infinite; transition: all 9s; mask: linear-gradient(black, transparent); }
@keyframes sway { to { transform: translateX(90px) } }
:root { --accent: red; --paper: red; --ink: yellow; --on-accent: red; --bubble: red; }
* { --soft: red; --line: red; --raised: red; --link: red; }
"""


async def test_no_style_sheet_of_the_page_changes_the_window(
    house: House, context: BrowserContext, window: Window
) -> None:
    measured = """() => {
      const root = document.querySelector("bookbag-chat").shadowRoot;
      return [...root.querySelectorAll(".panel, .panel *, .launcher")].map((node) => {
        const { x, y, width, height } = node.getBoundingClientRect();
        const style = getComputedStyle(node);
        const look = ["color", "backgroundColor", "font", "letterSpacing", "textAlign", "whiteSpace"];
        const name = node.className.baseVal ?? node.className;
        return [name, x, y, width, height, style.cursor, ...look.map((one) => style[one])];
      });
    }"""
    await window.page.locator("bookbag-chat .hello").wait_for()
    plain = await window.page.evaluate(measured)
    strict = await shown(house, context, f"<!doctype html><style>{STRICT}</style><body><p>Shop</p>{TAG}")
    assert await strict.page.evaluate(measured) == plain
    # The element itself takes no room, and nothing of the page's room.
    box = await chats(strict.page).bounding_box()
    assert box is None or (box["width"], box["height"]) == (0, 0)
    assert await strict.page.evaluate("document.elementFromPoint(600, 300).localName") != "bookbag-chat"
    await strict.launcher.click()
    await expect(strict.log).to_be_hidden()
    # What is printed is the page.
    await strict.page.emulate_media(media="print")
    await expect(strict.launcher).to_be_hidden()


@pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-same-origin"])
async def test_the_chat_works_in_a_frame_also_without_any_storage(
    house: House, context: BrowserContext, sandbox: str
) -> None:
    tag = TAG.replace("/widget.js", f"{house.base}/widget.js")
    pages = {
        "/": f'<!doctype html><iframe src="/inner" sandbox="{sandbox}" width="600" height="600"></iframe>',
        "/inner": f"<!doctype html><p>Inner{tag}",
    }

    async def shop(request: web.Request) -> web.Response:
        return web.Response(text=pages[request.path], content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", shop)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/")
        frame = page.frame_locator("iframe")
        await frame.get_by_placeholder("Write a message…").fill("Hello")
        await frame.get_by_placeholder("Write a message…").press("Enter")
        await expect(frame.get_by_text("Sent ·")).to_be_visible()
        await expect(frame.locator("bookbag-chat")).to_have_count(1)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("phone", [PHONE, LYING], ids=["upright", "lying"])
async def test_a_link_that_is_followed_on_a_phone_leads_to_a_page_and_not_to_the_chat(
    browser: Browser, house: House, phone: dict[str, Any]
) -> None:
    context = await browser.new_context(**phone, locale="en-GB")
    context.set_default_timeout(5000)
    try:
        address = await serve(house, context, f"<!doctype html>{VIEWPORT}{TAG}<p>Shop")
        window = Window(await context.new_page(), house)
        await window.page.goto(address)
        await expect(window.launcher).to_be_visible()
        await expect(window.log).to_be_hidden()
        await window.launcher.tap()
        await expect(window.log).to_be_visible()
        await window.said("Where are the shoes?")
        chat = await window.chat()
        await chat.ai_says(f"Look: {address}")
        async with context.expect_page() as opened:
            await window.page.locator("bookbag-chat .bubble a").tap()
        page = Window(await opened.value, house)
        await expect(page.launcher).to_have_attribute("aria-label", "Open chat")
        await expect(page.log).to_be_hidden()
        await expect(page.page.get_by_text("Shop")).to_be_in_viewport()
        # What comes meanwhile is counted there, and waits behind the launcher.
        await chat.ai_says("Did you find them?")
        await expect(page.launcher).to_have_attribute("aria-label", "Open chat, 1 new message")
        await page.launcher.tap()
        await expect(page.bubble("Did you find them?")).to_be_visible()
        # So it is where only the body changes, and where the customer goes back in one page.
        await page.page.evaluate(VISIT, "/next")
        await expect(page.page.locator("h1")).to_be_in_viewport()
        await expect(page.log).to_be_hidden()
        await page.launcher.tap()
        await expect(page.log).to_be_visible()
        await page.page.evaluate("history.back()")
        await expect(page.log).to_be_hidden()
    finally:
        await context.close()


async def test_a_wide_page_keeps_the_chat_open_from_page_to_page(
    house: House, context: BrowserContext
) -> None:
    window = await shown(house, context, f"<!doctype html><head>{TAG}</head><body><p>Shop")
    await window.said("one")
    other = await shown(house, context, f"<!doctype html><head>{TAG}</head><body><p>Other", path="/other")
    await other.reads_in_the_end("one")
    await other.page.evaluate(VISIT, "/next")
    await expect(other.log).to_be_visible()
