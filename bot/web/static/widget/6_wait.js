// What a customer who waits for a teammate can do meanwhile: go back to the AI, or leave an address.

class Wait {
  /** `act.goBack()` and `act.leaveAddress(email)` are promises; whether they worked is said here. */
  constructor(words, act) {
    this.words = words;
    this.act = act;
    const choice = (textContent) => make("button", { type: "button", textContent });
    this.back = choice(words.back);
    this.leave = choice(words.leave);
    this.choices = make("div", { className: "choices" }, this.back, this.leave);
    this.input = make("input", {
      type: "email",
      required: true,
      maxLength: 254,
      dir: "auto",
      autocomplete: "email",
      placeholder: words.email,
      "aria-label": words.email,
    });
    this.sender = make("button", { className: "send", "aria-label": words.send }, icon("send"));
    this.cancel = make("button", { type: "button", className: "icon", "aria-label": words.cancel }, icon("close"));
    this.form = make("form", { noValidate: true, hidden: true }, this.input, this.cancel, this.sender);
    this.trouble = make("div", { className: "trouble", role: "alert" });
    const parts = [this.choices, this.form, this.trouble];
    this.root = make("div", { className: "wait", role: "group", "aria-label": words.waiting, hidden: true }, ...parts);
    this.back.addEventListener("click", () => this.doing(() => act.goBack()));
    this.leave.addEventListener("click", () => this.writing(true));
    this.cancel.addEventListener("click", () => this.writing(false));
    this.form.addEventListener("submit", (event) => this.submit(event));
  }

  /** Offer the choices while the customer waits; a new wait offers both. */
  show(isWaiting) {
    if (isWaiting && this.root.hidden) {
      this.form.hidden = true;
      this.choices.hidden = false;
      this.leave.hidden = false;
      this.trouble.textContent = "";
    }
    this.root.hidden = !isWaiting;
  }

  writing(isWriting) {
    this.form.hidden = !isWriting;
    this.choices.hidden = isWriting;
    this.trouble.textContent = "";
    (isWriting ? this.input : this.leave).focus();
  }

  async submit(event) {
    event.preventDefault();
    this.input.value = this.input.value.trim();
    if (!this.input.checkValidity()) {
      this.trouble.textContent = this.words.notAnAddress;
      this.input.focus();
      return;
    }
    if (!(await this.doing(() => this.act.leaveAddress(this.input.value)))) return;
    // The conversation itself says that it was kept.
    this.form.hidden = true;
    this.choices.hidden = false;
    this.leave.hidden = true;
  }

  /** True if it was done. One at a time; who takes over meanwhile ends the wait by the stream. */
  async doing(work) {
    const buttons = [this.back, this.leave, this.sender];
    if (buttons.some((one) => one.disabled)) return false;
    this.trouble.textContent = "";
    for (const one of buttons) one.disabled = true;
    try {
      await work();
      return true;
    } catch (error) {
      const { status } = error;
      if (status === 422) this.trouble.textContent = this.words.notAnAddress;
      else if (status !== 409) this.trouble.textContent = this.words.notDone;
      return false;
    } finally {
      for (const one of buttons) one.disabled = false;
    }
  }
}
