// The conversation as this page knows it: what to send, what was heard, and staying connected.
const NAP_MS = 60_000; // a page nobody looks at lets go of its stream: browsers allow six for each server

class Talk {
  /** `view` is told: entry(entry, live), pending(item), sent(item, seq), dropped(item), clear(), connection(word), ready(). */
  constructor(wire, memory, customer, view) {
    this.wire = wire;
    this.memory = memory;
    this.customer = customer;
    this.view = view;
    this.sleepers = new Set();
    const kept = memory.get("chat");
    this.reset(kept);
    // On a shared computer, what the one before wrote is not sent in this one's name.
    if (this.chat !== kept) memory.names("out:").forEach((name) => memory.drop(name));
    this.leaving = new AbortController();
  }

  /** Forget what was heard and look at this conversation, or at a new one. */
  reset(chat) {
    this.stream?.abort();
    this.stream = null;
    const user = this.customer().customer.user_id || "";
    const isOurs = chat?.start && (!chat.user || chat.user === user);
    this.chat = isOurs ? chat : { start: uuid(), user };
    this.last = 0;
    this.knowsHistory = false;
    this.held = [];
    this.queue = isOurs ? this.remembered() : [];
  }

  remembered() {
    return this.memory
      .names("out:")
      .map((name) => ({ ...this.memory.get(name), name, state: "sending" }))
      .filter((item) => (item.text || item.files?.length) && item.client_id);
  }

  begin() {
    const { signal } = this.leaving;
    window.addEventListener("online", () => this.reconnect(), { signal });
    window.addEventListener("offline", () => this.view.connection("offline"), { signal });
    document.addEventListener("visibilitychange", () => this.seen(), { signal });
    window.addEventListener("storage", (event) => this.otherPage(event), { signal });
    if (!navigator.onLine) this.view.connection("offline");
    this.resume();
  }

  /** A stream that was open when the network went may hang without a word: take a new one. */
  reconnect() {
    this.stream?.abort();
    this.stream = null;
    this.view.connection("");
    this.wake();
    if (this.chat.id) this.follow();
  }

  end() {
    this.leaving.abort();
    this.stream?.abort();
    clearTimeout(this.nap);
    this.wake();
  }

  resume() {
    this.queue.forEach((item) => this.view.pending(item));
    if (this.chat.id) this.follow();
    this.flush();
  }

  /** Leave this conversation for a new one, which begins with the next message. */
  startOver() {
    this.queue.forEach((item) => this.memory.drop(item.name));
    this.memory.drop("chat");
    this.reset(null);
    this.view.clear();
    this.view.connection("");
  }

  send(text, chosen = []) {
    const when = Date.now();
    const client_id = uuid();
    const files = chosen.map((blob) => ({ name: blob.name, size: blob.size, type: blob.type, blob }));
    const item = { text, client_id, when, files, name: `out:${when}:${client_id}`, state: "sending" };
    this.keep(item);
    this.memory.set("chat", this.chat);
    this.queue.push(item);
    this.view.pending(item);
    this.flush();
  }

  /** A reload keeps the words and which files were uploaded, not files that were not. */
  keep({ name, text, client_id, when, files }) {
    const known = files?.map(({ id, name, size, type }) => ({ id, name, size, type }));
    this.memory.set(name, { text, client_id, when, files: known });
  }

  drop(item) {
    this.settle(item);
    this.view.dropped(item);
  }

  retry(item) {
    item.state = "sending";
    this.view.pending(item);
    this.wake();
    this.flush();
  }

  load(url) {
    return this.wire.bytes(this.chat, url);
  }

