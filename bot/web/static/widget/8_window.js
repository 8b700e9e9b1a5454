// The window itself: <bookbag-chat>.
const MARGIN = 80; // pixels from the end within which a reader counts as reading along

const APPEARANCE = ["accent", "theme"]; // attributes that change nothing but how it looks

class BookbagChat extends HTMLElement {
  static observedAttributes = [...APPEARANCE, "name", "email", "user-id", "user-hash", "user-token", "locale", "metadata"];

  connectedCallback() {
    if (isLeftover(this)) {
      this.remove();
      return;
    }
    // The page's own element takes the place of what its script tag made.
    if (this !== BookbagChat.made) BookbagChat.made?.remove();
    if (this.talk) this.isBack();
    else this.begin();
  }

  /** Once for all attributes that change in this turn of the loop. */
  attributeChangedCallback(name) {
    if (this.talk && APPEARANCE.includes(name)) this.paint.again();
    if (!this.talk || this.isAsked || APPEARANCE.includes(name)) return;
    this.isAsked = true;
    queueMicrotask(() => {
      this.isAsked = false;
      if (this.talk && !this.talk.knows()) this.restart();
    });
  }

  /** Nothing of the one before stays: their window goes, and another one begins. */
  restart(options) {
    const wasOpen = !this.parts.panel.hidden;
    this.end();
    this.begin(options);
    if (wasOpen) this.open({ focus: false });
  }

  begin(options) {
    const locale = this.getAttribute("locale") || document.documentElement.lang || navigator.language || "en";
    this.language = languageOf(locale);
    this.words = WORDS[this.language];
    const api = (this.getAttribute("api") || HOME).replace(/\/+$/, "");
    this.memory = new Memory(`bookbag ${api} ${this.getAttribute("inbox") || ""} `);
    this.seen = this.memory.get("seen") || 0;
    this.build();
    const wire = new Wire(api);
    this.talk = new Talk(wire, this.memory, () => this.customer(), this, options);
    this.glance = new Glance((seq) => wire.seen(this.talk.chat, seq), this.talk.leaving.signal);
    this.show({ state: "ai" });
    this.clear();
    this.talk.begin();
    // A small screen is all window once it is open, and who follows a link wants to see the page.
    if (!isSmall() && (this.memory.get("open") ?? this.hasAttribute("open"))) this.open({ focus: false });
    const { signal } = this.talk.leaving;
    window.addEventListener("popstate", () => this.uncover(), { signal });
    this.paint.watch(signal);
  }

  /** A page that moves the element within itself loses nothing; what a script tag put there comes back. */
  disconnectedCallback() {
    if (this.isConnected) return;
    if (this === BookbagChat.made) comeBack(this);
    else this.end();
  }

  /** The page takes the chat away, and does not want it back. */
  remove() {
    const wasMade = this === BookbagChat.made;
    if (wasMade) BookbagChat.made = null;
    super.remove();
    if (wasMade) this.end();
  }

  /** In the page again, as it was when the page took it out: its nodes forgot where they were and had the focus. */
  isBack() {
    if (this.address !== addressOf(location)) this.uncover();
    this.parts.scroller.scrollTop = this.readsAt ?? this.parts.scroller.scrollHeight;
    this.focused?.focus({ preventScroll: true });
  }

  /** Another page is shown: on a small screen the open window would hide it. */
  uncover() {
    this.address = addressOf(location);
    if (!isSmall() || this.parts.panel.hidden) return;
    this.parts.panel.hidden = true;
    this.focused = null;
    this.panelChanged();
  }

