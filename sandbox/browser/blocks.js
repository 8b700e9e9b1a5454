// Block Kit, as nodes. `press(element, block, value)` is called for whatever is used.

import { make } from "./dom.js";
import { openMenu } from "./menu.js";

export class Blocks {
  constructor(text, screen, press) {
    this.text = text;
    this.screen = screen;
    this.press = press;
  }

  render(blocks) {
    return blocks.map((block) => this.block(block));
  }

  block(block) {
    switch (block.type) {
      case "section": return this.section(block);
      case "header": return make("h3", { class: "block" }, this.text.object(block.text));
      case "divider": return make("hr");
      case "context": return make("div", { class: "block context" }, block.elements.map((one) => this.contextItem(one)));
      case "actions": return make("div", { class: "block actions" }, block.elements.map((one) => this.element(one, block)));
      case "image": return make("figure", { class: "block" }, block.title ? make("figcaption", {}, this.text.object(block.title)) : null, this.image(block));
      case "rich_text": return make("div", { class: "block rich" }, this.text.rich(block));
      case "markdown": return make("div", { class: "block rich" }, this.text.markdown(block.text));
      case "input": return this.input(block);
      default: return make("div", { class: "block unknown" }, `(${block.type} block)`);
    }
  }

  section(block) {
    const fields = (block.fields ?? []).map((field) => make("div", {}, this.text.object(field)));
    return make("div", { class: "block section" },
      make("div", { class: "grow" },
        block.text ? make("div", { class: "prose" }, this.text.object(block.text)) : null,
        fields.length ? make("div", { class: "fields prose" }, fields) : null),
      block.accessory ? this.element(block.accessory, block) : null);
  }

  contextItem(item) {
    if (item.type === "image") return make("span", { class: "chip", title: item.alt_text }, "🖼");
    return make("span", { class: "prose" }, this.text.object(item));
  }

  image(block) {
    return make("div", { class: "placeholder", role: "img", "aria-label": block.alt_text }, "🖼 ", block.alt_text);
  }

  element(element, block) {
    switch (element.type) {
      case "button": return this.button(element, block);
      case "overflow": return this.overflow(element, block);
      case "image": return this.image(element);
      case "checkboxes":
      case "radio_buttons": return this.choices(element, block);
      case "datepicker": return this.picker(element, block, "date", element.initial_date);
      case "timepicker": return this.picker(element, block, "time", element.initial_time);
      default: return element.type.endsWith("_select") ? this.select(element, block, this.options(element)) : make("span", {}, `(${element.type})`);
    }
  }

  button(element, block) {
    const button = make("button", { type: "button", class: element.style ?? "", "data-action": element.action_id },
      this.text.object(element.text));
    button.addEventListener("click", async () => {
      if (!this.confirmed(element)) return;
      if (element.url) window.open(element.url, "_blank", "noopener");
      button.disabled = true;
      await this.press(element, block, element.value ?? null);
      button.disabled = false;
    });
    return button;
  }

  overflow(element, block) {
    const items = element.options.map((one) => ({
      label: this.text.object(one.text), note: one.description ? this.text.object(one.description) : null,
      act: () => this.confirmed(element) && this.press(element, block, one.value),
    }));
    const button = make("button", { type: "button", class: "overflow", "aria-haspopup": "menu", "aria-label": "More actions", "data-action": element.action_id }, "⋯");
    button.addEventListener("click", () => openMenu(button, items));
    return button;
  }

  confirmed(element) {
    const asked = element.confirm;
    return !asked || window.confirm(`${asked.title.text}\n\n${asked.text.text}`);
  }

  options(element) {
    if (element.type.includes("users") || element.type.includes("conversations") || element.type.includes("channels")) {
      const people = Object.values(this.screen.people).map((one) => [one.id, one.real_name]);
      const channels = this.screen.channels.map((one) => [one.id, `#${one.name}`]);
      return element.type.includes("users") ? people : channels;
    }
    if (element.option_groups) return element.option_groups.flatMap((group) => group.options.map(option));
    return (element.options ?? []).map(option);
  }