  /** Send what waits, one after the other, so that nothing overtakes. */
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    let tries = 0;
    for (;;) {
      const item = this.queue.find((one) => one.state !== "failed");
      if (!item || this.leaving.signal.aborted) break;
      const wait = await this.deliver(item, tries);
      tries = wait === null ? 0 : tries + 1;
      if (wait !== null) await this.rest(wait);
    }
    this.flushing = false;
  }

  /** Null when that is settled, or how long to wait before the next try. */
  async deliver(item, tries) {
    const { chat } = this;
    try {
      if (!chat.id) await this.startIt(chat);
      await this.upload(chat, item);
      if (this.chat !== chat) return null;
      this.flying = true;
      const { seq } = await this.wire.say(chat, item);
      if (this.chat !== chat) return null;
      this.settle(item);
      this.view.sent(item, seq);
      return null;
    } catch (error) {
      if (this.chat !== chat) return null;
      if (error instanceof Refused && error.isGone && chat.id && !item.moved) {
        item.moved = true;
        this.lost();
        return null;
      }
      if (error.code === "unknown_file" && !item.again && item.files.every((file) => file.blob)) {
        // Uploaded long ago, and cleared away since.
        item.again = true;
        item.files.forEach((file) => delete file.id);
        return 0;
      }
      item.why = error.code;
      const isFinal = error instanceof Refused && !error.passes;
      if (!isFinal && tries === 0 && navigator.onLine) return pause(0, error.wait);
      item.state = isFinal ? "failed" : "queued";
      this.view.pending(item);
      return isFinal ? null : pause(tries, error.wait);
    } finally {
      this.flying = false;
      this.release();
    }
  }

  async upload(chat, item) {
    for (const file of item.files || []) {
      if (file.id) continue;
      if (!file.blob) throw new Refused(422, 0, '{"error": {"code": "unknown_file"}}');
      file.id = await this.wire.upload(chat, file, (share) => {
        item.progress = share;
        this.view.pending(item);
      });
      item.progress = 1;
      this.keep(item);
    }
  }

  settle(item) {
    this.memory.drop(item.name);
    this.queue = this.queue.filter((one) => one !== item);
  }

  async startIt(chat) {
    const client_id = chat.start;
    const started = await this.wire.start({ client_id, ...this.customer() }).catch((error) => {
      if (error.status !== 422) throw error;
      // The page described its customer wrongly. That is for its makers to see; the customer can still write.
      console.warn("bookbag-chat: the server refused this page's attributes; going on without them");
      return this.wire.start({ client_id });
    });
    Object.assign(chat, { id: started.conversation_id, token: started.token });
    if (this.chat !== chat) return;
    this.memory.set("chat", chat);
    this.follow();
  }

  /** The server does not know this conversation any more: what waits goes into a new one. */
  lost() {
    const waiting = this.queue;
    this.memory.drop("chat");
    this.reset(null);
    this.queue = waiting;
    this.view.clear();
    waiting.forEach((item) => {
      item.files?.forEach((file) => delete file.id);
      this.keep(item);
      this.view.pending(item);
    });
    if (waiting.length) this.memory.set("chat", this.chat);
  }

  /** Stay connected to the stream, each time from the last number heard. */
  async follow() {
    if (this.stream || document.hidden) return;
    const { chat } = this;
    const { signal } = (this.stream = new AbortController());
    let tries = 0;
    while (!signal.aborted) {
      let wait = 0;
      try {
        if (!this.knowsHistory) await this.history(chat, signal);
        await this.wire.listen(chat, this.last, signal, () => {
          tries = 0;
          this.view.connection(navigator.onLine ? "" : "offline");
          this.wake();
        }, (entry) => signal.aborted || this.heard(entry, true));
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused && error.isGone) {
          this.lost();
          this.flush();
          return;
        }
        wait = error.wait || 0;
      }
      if (signal.aborted) return;
      if (!navigator.onLine) this.view.connection("offline");
      else if (tries > 0) this.view.connection("connecting");
      await this.rest(pause(tries, wait));
      tries += 1;
    }
  }

  async history(chat, signal) {
    for (;;) {
      const { data, pagination } = await this.wire.page(chat, this.last);
      if (signal.aborted) return;
      data.forEach((entry) => this.heard(entry, false));
      if (!pagination.has_more) break;
    }
    this.knowsHistory = true;
    this.view.ready();
  }

  heard(entry, live) {
    this.last = entry.seq;
    // Ours may come back before the answer to our request says which one it is.
    if (entry.from === "customer" && this.flying) this.held.push(entry);
    else this.view.entry(entry, live);
  }

  release() {
    const held = this.held;
    this.held = [];
    held.forEach((entry) => this.view.entry(entry, true));
  }

  seen() {
    clearTimeout(this.nap);
    if (document.hidden) {
      this.nap = setTimeout(() => {
        this.stream?.abort();
        this.stream = null;
      }, NAP_MS);
      return;
    }
    this.wake();
    if (this.chat.id) this.follow();
  }

  /** Another tab began a conversation, or left this one. What it has to send it sends itself. */
  otherPage({ key, newValue }) {
    if (key !== `${this.memory.prefix}chat`) return;
    const chat = JSON.parse(newValue || "null");
    if (!this.chat.id && this.queue.length) return;
    if (chat?.start !== this.chat.start) {
      this.reset(chat);
      this.queue = [];
      this.view.clear();
    } else if (!this.chat.id) Object.assign(this.chat, chat);
    if (this.chat.id) this.follow();
  }

  rest(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const { sleepers } = this;
      function done() {
        clearTimeout(timer);
        sleepers.delete(done);
        resolve();
      }
      sleepers.add(done);
    });
  }

  wake() {
    for (const done of [...this.sleepers]) done();
  }
}
