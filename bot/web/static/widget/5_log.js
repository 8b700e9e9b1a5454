// The list of what was said.
const SVG = "http://www.w3.org/2000/svg";
// The only addresses that become links. No other scheme gets past this, javascript: least of all.
const LINK = /(?:https?:\/\/|mailto:)[^\s<>"'\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi;
const ONLY_EMOJI = /^(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\u200d\ufe0f]|\s)+$/u;
// Refusals that another try would not change, and the words for them.
const WHY_NOT = {
  file_type: "fileKind",
  file_too_large: "fileLarge",
  files_full: "filesFull",
  file_empty: "fileEmpty",
  unknown_file: "fileLost",
};
// Refusals that another try may change, and may not.
const WHY_PERHAPS = {
  file_stuck: "fileStuck",
};
// Refusals that another try changes once the page is mended.
const WHY_NOT_YET = {
  invalid_user_hash: "notYou",
  invalid_user_token: "notYou",
};
const GROUP_MS = 5 * 60_000;

/** An element; `props` are its properties, or attributes where their name has a dash or is `role`. */
function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.includes("-") || name === "role") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  if (name === "spark") svg.setAttribute("class", "solid");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Text as nodes, with addresses that start with http:, https: or mailto: made into links. Never parsed as HTML. */
function linked(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    let address = match[0].replace(/[.,;:!?…。、]+$/u, "");
    if (address.endsWith(")") && !address.includes("(")) address = address.slice(0, -1);
    const node = link(address, [address]);
    if (!node) continue;
    nodes.push(text.slice(from, match.index), node);
    from = match.index + address.length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

/** A round picture of who speaks: the AI's spark, a clock while nobody does, a teammate's picture or initials. */
function face(who, name = "", picture = "") {
  const node = make("div", { className: `face ${who}`, "aria-hidden": "true" });
  if (who === "ai") node.append(icon("spark"));
  else if (who === "queue") node.append(icon("clock"));
  else {
    const letters = name.split(/\s+/).filter(Boolean).map((word) => [...word][0]);
    const initials = [...new Set([letters[0], letters.length > 1 ? letters.at(-1) : ""])].join("").toUpperCase();
    const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
    node.style.background = `hsl(${hue} 44% 33%)`;
    node.textContent = initials;
    if (/^https?:\/\//i.test(picture)) {
      const image = make("img", { alt: "", referrerPolicy: "no-referrer" });
      image.addEventListener("load", () => node.replaceChildren(image));
      image.src = picture;
    }
  }
  return node;
}

class Log {
  /** `retry`, `drop` and `without(item)`, without its unfit file, are what a customer may ask of a message that failed. */
  constructor(words, locale, attachments, { retry, drop, without }) {
    Object.assign(this, { words, attachments, retry, drop, without });
    this.time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    this.day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
    this.list = make("ul");
    this.clear();
  }

  clear() {
    this.said = new Map();
    this.unsent = new Map();
    this.days = new Map();
    this.list.replaceChildren();
  }

  get isEmpty() {
    return !this.said.size && !this.unsent.size;
  }

  /** Show an entry, or apply it to the message it changes. False if there is nothing to see. */
  add(entry, live) {
    if (entry.kind === "edit" || entry.kind === "retract") return this.change(entry);
    if (this.said.has(entry.seq) || !(entry.text || entry.attachments?.length)) return false;
    const item = { ...entry, at: new Date(entry.created_at) };
    this.said.set(entry.seq, item);
    this.draw(item, live);
    return true;
  }

  /** Where the message of that number stands. */
  bubbleOf(seq) {
    return this.said.get(seq).bubble;
  }

  change({ kind, target, text, html, attachments = [] }) {
    const item = this.said.get(target);
    if (!item) return false;
    Object.assign(item, kind === "edit" ? { text, html, attachments, edited: true } : { text: "", html: "", removed: true });
    this.fill(item);
    return true;
  }

  /** Show a message on its way, or what became of it. */
  pending(item) {
    if (!item.node) {
      Object.assign(item, { from: "customer", at: new Date(item.when) });
      this.draw(item, true);
    }
    this.unsent.set(item.client_id, item);
  }

  /** It will not be sent after all. */
  dropped(item) {
    this.unsent.delete(item.client_id);
  }

  /** It has a number now. What the stream said under that number before goes with the next layout. */
  sent(item, seq) {
    this.unsent.delete(item.client_id);
    this.said.set(seq, Object.assign(item, { seq, state: "sent" }));
  }

  draw(item, live) {
    if (item.from === "system") {
      item.node = make("li", { className: "system", dir: "auto", textContent: item.text });
    } else {
      const { words } = this;
      const name = { customer: words.you, ai: words.ai }[item.from] || item.name || words.chat;
      item.key = item.from === "customer" ? "customer" : `${item.from} ${name}`;
      item.bubble = make("div", { className: "bubble", dir: "auto" });
      item.meta = make("div", { className: "meta" });
      const label = make("div", { className: "name", textContent: name });
      const picture = item.from === "customer" ? [] : [face(item.from, name, item.avatar_url)];
      item.node = make("li", {}, label, ...picture, item.bubble, item.meta);
      this.fill(item);
    }
    if (live) item.node.classList.add("fresh");
  }

  fill(item) {
    if (!item.bubble) {
      item.node.textContent = item.removed ? this.words.removed : item.text;
      return;
    }
    const said = item.removed ? this.words.removed : item.text;
    const shown = (!item.removed && item.html && nodesOf(item.html)) || (said ? linked(said) : []);
    const files = this.attachments.of(item);
    item.bubble.replaceChildren(...shown, ...(files.length ? [make("div", { className: shown.length ? "files below" : "files" }, ...files)] : []));
    if (item.edited && shown.length && !item.removed) {
      const last = shown.at(-1).localName === "p" ? shown.at(-1) : item.bubble;
      last.append(make("span", { className: "edited", textContent: this.words.edited }));
    }
  }

  /** Put every line in its place, in groups by who said it and when. */
  layout() {
    const items = [...this.said.values()].sort((a, b) => a.seq - b.seq);
    const last = items.at(-1);
    items.push(...[...this.unsent.values()].sort((a, b) => a.when - b.when));
    const nodes = [];
    items.forEach((item, index) => {
      const before = items[index - 1];
      const after = items[index + 1];
      const day = item.at.toDateString();
      if (day !== before?.at.toDateString() && (before || day !== new Date().toDateString())) {
        nodes.push(this.dayOf(day, item.at));
      }
      nodes.push(item.node);
      if (!item.bubble) return;
      const ends = !together(item, after);
      const { classList } = item.node;
      classList.toggle("mine", item.from === "customer");
      classList.toggle("first", !together(before, item));
      classList.toggle("last", ends);
      classList.toggle("bare", !item.text && !item.removed);
      classList.toggle("gone", Boolean(item.removed));
      classList.toggle("emoji", !item.edited && item.text.length < 24 && ONLY_EMOJI.test(item.text));
      classList.toggle("pending", this.unsent.has(item.client_id) && item.state !== "failed");
      classList.toggle("failed", item.state === "failed");
      this.note(item, ends, item === last);
    });
    place(this.list, nodes);
  }

  note(item, ends, isLast) {
    const { words } = this;
    const time = this.time.format(item.at);
    let text = ends ? time : "";
    const isUnfit = item.state === "failed" && WHY_NOT[item.why];
    const isNotYet = item.state === "failed" && WHY_NOT_YET[item.why];
    const isStuck = item.state === "failed" && WHY_PERHAPS[item.why];
    if (isUnfit || isStuck || isNotYet) text = words[isUnfit || isStuck || isNotYet];
    else if (item.state === "sending" && item.progress < 1) text = words.progress(Math.floor(item.progress * 100));
    else if (this.unsent.has(item.client_id)) text = words[item.state];
    else if (ends && isLast && item.from === "customer") text = `${words.sent} · ${time}`;
    if (item.noted === text) return;
    item.noted = text;
    item.meta.replaceChildren(text);
    const offer = (label, act) => {
      const button = make("button", { type: "button", textContent: label });
      button.addEventListener("click", () => act(item));
      item.meta.append(" ", button);
    };
    if (item.state !== "failed") return;
    if (!isUnfit) offer(words.retry, this.retry);
    const isFile = isUnfit || isStuck;
    if (isFile && (item.text || item.files?.length > 1)) offer(words.without, this.without);
    if (isFile) offer(words.remove, this.drop);
  }

  dayOf(day, at) {
    if (!this.days.has(day)) {
      this.days.set(day, make("li", { className: "day", textContent: this.day.format(at) }));
    }
    return this.days.get(day);
  }
}

/** Whether two messages stand close: same speaker, little time between. */
function together(a, b) {
  return Boolean(a?.bubble && b?.bubble && a.key === b.key && b.at - a.at < GROUP_MS);
}

/** Make `nodes` the children of `list`, touching only those that are not in place. */
function place(list, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  let next = list.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else list.insertBefore(node, next);
  }
}