  select(element, block, options) {
    const many = element.type.startsWith("multi_");
    const chosen = initial(element);
    const select = make("select", { multiple: many, autofocus: element.focus_on_load, name: element.action_id, "data-action": element.action_id },
      many ? null : make("option", { value: "" }, element.placeholder?.text ?? "Choose…"),
      options.map(([value, name]) => make("option", { value, selected: chosen.includes(value) }, this.text.characters(name))));
    select.addEventListener("change", async () => {
      const values = [...select.selectedOptions].map((one) => one.value);
      if (this.confirmed(element) && (many || values[0])) await this.press(element, block, many ? values : values[0]);
    });
    return select;
  }

  choices(element, block) {
    const kind = element.type === "checkboxes" ? "checkbox" : "radio";
    const chosen = initial(element);
    const boxes = element.options.map((one) => make("label", { class: "choice" },
      make("input", { type: kind, name: `${block.block_id}-${element.action_id}`, value: one.value, checked: chosen.includes(one.value) }),
      make("span", {}, this.text.object(one.text), one.description ? make("small", {}, this.text.object(one.description)) : null)));
    const group = make("div", { class: "choices" }, boxes);
    group.addEventListener("change", () => this.press(element, block, read(element, group)));
    return group;
  }

  picker(element, block, type, value) {
    const input = make("input", { type, value: value ?? "", name: element.action_id });
    input.addEventListener("change", () => this.press(element, block, input.value));
    return input;
  }

  input(block) {
    const element = block.element;
    const control = this.control(element, block);
    control.dataset.block = block.block_id;
    return make("div", { class: "block input" },
      make("label", {}, make("span", { class: "label" }, this.text.object(block.label), block.optional ? make("i", {}, " (optional)") : null), control),
      block.hint ? make("small", {}, this.text.object(block.hint)) : null,
      make("small", { class: "error", "data-error": block.block_id }));
  }

  control(element, block) {
    const plain = { email_text_input: "email", url_text_input: "url", number_input: "number" };
    const attributes = {
      value: element.initial_value ?? "", placeholder: element.placeholder?.text, maxlength: element.max_length,
      autofocus: element.focus_on_load,
    };
    if (element.type === "plain_text_input" && element.multiline) return make("textarea", { ...attributes, rows: 4 }, element.initial_value ?? "");
    if (element.type === "plain_text_input") return make("input", { type: "text", ...attributes });
    if (plain[element.type]) return make("input", { type: plain[element.type], ...attributes });
    const silent = new Blocks(this.text, this.screen, block.dispatch_action ? this.press : async () => {});
    return silent.element(element, block);
  }
}

// What the inputs of a modal hold, by block and action.
export function values(root, blocks) {
  const held = {};
  for (const block of blocks.filter((one) => one.type === "input")) {
    const control = root.querySelector(`[data-block="${CSS.escape(block.block_id)}"]`);
    held[block.block_id] = { [block.element.action_id]: read(block.element, control) };
  }
  return held;
}

// What somebody typed stays when the view is updated around it, as long as the field keeps its block and action.
export function restore(root, blocks, held) {
  for (const block of blocks.filter((one) => one.type === "input")) {
    const typed = held[block.block_id]?.[block.element.action_id];
    const control = root.querySelector(`[data-block="${CSS.escape(block.block_id)}"]`);
    if (typeof typed === "string" && "value" in control) control.value = typed;
  }
}

function read(element, control) {
  if (element.type === "checkboxes") return [...control.querySelectorAll(":checked")].map((one) => one.value);
  if (element.type === "radio_buttons") return control.querySelector(":checked")?.value ?? null;
  if (element.type.startsWith("multi_")) return [...control.selectedOptions].map((one) => one.value);
  return control.value || null;
}

function option(one) {
  return [one.value, one.text.text];
}

function initial(element) {
  const several = element.initial_options?.map((one) => one.value)
    ?? element.initial_users ?? element.initial_conversations ?? element.initial_channels;
  const one = element.initial_option?.value ?? element.initial_user ?? element.initial_conversation ?? element.initial_channel;
  return several ?? (one ? [one] : []);
}

