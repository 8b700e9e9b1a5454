// What the window is made of, before anything happens in it.

/** Every part of the window that something happens to; `root` holds them all. */
function frame(words, language, greeting, list, wait) {
  const button = (className, label, ...children) =>
    make("button", { type: "button", className, title: label, "aria-label": label }, ...children);
  const parts = {
    picture: make("div"),
    heading: make("h2", { id: "title" }),
    now: make("div", { className: "now" }),
    fresh: button("icon", words.fresh, icon("pen")),
    closer: button("icon", words.close, icon("close")),
    yes: make("button", { type: "button", textContent: words.yes }),
    no: make("button", { type: "button", textContent: words.no }),
    status: make("div", { className: "line", role: "status" }),
    newest: make("button", { type: "button", className: "newest", hidden: true }, icon("down"), words.newest),
    input: make("textarea", {
      rows: 1,
      dir: "auto",
      autocomplete: "off",
      enterKeyHint: "send",
      placeholder: words.write,
      "aria-label": words.write,
    }),
    attach: button("attach", words.attach, icon("clip")),
    picker: make("input", { type: "file", multiple: true, hidden: true, accept: TAKEN.join(",") }),
    tray: make("div", { className: "tray", hidden: true }),
    notice: make("div", { className: "notice", "aria-live": "polite", hidden: true }),
    sender: make("button", { className: "send", disabled: true, "aria-label": words.send }, icon("send")),
    badge: make("span", { className: "badge", hidden: true, "aria-hidden": "true" }),
    launcher: make("button", { type: "button", className: "launcher" }),
  };
  parts.hello = make(
    "div",
    { className: "hello" },
    face("ai"),
    make("strong", { dir: "auto", textContent: greeting || words.hello }),
    make("span", { textContent: words.about }),
  );
  parts.ask = make(
    "div",
    { className: "ask", role: "group", "aria-label": words.fresh, hidden: true },
    words.ask,
    make("div", {}, parts.yes, parts.no),
  );
  const log = { className: "log", role: "log", tabIndex: 0, "aria-label": words.log };
  parts.scroller = make("div", log, parts.hello, list);
  parts.form = make("form", {}, parts.attach, parts.picker, parts.input, parts.sender);
  const who = make("div", { className: "who" }, parts.heading, parts.now);
  parts.panel = make(
    "section",
    { className: "panel", role: "dialog", "aria-labelledby": "title", "data-drop": words.drop, hidden: true },
    make("header", {}, parts.picture, who, parts.fresh, parts.closer),
    parts.ask,
    parts.status,
    parts.scroller,
    make("div", { className: "foot" }, parts.newest, wait, parts.notice, parts.tray, parts.form),
  );
  parts.root = make("div", { className: "root", lang: language }, parts.panel, parts.launcher);
  return parts;
}
