// The window itself: <bookbag-chat>, and how a script tag puts it on a page.
const MARGIN = 80; // pixels from the end within which a reader counts as reading along

class BookbagChat extends HTMLElement {
  connectedCallback() {
    if (this.talk) return;
    this.locale = this.getAttribute("locale") || document.documentElement.lang || navigator.language || "en";
    this.words = wordsFor(this.locale);
    const api = (this.getAttribute("api") || HOME).replace(/\/+$/, "");
    this.memory = new Memory(`bookbag ${api} ${this.getAttribute("inbox") || ""} `);
    this.seen = this.memory.get("seen") || 0;
    this.build();
    this.talk = new Talk(new Wire(api), this.memory, () => this.customer(), this);
    this.show({ state: "ai" });
    this.clear();
    this.talk.begin();
    // A small screen is all window once it is open; only its owner decides that.
    const isSmall = matchMedia("(max-width: 480px)").matches;
    if (this.memory.get("open") ?? (this.hasAttribute("open") && !isSmall)) this.open({ focus: false });
  }

  disconnectedCallback() {
    this.talk?.end();
    this.talk = null;
    this.root?.remove();
  }

  /** What the page says about its customer, for the start of a conversation. */
  customer() {
    const said = (name) => this.getAttribute(name) || undefined;
    let metadata;
    try {
      metadata = JSON.parse(said("metadata") || "null") || undefined;
    } catch {
      console.warn("bookbag-chat: the metadata attribute is not JSON");
    }
    return {
      channel: said("channel"),
      inbox: said("inbox"),
      customer: {
        name: said("name"),
        email: said("email"),
        user_id: said("user-id"),
        user_hash: said("user-hash"),
        locale: said("locale") || navigator.language || undefined,
        metadata,
      },
    };
  }

