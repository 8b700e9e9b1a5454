// Slack's text, as nodes: mrkdwn, rich_text, and a little of Markdown.

import { formatted } from "./dates.js";
import { link, make } from "./dom.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code" };
const FORMATTING =
  /```([\s\S]+?)```|`([^`\n]+)`|(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])|(?<!\w)_([^\s_](?:[^_\n]*[^\s_])?)_(?!\w)|(?<![\w~])~([^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])|<([^<>\n]+)>/g;
const TAGS = [null, "pre", "code", "strong", "em", "s"];

export class Text {
  constructor(screen) {
    this.people = screen.people;
    this.channels = screen.names;
    this.emoji = screen.emoji;
  }

  characters(text) {
    return text.replace(/:([a-z0-9_+'-]+):/g, (all, name) => this.emoji[name] ?? all);
  }

  decoded(text) {
    return this.characters(text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&"));
  }

  plain(text) {
    return document.createTextNode(this.decoded(text));
  }

  object(object) {
    if (object.type === "mrkdwn") return this.mrkdwn(object.text);
    return [document.createTextNode(object.emoji === false ? object.text : this.characters(object.text))];
  }

  mrkdwn(text) {
    const nodes = [];
    let quoted = [];
    const lines = text.includes("```") ? [text] : text.split("\n");
    const flush = () => {
      if (quoted.length) nodes.push(make("blockquote", {}, this.inline(quoted.join("\n"))));
      quoted = [];
    };
    lines.forEach((line, at) => {
      if (/^&gt;\s?/.test(line)) return quoted.push(line.replace(/^&gt;\s?/, ""));
      const after = quoted.length > 0;
      flush();
      if (at > 0 && !after) nodes.push(document.createTextNode("\n"));
      return nodes.push(...this.inline(line));
    });
    flush();
    return nodes;
  }

  inline(text) {
    const nodes = [];
    let at = 0;
    for (const match of text.matchAll(FORMATTING)) {
      if (match.index < at) continue;
      if (match.index > at) nodes.push(this.plain(text.slice(at, match.index)));
      const kind = match.findIndex((group, number) => number > 0 && group !== undefined);
      if (kind === 6) nodes.push(this.token(match[6], match[0]));
      else if (kind <= 2) nodes.push(make(TAGS[kind], {}, this.plain(match[kind].replace(/^\n/, ""))));
      else nodes.push(make(TAGS[kind], {}, this.inline(match[kind])));
      at = match.index + match[0].length;
    }
    if (at < text.length) nodes.push(this.plain(text.slice(at)));
    return nodes;
  }

  token(inside, whole) {
    const bar = inside.indexOf("|");
    const target = bar < 0 ? inside : inside.slice(0, bar);
    const label = bar < 0 ? null : inside.slice(bar + 1);
    if (/^@[UWB]/.test(target)) return this.user(target.slice(1));
    if (/^#[CGD]/.test(target)) return this.channel(target.slice(1), label);
    if (/^!(here|channel|everyone)$/.test(target)) return make("span", { class: "mention loud" }, `@${target.slice(1)}`);
    if (target.startsWith("!date^")) return this.date(target, label);
    if (target.startsWith("!")) return make("span", { class: "mention" }, label ?? target);
    if (/^(https?|mailto|tel):/.test(target)) return link(this.decoded(target), this.plain(label ?? target.replace(/^(mailto|tel):/, "")));
    return this.plain(whole);
  }

  date(target, label) {
    const [, seconds, format, address] = target.split("^");
    const shown = formatted(seconds, format) ?? label ?? target;
    return address ? link(this.decoded(address), shown) : document.createTextNode(shown);
  }

  user(id) {
    return make("span", { class: "mention" }, `@${this.people[id]?.real_name ?? id}`);
  }

  channel(id, label) {
    return make("span", { class: "mention" }, `#${this.channels[id] ?? label ?? id}`);
  }

  rich(block) {
    return block.elements.map((element) => this.richSection(element));
  }

  richSection(element) {
    if (element.type === "rich_text_list") {
      const items = element.elements.map((item) => make("li", {}, this.richSection(item)));
      return make(element.style === "ordered" ? "ol" : "ul", { class: `indent-${element.indent ?? 0}` }, items);
    }
    const tag = { rich_text_quote: "blockquote", rich_text_preformatted: "pre" }[element.type] ?? "div";
    return make(tag, {}, element.elements.map((leaf) => this.leaf(leaf)));
  }

  leaf(leaf) {
    let node = this.leafContent(leaf);
    for (const [style, tag] of Object.entries(STYLES)) if (leaf.style?.[style]) node = make(tag, {}, node);
    return node;
  }

  leafContent(leaf) {
    switch (leaf.type) {
      case "link": return link(leaf.url, leaf.text ?? leaf.url);
      case "emoji": return document.createTextNode(this.emoji[leaf.name] ?? `:${leaf.name}:`);
      case "user": return this.user(leaf.user_id);
      case "channel": return this.channel(leaf.channel_id);
      case "broadcast": return make("span", { class: "mention loud" }, `@${leaf.range}`);
      case "date": return document.createTextNode(formatted(String(leaf.timestamp), leaf.format) ?? leaf.fallback ?? "");
      case "usergroup": return make("span", { class: "mention" }, `@${leaf.usergroup_id}`);
      default: return document.createTextNode(leaf.text ?? leaf.fallback ?? leaf.value ?? "");
    }
  }

  markdown(text) {
    return text.split("\n").map((line) => {
      const heading = /^#{1,6}\s+(.*)/.exec(line);
      const item = /^\s*[-*]\s+(.*)/.exec(line);
      const inside = this.markdownInline(heading?.[1] ?? item?.[1] ?? line);
      return make("div", {}, heading ? make("strong", {}, inside) : item ? ["• ", ...inside] : inside);
    });
  }

  markdownInline(text) {
    const nodes = [];
    let at = 0;
    for (const match of text.matchAll(/\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]*)\]\(([^)\s]+)\)/g)) {
      if (match.index > at) nodes.push(this.plain(text.slice(at, match.index)));
      if (match[1]) nodes.push(make("strong", {}, this.plain(match[1])));
      else if (match[2]) nodes.push(make("code", {}, match[2]));
      else nodes.push(link(match[4], match[3]));
      at = match.index + match[0].length;
    }
    if (at < text.length) nodes.push(this.plain(text.slice(at)));
    return nodes;
  }
}
