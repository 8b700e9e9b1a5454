// The modal on top of a person's stack. It is drawn anew only when the view itself changed, so what
// somebody is typing stays.

import { Blocks, restore, values } from "./blocks.js";
import { make } from "./dom.js";

export class Modal {
  constructor(dialog, { interact, notice }) {
    this.dialog = dialog;
    this.interact = interact;
    this.notice = notice;
    this.shown = "";
    this.view = null;
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.interact("close_view", {});
    });
  }

  draw(screen, text) {
    const view = screen.modals.at(-1);
    const key = view ? `${view.id} ${view.hash}` : "";
    if (key === this.shown) return;
    this.shown = key;
    const held = view && view.id === this.view?.id ? values(this.dialog, this.view.blocks) : {};
    this.view = view ?? null;
    if (!view) {
      this.dialog.close();
      return;
    }
    const press = (element, block, value) => this.interact("press_view", {
      view: view.id, action_id: element.action_id, block_id: block.block_id, value, values: values(this.dialog, view.blocks),
    });
    const close = () => this.interact("close_view", {});
    const form = make("form", { on: { submit: (event) => this.submit(event, view) } },
      make("header", {}, make("img", { src: `/avatars/${screen.app.user}.svg`, alt: "", width: 32, height: 32 }), make("h2", {}, text.object(view.title)),
        make("button", { type: "button", class: "quiet", "aria-label": "Close", on: { click: close } }, "✕")),
      make("div", { class: "view" }, new Blocks(text, screen, press).render(view.blocks)),
      make("footer", {},
        make("button", { type: "button", on: { click: close } }, view.close ? text.object(view.close) : "Cancel"),
        view.submit ? make("button", { class: "primary" }, text.object(view.submit)) : null));
    this.dialog.replaceChildren(form);
    restore(this.dialog, view.blocks, held);
    if (!this.dialog.open) this.dialog.showModal();
    (this.dialog.querySelector("[autofocus]") ?? this.dialog).focus();
  }

  async submit(event, view) {
    event.preventDefault();
    const result = await this.interact("submit", { view: view.id, values: values(this.dialog, view.blocks) });
    for (const place of this.dialog.querySelectorAll("[data-error]")) {
      place.textContent = result?.errors?.[place.dataset.error] ?? "";
    }
  }
}

// A small editor for one's own message; `save` gets the new text.
export function editText(dialog, text, save) {
  const field = make("textarea", { rows: 5, "aria-label": "Message" });
  field.value = text;
  const done = (event) => {
    event.preventDefault();
    dialog.close();
    if (field.value.trim()) save(field.value);
  };
  dialog.replaceChildren(make("form", { on: { submit: done } },
    make("header", {}, make("h2", {}, "Edit message")),
    make("div", { class: "view input" }, field),
    make("footer", {},
      make("button", { type: "button", on: { click: () => dialog.close() } }, "Cancel"),
      make("button", { class: "primary" }, "Save"))));
  dialog.showModal();
  field.focus();
}
