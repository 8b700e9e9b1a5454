// Where the customer writes. Nothing that they wrote is cut or dropped without a word.
const LONGEST = 8000; // letters (code points) in one message, as the server counts them
const MOST_PARTS = 5; // of a longer text; what is longer still goes as a file
// Spaces, letters without a shape and signs that need another letter: the server refuses a message of these alone.
const UNSEEN =
  /^[\s\0-\x1f\x7f-\x9f\xad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]*$/u;
// Where a reader would cut, the best first: behind a paragraph, a line, a sentence, a word.
const CUTS = [/\n\s*\n/g, /\n/g, /[.!?](?=\s)|[。！？]/g, /\s/g];

function lettersIn(text) {
  return text.length <= LONGEST ? text.length : [...text].length;
}

/** The text in parts that fit into a message each, in order. Only the blank lines between two of them are left out. */
function inParts(text) {
  const parts = [];
  let rest = text;
  while (lettersIn(rest) > LONGEST) {
    const end = cutIn([...rest].slice(0, LONGEST).join(""));
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^(?:[^\S\n]*\n)+/, "");
  }
  return [...parts, rest].map((part) => part.trimEnd()).filter((part) => !UNSEEN.test(part));
}

/** Up to where to take of this text: the last good place in its second half, and never within a letter. */
function cutIn(text) {
  for (const cut of CUTS) {
    const end = [...text.matchAll(cut)].map((found) => found.index + found[0].length).at(-1) || 0;
    if (end > text.length / 2) return end;
  }
  const letters = Intl.Segmenter ? [...new Intl.Segmenter().segment(text.slice(-200))] : [];
  return letters.length > 1 ? text.length - letters.at(-1).segment.length : text.length;
}

class Composer {
  /** `send(text, files)` takes a message; `tray` holds the files that go with the next one. */
  constructor(words, locale, { form, input, sender, notice }, tray, send) {
    Object.assign(this, { words, form, input, sender, notice, tray, send });
    this.number = new Intl.NumberFormat(locale);
    this.says = make("span");
    const choice = () => make("button", { type: "button" });
    this.split = choice();
    this.asFile = choice();
    this.asFile.textContent = words.asFile;
    this.choices = make("div", { className: "choices" }, this.split, this.asFile);
    notice.append(this.says, this.choices);
    this.split.addEventListener("click", () => this.sendAll(inParts(this.text)));
    this.asFile.addEventListener("click", () => this.moveIntoFile());
    form.addEventListener("submit", (event) => this.submit(event));
    input.addEventListener("input", () => this.changed());
    input.addEventListener("keydown", (event) => {
      // 229: Safari's Enter that ends a composition says so only like this.
      const composing = event.isComposing || event.keyCode === 229;
      if (event.key === "Enter" && !event.shiftKey && !composing) this.submit(event);
    });
  }

  /** What would be sent. Half a letter, as some programs copy it, is none that could be. */
  get text() {
    return this.input.value.trim().replace(/\p{Surrogate}/gu, "\ufffd");
  }

  get isTooLong() {
    return lettersIn(this.text) > LONGEST;
  }

  /** The words or the files are others now. */
  changed() {
    const { input, isTooLong } = this;
    this.sender.disabled = isTooLong || (!this.text && this.tray.isEmpty);
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
    if (!isTooLong) {
      this.say("");
      return;
    }
    const over = lettersIn(this.text) - LONGEST;
    this.say(this.words.tooLong(over, this.number.format(over), this.number.format(LONGEST)), { offers: true });
    const parts = over <= (MOST_PARTS - 1) * LONGEST ? inParts(this.text).length : 0;
    this.split.hidden = !parts || parts > MOST_PARTS;
    this.split.textContent = this.words.inParts(parts);
  }

  say(words, { offers = false } = {}) {
    if (this.says.textContent !== words) this.says.textContent = words;
    this.choices.hidden = !offers;
    this.notice.hidden = !words;
  }

  async submit(event) {
    event.preventDefault();
    if (this.tray.isLooking) {
      await this.tray.looking;
      // Whoever reads that a file does not go along decides anew.
      if (this.tray.refusals.length) return;
    }
    const { text } = this;
    if (this.isTooLong || (!text && this.tray.isEmpty)) return;
    const isUnseen = UNSEEN.test(text);
    if (isUnseen && this.tray.isEmpty) this.say(this.words.nothing);
    else this.sendAll([isUnseen ? "" : text]);
  }

  /** The files go with the last of the texts. */
  sendAll(texts) {
    this.input.value = "";
    const files = this.tray.take();
    texts.forEach((text, index) => this.send(text, index === texts.length - 1 ? files : []));
    this.input.focus();
  }

  moveIntoFile() {
    const file = new File([this.text], this.words.pasted, { type: "text/plain" });
    // Who takes the file out again has the words back.
    file.takenOut = () => {
      this.input.value = [file.written, this.input.value].filter(Boolean).join("\n");
      this.changed();
    };
    file.written = this.text;
    if (!this.tray.put(file)) return;
    this.input.value = "";
    this.changed();
    this.input.focus();
  }
}
