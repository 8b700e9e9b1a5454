// A person's screen: asks the sandbox what there is to see, draws it, and does what the person does.

import { make, notice } from "./dom.js";
import { Messages } from "./messages.js";
import { editText, Modal } from "./modal.js";
import { Blocks } from "./blocks.js";
import { Text } from "./text.js";

const HOME = "home";
const $ = (id) => document.getElementById(id);
const place = placeFromAddress();
const seen = {};
let screen = null;
let drawn = "";

function placeFromAddress() {
  const query = new URLSearchParams(location.search);
  const archived = /^\/archives\/([A-Z0-9]+)\/p(\d+)(\d{6})$/.exec(location.pathname);
  const linked = archived ? `${archived[2]}.${archived[3]}` : "";
  return {
    as: query.get("as") ?? sessionStorage.getItem("as") ?? "",
    channel: query.get("channel") ?? archived?.[1] ?? "",
    thread: query.get("thread") ?? query.get("thread_ts") ?? linked,
  };
}

async function act(action, body = {}) {
  const response = await fetch(`/sandbox/people/${encodeURIComponent(me().name)}/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (answer.error) {
    notice(answer.error);
    return null;
  }
  return answer.result;
}

async function interact(action, body) {
  const result = await act(action, body);
  if (result?.error) notice(`${screen.app.name} did not answer (${result.error}).`);
  return result;
}

function me() {
  return screen.people[screen.me];
}

const actions = {
  press: (message, element, block, value) => interact("press", {
    channel: screen.channel.id, ts: message.ts, action_id: element.action_id, block_id: block.block_id, value,
  }),
  react: (message, name, mine) => act(mine ? "unreact" : "react", { channel: screen.channel.id, ts: message.ts, emoji: name }),
  shortcut: (message, callback) => interact("shortcut", { channel: screen.channel.id, ts: message.ts, callback_id: callback }),
  remove: (message) => act("delete", { channel: screen.channel.id, ts: message.ts }),
  edit: (message) => editText($("editor"), new Text(screen).decoded(message.text),
    (text) => act("edit", { channel: screen.channel.id, ts: message.ts, text })),
  openThread: (ts) => go({ thread: ts }),
};
const modal = new Modal($("modal"), { interact, notice });

function go(change) {
  Object.assign(place, change);
  const query = new URLSearchParams(Object.entries(place).filter(([, value]) => value));
  history.replaceState(null, "", `/?${query}`);
  return look();
}

async function look() {
  const query = new URLSearchParams({ ...place, channel: place.channel === HOME ? "" : place.channel });
  const response = await fetch(`/sandbox/screen?${query}`);
  const found = await response.json();
  if (found.error) {
    place.as = "";
    notice(found.error);
    return;
  }
  const asText = JSON.stringify([found, place]);
  if (asText === drawn) return;
  drawn = asText;
  screen = found;
  draw();
}

function draw() {
  const text = new Text(screen);
  document.title = `${screen.team} · ${me().real_name}`;
  $("team").textContent = screen.team;
  $("my-avatar").src = `/avatars/${screen.me}.svg`;
  drawPeople();
  drawChannels();
  const home = place.channel === HOME;
  $("composer").hidden = home || (screen.channel?.id === screen.app.messages?.id && !screen.app.hears);
  // The thread first: it takes its width from the channel, and the end of that is elsewhere then.
  drawThread(text, home);
  if (home) drawHome(text);
  else drawChannel(text);
  modal.draw(screen, text);
}

function drawPeople() {
  const people = Object.values(screen.people).filter((one) => !one.is_bot);
  $("people").replaceChildren(...people.map((one) => make("option", { value: one.name, selected: one.id === screen.me }, one.real_name)));
}

function drawChannels() {
  const current = place.channel === HOME ? HOME : screen.channel?.id;
  if (screen.channel && current !== HOME) seen[screen.channel.id] = screen.channel.latest;
  const entry = (id, sign, name, unread) => make("li", {}, make("button", {
    type: "button", class: [id === current && "current", unread && "unread"].filter(Boolean).join(" "),
    on: { click: () => (id === HOME ? openHome() : go({ channel: id, thread: "" })) },
  }, make("span", { class: "sign" }, sign), name));
  $("channels").replaceChildren(...screen.channels.map((one) =>
    entry(one.id, one.is_private ? "🔒" : "#", one.name, one.latest > (seen[one.id] ??= one.latest))));
  const { messages } = screen.app;
  const inApp = current === HOME || current === messages?.id;
  $("apps").replaceChildren(make("li", {}, make("button", {
    type: "button", class: [inApp && "current", messages && messages.latest > (seen[messages.id] ?? "") && "unread"].filter(Boolean).join(" "),
    on: { click: openHome },
  }, make("img", { src: `/avatars/${screen.app.user}.svg`, alt: "", width: 20, height: 20 }), screen.app.name)));
  drawTabs(inApp, current, messages);
}

// An app has its Home, and its direct messages with this person once there are any.
function drawTabs(shown, current, messages) {
  const tab = (name, id, act) => make("button", { type: "button", role: "tab", "aria-selected": String(current === id), on: { click: act } }, name);
  $("tabs").hidden = !shown;
  $("tabs").replaceChildren(tab("Home", HOME, openHome),
    messages ? tab("Messages", messages.id, () => go({ channel: messages.id, thread: "" })) : "");
}

function openHome() {
  act("open_home");
  go({ channel: HOME, thread: "" });
}

function drawHome(text) {
  $("title").textContent = screen.app.name;
  $("subtitle").textContent = "";
  const press = (element, block, value) => interact("press_view", { view: HOME, action_id: element.action_id, block_id: block.block_id, value });
  const blocks = screen.home ? new Blocks(text, screen, press).render(screen.home.blocks) : [make("p", { class: "empty" }, "This app has not published a home yet.")];
  $("messages").replaceChildren(make("div", { class: "home" }, blocks));
}

function drawChannel(text) {
  const channel = screen.channel;
  const isApp = channel?.id === screen.app.messages?.id;
  $("title").textContent = isApp ? screen.app.name : channel ? `# ${channel.name}` : "No channels";
  $("subtitle").textContent = channel && !isApp ? `${channel.members} members${channel.is_archived ? " · archived" : ""}` : "";
  const empty = make("p", { class: "empty" }, "Nothing has been said here yet.");
  const messages = new Messages(screen, text, actions, { inThread: false }).render(screen.messages ?? []);
  fill($("messages"), messages.length ? messages : [empty]);
  if (channel) setPlaceholder($("composer"), isApp ? `Message ${screen.app.name}` : `Message #${channel.name}`);
}

function drawThread(text, home) {
  const open = !home && Boolean(screen.thread?.length);
  $("thread").hidden = !open;
  if (!open) return;
  $("thread-place").textContent = `# ${screen.channel.name}`;
  $("status").textContent = screen.status ? `${screen.app.name} ${screen.status}` : "";
  setPlaceholder($("thread-composer"), "Reply…");
  fill($("replies"), new Messages(screen, text, actions, { inThread: true }).render(screen.thread));
}

// Keep the reader's place, unless they were at the end anyway.
function fill(list, nodes) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const opened = list.dataset.place !== `${place.channel}/${place.thread}`;
  const top = list.scrollTop;
  list.replaceChildren(...nodes);
  list.scrollTop = atEnd || opened ? list.scrollHeight : top;
  list.dataset.place = `${place.channel}/${place.thread}`;
}