  build() {
    const { words } = this;
    const times = this.getAttribute("locale") || navigator.language;
    this.log = new Log(words, times, (item) => this.talk.retry(item));
    this.picture = make("div");
    this.title_ = make("h2", { id: "title" });
    this.now = make("div", { className: "now" });
    this.status = make("div", { className: "line", role: "status" });
    this.hello = make("div", { className: "hello" }, face("ai"),
      make("strong", { dir: "auto", textContent: this.getAttribute("greeting") || words.hello }),
      make("span", { textContent: words.about }));
    this.scroller = make("div", { className: "log", role: "log", tabIndex: 0, "aria-label": words.log },
      this.hello, this.log.list);
    this.newest = make("button", { type: "button", className: "newest", hidden: true }, icon("down"), words.newest);
    this.input = make("textarea", { rows: 1, maxLength: 8000, placeholder: words.write, dir: "auto",
      enterKeyHint: "send", autocomplete: "off", "aria-label": words.write });
    this.sender = make("button", { className: "send", disabled: true, "aria-label": words.send }, icon("send"));
    this.form = make("form", {}, this.input, this.sender);
    this.fresh = make("button", { type: "button", className: "icon", title: words.fresh,
      "aria-label": words.fresh }, icon("pen"));
    const close = make("button", { type: "button", className: "icon", title: words.close,
      "aria-label": words.close }, icon("close"));
    this.yes = make("button", { type: "button", textContent: words.yes });
    const no = make("button", { type: "button", textContent: words.no });
    this.ask = make("div", { className: "ask", role: "group", "aria-label": words.fresh, hidden: true },
      words.ask, make("div", {}, this.yes, no));
    this.panel = make("section", { className: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      make("header", {}, this.picture, make("div", { className: "who" }, this.title_, this.now), this.fresh, close),
      this.ask, this.status, this.scroller,
      make("div", { className: "foot" }, this.newest, this.form));
    this.badge = make("span", { className: "badge", hidden: true, "aria-hidden": "true" });
    this.launcher = make("button", { type: "button", className: "launcher", "aria-expanded": "false" });
    this.root = make("div", { className: "root", lang: this.locale }, this.panel, this.launcher);

    const shadow = this.shadowRoot || this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(LOOK);
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.root);
    this.paint(this.getAttribute("accent"));

    this.launcher.addEventListener("click", () => (this.panel.hidden ? this.open() : this.close()));
    close.addEventListener("click", () => this.close());
    this.fresh.addEventListener("click", () => this.asking(this.ask.hidden));
    this.yes.addEventListener("click", () => this.startOver());
    no.addEventListener("click", () => this.asking(false));
    this.newest.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => this.isAtEnd() && (this.newest.hidden = true));
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.input.addEventListener("input", () => this.grow());
    this.input.addEventListener("keydown", (event) => {
      const composing = event.isComposing || event.keyCode === 229;
      if (event.key === "Enter" && !event.shiftKey && !composing) this.submit(event);
    });
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.ask.hidden ? this.close() : this.asking(false);
    });
    // The page's own shortcuts see our typing come from an element that is no text field.
    for (const type of ["keydown", "keyup", "keypress"]) {
      this.root.addEventListener(type, (event) => event.stopPropagation());
    }
    this.panelChanged();
  }

  /** The page's own colour, with whichever of black and white reads better on it. */
  paint(accent) {
    if (!accent || !CSS.supports("color", accent)) return;
    this.style.setProperty("--accent", accent);
    const [red, green, blue] = getComputedStyle(this.launcher).backgroundColor.match(/[\d.]+/g) || [];
    const [r, g, b] = [red, green, blue].map((part) => (part / 255) ** 2.2);
    this.style.setProperty("--on-accent", 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.36 ? "#10131a" : "#fff");
  }

  open({ focus = true } = {}) {
    this.panel.hidden = false;
    this.panelChanged();
    this.toEnd();
    if (!focus) return;
    this.memory.set("open", true);
    (matchMedia("(pointer: coarse)").matches ? this.scroller : this.input).focus();
  }

  close() {
    this.panel.hidden = true;
    this.memory.set("open", false);
    this.panelChanged();
    this.launcher.focus();
  }

  panelChanged() {
    const isOpen = !this.panel.hidden;
    this.root.classList.toggle("open", isOpen);
    this.launcher.replaceChildren(icon(isOpen ? "down" : "chat"), this.badge);
    this.launcher.setAttribute("aria-expanded", String(isOpen));
    this.count();
  }

  asking(isAsking) {
    this.ask.hidden = !isAsking;
    (isAsking ? this.yes : this.fresh).focus();
  }

  startOver() {
    this.ask.hidden = true;
    this.talk.startOver();
    this.input.focus();
  }

  submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.grow();
    this.talk.send(text);
    this.input.focus();
  }

  grow() {
    this.sender.disabled = !this.input.value.trim();
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
  }

  // What the conversation tells its window.

  entry(entry, live) {
    if (entry.state) this.show(entry.state);
    if (this.log.add(entry, live)) this.changed(live);
  }

  pending(item) {
    this.log.pending(item);
    this.changed(true, true);
  }

  sent(item, seq) {
    this.log.sent(item, seq);
    this.changed(true, true);
  }

  clear() {
    this.log.clear();
    this.show({ state: "ai" });
    this.seen = this.memory.get("seen") || 0;
    if (!this.talk.chat.id) this.seen = 0;
    // History is not read out; what comes after it is.
    this.scroller.setAttribute("aria-busy", String(Boolean(this.talk.chat.id)));
    this.changed(false);
  }

  ready() {
    this.scroller.setAttribute("aria-busy", "false");
  }

  connection(word) {
    this.status.textContent = word ? this.words[word] : "";
  }

  /** Say in the header who answers now. */
  show({ state, teammate }) {
    const { words } = this;
    const name = teammate?.name || words.chat;
    const [title, now] = {
      ai: [words.ai, words.answering],
      waiting: [words.waiting, words.waitingMore],
      teammate: [name, words.answering],
      ended: [words.ended, ""],
    }[state] || [words.chat, ""];
    this.title_.textContent = title;
    this.now.textContent = now;
    this.now.dataset.state = state;
    const who = { ai: "ai", teammate: "teammate" }[state] || "queue";
    this.picture.replaceChildren(face(who, name, teammate?.avatar_url));
  }

  /** Lay out once for all that changed in this turn of the loop. */
  changed(live, ours = false) {
    const follow = ours || this.isAtEnd();
    this.following = this.drawing ? this.following || follow : follow;
    this.missed ||= live && !follow;
    if (this.drawing) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      this.log.layout();
      this.hello.hidden = !this.log.isEmpty;
      this.fresh.hidden = this.log.isEmpty;
      if (this.following) this.toEnd();
      else if (this.missed) this.newest.hidden = false;
      this.missed = false;
      this.count();
    });
  }

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < MARGIN;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newest.hidden = true;
  }

  /** How many answers came since the window was last open. */
  count() {
    const answers = [...this.log.said.values()].filter((item) => item.from === "ai" || item.from === "teammate");
    if (!this.panel.hidden && this.log.said.size) {
      this.seen = Math.max(this.seen, ...this.log.said.keys());
      this.memory.set("seen", this.seen);
    }
    const unread = answers.filter((item) => item.seq > this.seen).length;
    const { words } = this;
    this.badge.hidden = !unread;
    this.badge.textContent = unread > 9 ? "9+" : String(unread);
    const label = this.panel.hidden ? words.open : words.close;
    this.launcher.setAttribute("aria-label", unread ? `${label}, ${words.unread(unread)}` : label);
  }
}

const SCRIPT = document.currentScript;
const HOME = SCRIPT?.src ? SCRIPT.src.replace(/\/widget\.js.*$/, "") : location.origin;

if (!customElements.get("bookbag-chat")) {
  customElements.define("bookbag-chat", BookbagChat);
  // <script src="…/widget.js" defer data-name="…"> is enough, unless the page has its own <bookbag-chat>.
  if (SCRIPT && !document.querySelector("bookbag-chat")) {
    const chat = document.createElement("bookbag-chat");
    for (const { name, value } of SCRIPT.attributes) {
      if (name.startsWith("data-")) chat.setAttribute(name.slice(5), value);
    }
    const mount = () => document.body.append(chat);
    if (document.body) mount();
    else document.addEventListener("DOMContentLoaded", mount);
  }
}