  end() {
    this.talk?.end();
    this.talk = null;
    this.log?.attachments.forget();
    this.parts?.root.remove();
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
        user_token: said("user-token"),
        locale: said("locale") || navigator.language || undefined,
        metadata,
      },
    };
  }

  build() {
    const times = this.getAttribute("locale") || navigator.language;
    const around = (change) => {
      const follow = this.isAtEnd();
      change();
      if (follow) this.toEnd();
    };
    const attachments = new Attachments(this.words, times, (url) => this.talk.load(url), around);
    this.log = new Log(this.words, times, attachments, {
      retry: (item) => this.talk.retry(item),
      drop: (item) => this.talk.drop(item),
      without: (item) => this.without(item),
    });
    this.wait = new Wait(this.words, {
      goBack: () => this.talk.wire.goBack(this.talk.chat),
      leaveAddress: (email) => this.talk.wire.leaveAddress(this.talk.chat, email),
    });
    const greeting = this.getAttribute("greeting");
    this.parts = frame(this.words, this.language, greeting, this.log.list, this.wait.root);
    const { root, panel, ask, scroller, newest } = this.parts;
    const tray = new Tray(this.words, times, this.parts, () => this.composer.changed());
    this.composer = new Composer(this.words, times, this.parts, tray, (text, files) => this.talk.send(text, files));

    const shadow = this.shadowRoot || this.attachShadow({ mode: "open" });
    dress(shadow);
    shadow.append(root);
    this.paint = new Paint(this, root);

    const clicked = (name, act) => this.parts[name].addEventListener("click", act);
    clicked("launcher", () => (panel.hidden ? this.open() : this.close()));
    clicked("closer", () => this.close());
    clicked("fresh", () => this.asking(ask.hidden));
    clicked("yes", () => this.startOver());
    clicked("no", () => this.asking(false));
    clicked("newest", () => this.toEnd());
    scroller.addEventListener("scroll", () => {
      this.readsAt = this.isAtEnd() ? null : scroller.scrollTop;
      if (this.isAtEnd()) newest.hidden = true;
    });
    root.addEventListener("focusin", ({ target }) => (this.focused = target));
    // Later, as an element that is taken out of its page loses the focus just before.
    root.addEventListener("focusout", () => queueMicrotask(() => this.isConnected && (this.focused = null)));
    // An element that is moved in its page would be animated again.
    root.addEventListener("animationend", ({ target }) => target.classList.remove("fresh", "rising"));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      if (ask.hidden) this.close();
      else this.asking(false);
    });
    // The page's own shortcuts see our typing come from an element that is no text field.
    for (const type of ["keydown", "keyup", "keypress"]) {
      root.addEventListener(type, (event) => event.stopPropagation());
    }
    this.panelChanged();
  }

  open({ focus = true } = {}) {
    this.parts.panel.hidden = false;
    this.parts.panel.classList.toggle("rising", focus);
    this.address = addressOf(location);
    this.paint.again();
    this.panelChanged();
    this.toEnd();
    if (!focus) return;
    this.memory.set("open", true);
    (matchMedia("(pointer: coarse)").matches ? this.parts.scroller : this.parts.input).focus();
  }

  close() {
    this.parts.panel.hidden = true;
    this.memory.set("open", false);
    this.panelChanged();
    this.parts.launcher.focus();
  }

  panelChanged() {
    const isOpen = !this.parts.panel.hidden;
    this.parts.root.classList.toggle("open", isOpen);
    this.parts.launcher.replaceChildren(icon(isOpen ? "down" : "chat"), this.parts.badge);
    this.parts.launcher.setAttribute("aria-expanded", String(isOpen));
    this.count();
  }

  asking(isAsking) {
    this.parts.ask.hidden = !isAsking;
    (isAsking ? this.parts.yes : this.parts.fresh).focus();
  }

  startOver() {
    this.parts.ask.hidden = true;
    this.talk.startOver();
    this.parts.input.focus();
  }

  /** The words go, and the files that the server took; the one that it refused does not. */
  without(item) {
    const taken = item.files.filter((file) => file.id);
    item.files = taken.length < item.files.length ? taken : [];
    this.log.fill(item);
    this.talk.retry(item);
    this.talk.keep(item);
  }

  // What the conversation tells its window.

  entry(entry, live) {
    if (entry.state) this.show(entry.state);
    if (!this.log.add(entry, live)) return;
    this.changed(live);
    if (entry.kind === "message" && entry.from === "teammate") this.glance.add(this.log.bubbleOf(entry.seq), entry.seq);
  }

  pending(item) {
    this.log.pending(item);
    this.changed(true, true);
  }

  sent(item, seq) {
    this.log.sent(item, seq);
    this.changed(true, true);
  }

  dropped(item) {
    this.log.dropped(item);
    this.changed(false);
  }

  clear() {
    this.log.clear();
    this.glance.clear();
    this.show({ state: "ai" });
    this.seen = this.memory.get("seen") || 0;
    if (!this.talk.chat.id) this.seen = 0;
    // History is not read out; what comes after it is.
    this.parts.scroller.setAttribute("aria-busy", String(Boolean(this.talk.chat.id)));
    this.changed(false);
  }

  anotherPerson() {
    this.restart({ isGuest: true });
  }

  ready() {
    this.parts.scroller.setAttribute("aria-busy", "false");
  }

  connection(word) {
    this.parts.status.textContent = word ? this.words[word] : "";
  }

  /** Say in the header who answers now. */
  show({ state, teammate }) {
    const { words } = this;
    this.wait.show(state === "waiting");
    const name = teammate?.name || words.chat;
    const [title, now] = {
      ai: [words.ai, words.answering],
      waiting: [words.waiting, words.waitingMore],
      teammate: [name, words.answering],
      ended: [words.ended, ""],
    }[state] || [words.chat, ""];
    this.parts.heading.textContent = title;
    this.parts.now.textContent = now;
    this.parts.now.dataset.state = state;
    const who = { ai: "ai", teammate: "teammate" }[state] || "queue";
    this.parts.picture.replaceChildren(face(who, name, teammate?.avatar_url));
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
      this.parts.hello.hidden = !this.log.isEmpty;
      this.parts.fresh.hidden = this.log.isEmpty;
      if (this.following) this.toEnd();
      else if (this.missed) this.parts.newest.hidden = false;
      this.missed = false;
      this.count();
    });
  }

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.parts.scroller;
    return scrollHeight - scrollTop - clientHeight < MARGIN;
  }

  toEnd() {
    this.parts.scroller.scrollTop = this.parts.scroller.scrollHeight;
    this.parts.newest.hidden = true;
  }

  /** How many answers came since the window was last open. */
  count() {
    const answers = [...this.log.said.values()].filter((item) => item.from === "ai" || item.from === "teammate");
    if (!this.parts.panel.hidden && this.log.said.size) {
      this.seen = Math.max(this.seen, ...this.log.said.keys());
      if (this.talk?.mayKeep()) this.memory.set("seen", this.seen);
    }
    const unread = answers.filter((item) => item.seq > this.seen).length;
    const { words } = this;
    this.parts.badge.hidden = !unread;
    this.parts.badge.textContent = unread > 9 ? "9+" : String(unread);
    const label = this.parts.panel.hidden ? words.open : words.close;
    this.parts.launcher.setAttribute("aria-label", unread ? `${label}, ${words.unread(unread)}` : label);
  }
}
