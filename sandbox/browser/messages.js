// Messages: who, when, what, and what one can do with them.

import { Blocks } from "./blocks.js";
import { clock, day, full } from "./dates.js";
import { link, make } from "./dom.js";
import { openMenu } from "./menu.js";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const QUICK = ["+1", "eyes", "white_check_mark"];
const TOGETHER_SECONDS = 300;

export class Messages {
  constructor(screen, text, actions, { inThread }) {
    this.screen = screen;
    this.text = text;
    this.actions = actions;
    this.inThread = inThread;
  }

  render(messages) {
    const nodes = [];
    let previous = null;
    for (const message of messages) {
      if (!this.inThread && (!previous || day(previous.ts) !== day(message.ts))) {
        nodes.push(make("div", { class: "day" }, make("span", {}, day(message.ts))));
        previous = null;
      }
      nodes.push(this.message(message, this.follows(previous, message)));
      if (this.inThread && !previous && message.reply_count) {
        nodes.push(make("div", { class: "day" }, make("span", {}, count(message.reply_count, "reply", "replies"))));
        previous = {};
        continue;
      }
      previous = message;
    }
    return nodes;
  }

  follows(previous, message) {
    return Boolean(previous?.ts) && previous.user === message.user && previous.username === message.username
      && !previous.is_ephemeral && !message.is_ephemeral && !previous.reply_count
      && Number(message.ts) - Number(previous.ts) < TOGETHER_SECONDS;
  }

  message(message, together) {
    const author = this.author(message);
    const head = together ? null : make("div", { class: "head" },
      make("strong", {}, author.name),
      message.bot_id ? make("span", { class: "badge" }, "APP") : null,
      make("time", { title: full(message.ts) }, clock(message.ts)));
    return make("article", { class: classes(message, together), "data-ts": message.ts, tabindex: 0 },
      together ? make("time", { class: "margin" }, clock(message.ts)) : make("img", { class: "avatar", src: author.avatar, alt: "", width: 36, height: 36 }),
      make("div", { class: "body" },
        message.is_ephemeral ? make("div", { class: "only-you" }, "👁 Only visible to you") : null,
        message.subtype === "thread_broadcast" ? make("div", { class: "only-you" }, "replied to a thread") : null,
        head, this.content(message), this.attachments(message), this.files(message), this.reactions(message),
        this.inThread ? null : this.summary(message)),
      this.tools(message));
  }

  author(message) {
    const user = this.screen.people[message.user];
    if (message.user === "USLACKBOT") return { name: "Slackbot", avatar: "/avatars/slackbot.svg" };
    const avatar = `/avatars/${user ? user.id : this.screen.app.user}.svg`;
    return { name: message.username ?? user?.real_name ?? this.screen.app.name, avatar };
  }

  content(message) {
    const edited = message.edited ? make("span", { class: "edited" }, " (edited)") : null;
    if (message.blocks?.length) {
      const press = (element, block, value) => this.actions.press(message, element, block, value);
      return make("div", { class: "content" }, new Blocks(this.text, this.screen, press).render(message.blocks), edited);
    }
    if (!message.text) return null;
    const nodes = message.mrkdwn === false ? [this.text.plain(message.text)] : this.text.mrkdwn(message.text);
    return make("div", { class: "content prose" }, nodes, edited);
  }

  attachments(message) {
    return (message.attachments ?? []).map((one) => make("div", { class: "attachment" },
      one.title ? make("div", {}, one.title_link ? link(one.title_link, one.title) : one.title) : null,
      one.text ? make("div", { class: "prose" }, this.text.mrkdwn(one.text)) : null,
      one.blocks ? new Blocks(this.text, this.screen, async () => {}).render(one.blocks) : null));
  }

  files(message) {
    return (message.files ?? []).filter((file) => file.mode !== "tombstone").map((file) => PICTURES.has(file.mimetype) ? picture(file)
      : make("a", { class: "file", href: `/sandbox/files/${file.id}` },
      make("span", { class: "file-icon" }, "📎"), make("span", {}, file.title || file.name), make("small", {}, size(file.size))));
  }

  reactions(message) {
    if (!message.reactions?.length) return null;
    return make("div", { class: "reactions" }, message.reactions.map((one) => {
      const mine = one.users.includes(this.screen.me);
      const names = one.users.map((id) => this.screen.people[id]?.real_name ?? id).join(", ");
      return make("button", { type: "button", class: mine ? "reaction mine" : "reaction", title: names,
        on: { click: () => this.actions.react(message, one.name, mine) } },
      this.text.characters(`:${one.name}:`), " ", String(one.count));
    }));
  }

  summary(message) {
    if (!message.reply_count) return null;
    return make("button", { type: "button", class: "replies", on: { click: () => this.actions.openThread(message.ts) } },
      message.reply_users.slice(0, 4).map((id) => make("img", { src: `/avatars/${this.screen.people[id] ? id : this.screen.app.user}.svg`, alt: "", width: 22, height: 22 })),
      make("strong", {}, count(message.reply_count, "reply", "replies")),
      make("span", {}, `Last reply ${clock(message.latest_reply)}`));
  }

  tools(message) {
    const tool = (label, title, act) => make("button", { type: "button", title, "aria-label": title, on: { click: act } }, label);
    if (message.is_ephemeral) return make("div", { class: "tools" }, tool("✕", "Dismiss", () => this.actions.remove(message)));
    if (message.subtype === "tombstone") return null;
    const mine = message.user === this.screen.me;
    const admin = this.screen.people[this.screen.me].is_admin;
    return make("div", { class: "tools" },
      QUICK.map((name) => tool(this.text.characters(`:${name}:`), `React with ${name}`, () => this.actions.react(message, name, has(message, name, this.screen.me)))),
      this.inThread ? null : tool("💬", "Reply in thread", () => this.actions.openThread(message.thread_ts ?? message.ts)),
      this.more(message, mine, mine || admin));
  }

  more(message, mine, deletable) {
    const items = [
      ...this.screen.shortcuts.map(({ callback_id, name }) => ({ label: name, note: this.screen.app.name, act: () => this.actions.shortcut(message, callback_id) })),
      ...(mine ? [{ label: "Edit message", act: () => this.actions.edit(message) }] : []),
      ...(deletable ? [{ label: "Delete message…", danger: true, act: () => this.actions.remove(message) }] : []),
    ];
    if (!items.length) return null;
    const button = make("button", { type: "button", title: "More actions", "aria-label": "More actions", "aria-haspopup": "menu" }, "⋮");
    button.addEventListener("click", () => openMenu(button, items));
    return button;
  }
}

function classes(message, together) {
  return ["message", together && "together", message.is_ephemeral && "ephemeral", message.subtype === "tombstone" && "tombstone"]
    .filter(Boolean).join(" ");
}

function picture(file) {
  const address = `/sandbox/files/${file.id}`;
  return make("figure", { class: "picture" }, make("figcaption", {}, file.title || file.name),
    make("a", { href: address }, make("img", { src: address, alt: file.alt_txt ?? file.title ?? file.name })));
}

function has(message, name, user) {
  return (message.reactions ?? []).some((one) => one.name === name && one.users.includes(user));
}

function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(bytes < 10240 ? 1 : 0)} KB`;
}
