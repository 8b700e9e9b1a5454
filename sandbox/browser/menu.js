// One menu at a time, above everything. It hangs on no message, so it stays while what is behind is drawn anew.

import { make } from "./dom.js";

const menu = document.getElementById("menu");
const MARGIN = 8;

// `items` are `{ label, note, danger, act }`; the one chosen is acted on once the menu is gone.
export function openMenu(anchor, items) {
  menu.replaceChildren(...items.map(({ label, note, danger, act }) =>
    make("button", { type: "button", role: "menuitem", tabindex: -1, class: danger ? "danger" : "", on: { click: () => { menu.hidePopover(); act(); } } },
      make("span", {}, label), note ? make("small", {}, note) : null)));
  // What is outside an open dialog cannot be used.
  (anchor.closest("dialog") ?? document.body).append(menu);
  menu.showPopover();
  const box = anchor.getBoundingClientRect();
  const below = box.bottom + 4;
  menu.style.left = `${Math.max(MARGIN, Math.min(box.left, innerWidth - menu.offsetWidth - MARGIN))}px`;
  menu.style.top = `${below + menu.offsetHeight + MARGIN < innerHeight ? below : Math.max(MARGIN, box.top - menu.offsetHeight - 4)}px`;
  menu.firstElementChild?.focus();
}

menu.addEventListener("keydown", (event) => {
  const entries = [...menu.children];
  const at = entries.indexOf(document.activeElement);
  const to = { ArrowDown: (at + 1) % entries.length, ArrowUp: (at + entries.length - 1) % entries.length, Home: 0, End: entries.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  entries[to].focus();
});
