// Files: how those of a message look, and those that wait to be sent.
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const TAKEN = [...PICTURES, "application/pdf", "text/plain", ".txt", ".log", ".csv", ".md"];
const MOST_FILES = 10; // in one message

const OPENING = 4096; // bytes of a file's beginning
const SIGNATURES = [/^\x89PNG\r\n\x1a\n/, /^\xff\xd8\xff/, /^GIF8[79]a/, /^RIFF[^]{4}WEBP/, /^%PDF-/];
const WIDE = /^(?:\xff\xfe|\xfe\xff)(?!\0\0)/; // text in UTF-16
const BINARY = /[\0-\x08\x0b\x0e-\x1f\x7f]/;

/**
 * Why a file cannot be sent, as the name of the words for that; empty if it may be. Told by its bytes, as the server
 * does, which sees them all; a name alone is refused where it says that the file is a program or an office's.
 */
async function unfitness(file) {
  const { name, type, size } = file;
  const ending = /\.[^.]+$/.exec(name)?.[0].toLowerCase();
  const isText = type.startsWith("text/") || /json|xml|yaml/.test(type);
  const isUnknown = !type || type === "application/octet-stream";
  if (!isUnknown && !isText && !TAKEN.includes(type) && !TAKEN.includes(ending)) return "fileKind";
  if (!size) return "fileEmpty";
  try {
    const bytes = new Uint8Array(await file.slice(0, OPENING).arrayBuffer());
    const opening = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    return [...SIGNATURES, WIDE].some((one) => one.test(opening)) || !BINARY.test(opening) ? "" : "fileKind";
  } catch {
    // A folder, or a file that went meanwhile.
    return "fileKind";
  }
}

/** A size in words, such as "1.2 MB". */
function sizeIn(locale, bytes) {
  const [unit, value] = bytes < 1000 ? ["byte", bytes] : bytes < 1e6 ? ["kilobyte", bytes / 1000] : ["megabyte", bytes / 1e6];
  const maximumFractionDigits = unit === "megabyte" ? 1 : 0;
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits }).format(value);
}

function save(blob, name) {
  const href = URL.createObjectURL(blob);
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

class Attachments {
  /** `load(url)` brings a file's bytes; `around(change)` makes a change that may move what is read. */
  constructor(words, locale, load, around) {
    Object.assign(this, { words, locale, load, around, hrefs: [] });
  }

  /** The nodes of an item's files. A file that stays keeps its node. */
  of(item) {
    const files = item.removed ? [] : item.files || item.attachments || [];
    item.shown = new Map(files.map((file) => [file.id || file, item.shown?.get(file.id || file) || this.node(file)]));
    return [...item.shown.values()];
  }

  /** Let go of the pictures' bytes. */
  forget() {
    this.hrefs.forEach((href) => URL.revokeObjectURL(href));
  }

  node(file) {
    const bytes = async () => file.blob || (file.url ? this.load(file.url) : Promise.reject(new Error("lost")));
    const chip = this.chip(file, bytes);
    if (!PICTURES.has(file.type)) return chip;
    const node = make("div", { className: "picture" }, chip);
    bytes().then((blob) => this.picture(node, file, blob)).catch(() => {});
    return node;
  }

  chip(file, bytes) {
    const size = make("span", { className: "size", textContent: sizeIn(this.locale, file.size) });
    const called = make("span", { className: "called", dir: "auto", textContent: file.name });
    const label = `${this.words.save}: ${file.name}`;
    const chip = make("button", { type: "button", className: "file", title: label, "aria-label": label }, icon("file"));
    chip.append(make("span", { className: "what" }, called, size));
    chip.addEventListener("click", async () => {
      try {
        save(await bytes(), file.name);
      } catch {
        size.textContent = this.words.fileGone;
      }
    });
    return chip;
  }

  /** In place of the chip, once the browser could read it: where the page forbids it, the chip stays. */
  picture(node, { name, type }, blob) {
    const href = URL.createObjectURL(new Blob([blob], { type }));
    this.hrefs.push(href);
    const image = make("img", { alt: name });
    image.addEventListener("load", () =>
      this.around(() => node.replaceChildren(make("a", { href, target: "_blank", rel: "noopener" }, image))),
    );
    image.src = href;
  }
}

/** What is going to be sent with the next message. */
class Tray {
  constructor(words, locale, { tray, picker, attach, panel, input }, changed) {
    Object.assign(this, { words, locale, tray, changed, files: [], refusals: [] });
    attach.addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      this.add(picker.files);
      picker.value = "";
      input.focus();
    });
    input.addEventListener("paste", (event) => {
      const { files, types } = event.clipboardData;
      // Copied text may bring a picture of itself along.
      if (!files.length || types.includes("text/plain")) return;
      event.preventDefault();
      this.add(files);
    });
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    panel.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      panel.classList.add("dropping");
    });
    panel.addEventListener("dragleave", (event) => {
      if (!panel.contains(event.relatedTarget)) panel.classList.remove("dropping");
    });
    panel.addEventListener("drop", (event) => {
      panel.classList.remove("dropping");
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.add(event.dataTransfer.files);
      input.focus();
    });
  }

  get isEmpty() {
    return !this.files.length;
  }

  /** What of these can be sent is in the tray once `looking` is over; of the rest it is said why not. */
  add(files) {
    const looking = Promise.all([this.looking, this.look([...files])]).then(() => {
      this.isLooking = this.looking !== looking;
    });
    Object.assign(this, { looking, isLooking: true });
  }

  async look(files) {
    const reasons = await Promise.all(files.map(unfitness));
    const unfit = files.flatMap(({ name }, index) => (reasons[index] ? [`${name}: ${this.words[reasons[index]]}`] : []));
    const fit = files.filter((_, index) => !reasons[index]);
    const room = MOST_FILES - this.files.length;
    this.refusals = fit.length > room ? [...unfit, this.words.tooManyFiles] : unfit;
    this.files.push(...fit.slice(0, room));
    this.draw();
  }

  /** False if there is no room for it. */
  put(file) {
    const hasRoom = this.files.length < MOST_FILES;
    this.refusals = hasRoom ? [] : [this.words.tooManyFiles];
    if (hasRoom) this.files.push(file);
    this.draw();
    return hasRoom;
  }

  /** Empties the tray and returns what was in it. */
  take() {
    const { files } = this;
    Object.assign(this, { files: [], refusals: [] });
    this.draw();
    return files;
  }

  draw() {
    const nodes = this.files.map((file) => {
      const label = `${this.words.remove}: ${file.name}`;
      const button = make("button", { type: "button", title: label, "aria-label": label }, icon("close"));
      button.addEventListener("click", () => {
        this.files = this.files.filter((one) => one !== file);
        this.refusals = [];
        this.draw();
        file.takenOut?.();
      });
      const called = make("span", { className: "called", dir: "auto", textContent: file.name });
      const size = make("span", { className: "size", textContent: sizeIn(this.locale, file.size) });
      return make("div", { className: "file" }, icon("file"), make("span", { className: "what" }, called, size), button);
    });
    const refused = this.refusals.map((textContent) => make("div", { dir: "auto", textContent }));
    if (refused.length) nodes.push(make("div", { className: "refusal", role: "alert" }, ...refused));
    this.tray.replaceChildren(...nodes);
    this.tray.hidden = !nodes.length;
    this.changed();
  }
}