function setPlaceholder(form, text) {
  form.elements.text.placeholder = text;
}

function composer(form, thread) {
  const field = make("textarea", { name: "text", rows: 1, "aria-label": "Message" });
  const files = make("input", { type: "file", name: "files", multiple: true, hidden: true });
  const attached = make("span", { class: "attached" });
  files.addEventListener("change", () => { attached.textContent = [...files.files].map((one) => one.name).join(", "); });
  form.append(field, make("div", { class: "composer-row" },
    make("button", { type: "button", class: "quiet", title: "Attach files", "aria-label": "Attach files", on: { click: () => files.click() } }, "+"),
    files, attached,
    thread ? make("label", { class: "broadcast" }, make("input", { type: "checkbox", name: "broadcast" }), "Also send to channel") : make("small", {}, "Enter sends · Shift+Enter for a new line · /command"),
    make("button", { class: "primary send", title: "Send", "aria-label": "Send" }, "➤")));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  field.addEventListener("input", () => { field.rows = Math.min(8, field.value.split("\n").length); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    const command = /^\/[a-z0-9_-]+/.exec(text)?.[0];
    if (!text && !files.files.length) return;
    if (command && thread) return notice("Slack has no slash commands in threads.");
    const sent = command
      ? act("command", { command, text: text.slice(command.length).trim(), channel: screen.channel.id, wait: 0.1 })
      : act("post", {
        channel: screen.channel.id, text, client_msg_id: crypto.randomUUID(), thread_ts: thread ? place.thread : null,
        broadcast: Boolean(form.elements.broadcast?.checked), files: await Promise.all([...files.files].map(encoded)),
      });
    form.reset();
    field.rows = 1;
    attached.textContent = "";
    if ((await sent) === null) field.value = text;
    field.focus();
  });
}

async function encoded(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return { name: file.name, content: btoa(binary) };
}

composer($("composer"), false);
composer($("thread-composer"), true);
$("show-channels").addEventListener("click", () => document.body.classList.toggle("channels-shown"));
$("channels").addEventListener("click", () => document.body.classList.remove("channels-shown"));
$("apps").addEventListener("click", () => document.body.classList.remove("channels-shown"));
$("close-thread").addEventListener("click", () => go({ thread: "" }));
$("people").addEventListener("change", (event) => {
  sessionStorage.setItem("as", event.target.value);
  go({ as: event.target.value });
});
new EventSource("/sandbox/changes").addEventListener("message", look);
look();
