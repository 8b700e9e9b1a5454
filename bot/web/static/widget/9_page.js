// How the chat comes onto a page and stays there, whatever the page does with its script tags and its body.
const NAME = "bookbag-chat";
const MADE = "from-script"; // marks an element that a script tag made
const RETURNS = 20; // so often within RETURNS_MS the chat comes back to a page that takes it out
const RETURNS_MS = 10_000;

/** This script's own address, from where an error says that it happened. */
const HERE = /https?:\/\/[^\s()@]+?(?=:\d+:\d+)/.exec(new Error().stack || "")?.[0];
// A module has no currentScript, nor has a script that other code runs.
const SCRIPT = document.currentScript || [...document.querySelectorAll("script[src]")].find(({ src }) => src === HERE);
const NONCE = SCRIPT?.nonce;
const HOME = homeOf(SCRIPT);

/** Where the server is: the folder of the script's address. */
function homeOf(script) {
  if (script && !script.src) return location.origin;
  // What is written relative to a page changes its meaning once a <base> comes.
  const isWhole = /^(?:https?:)?\/\//.test(script?.getAttribute("src") || "");
  const address = (isWhole && script.src) || HERE || script?.src;
  return address ? address.replace(/[?#].*$/, "").replace(/\/[^/]*$/, "") : location.origin;
}

/** What its script tag says, an element says that was made by one; also what another one says later. */
function follow(script, chat) {
  const copy = () => {
    const said = [...script.attributes].filter(({ name }) => name.startsWith("data-"));
    const now = new Map(said.map(({ name, value }) => [name.slice(5), value]));
    chat.copied?.forEach((name) => now.has(name) || chat.removeAttribute(name));
    now.forEach((value, name) => chat.setAttribute(name, value));
    chat.copied = [...now.keys()];
  };
  chat.scriptWatch?.disconnect();
  chat.scriptWatch = new MutationObserver(copy);
  chat.scriptWatch.observe(script, { attributes: true });
  copy();
}

/** Whether it is a copy of one that a script tag made: pages are cloned, cached and saved with all that is in them. */
function isLeftover(chat) {
  return chat.hasAttribute(MADE) && chat !== BookbagChat.made;
}

function putOn(chat) {
  const put = () => chat === BookbagChat.made && !chat.isConnected && document.body.append(chat);
  if (document.body) {
    put();
    return;
  }
  const watch = new MutationObserver(() => {
    if (!document.body) return;
    watch.disconnect();
    put();
  });
  watch.observe(document, { childList: true, subtree: true });
}

/** Bodies are swapped (Turbo, htmx) and emptied (a failed hydration); the customer's chat is not what was meant. */
function comeBack(chat) {
  const now = Date.now();
  chat.returns = [...(chat.returns || []).filter((when) => now - when < RETURNS_MS), now];
  if (chat.returns.length <= RETURNS) {
    // Once the page has done what it is doing.
    queueMicrotask(() => putOn(chat));
    return;
  }
  console.warn(`${NAME}: the page keeps taking the chat out; to end it, call its remove().`);
  chat.remove();
}

/** A chat for a script tag, unless the page has its own. Further tags speak for the same chat. */
BookbagChat.from = (script) => {
  [...document.querySelectorAll(NAME)].filter(isLeftover).forEach((chat) => chat.remove());
  if (BookbagChat.made) follow(script, BookbagChat.made);
  if (BookbagChat.made || document.querySelector(NAME)) return;
  const chat = document.createElement(NAME);
  chat.setAttribute(MADE, "");
  BookbagChat.made = chat;
  follow(script, chat);
  putOn(chat);
};

if (!customElements.get(NAME)) customElements.define(NAME, BookbagChat);
// <script src="…/widget.js" defer data-name="…"> is enough. A page may have the script twice: the first one's rules.
if (SCRIPT) customElements.get(NAME).from(SCRIPT);
