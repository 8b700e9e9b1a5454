// The conversation as this page knows it: what to send, what was heard, and staying connected.
const LATE_MS = 10_000; // by when a page that knows its customer has said so
const SOON_MS = 100; // a page changes its attributes one after the other
// What a page says of its customer and the customer can do without. Proofs and the inbox are not among them.
const DISPENSABLE = ["name", "email", "locale", "metadata"];
const NAP_MS = 60_000; // a page nobody looks at lets go of its stream: browsers allow six for each server

class Talk {
  /**
   * `view` is told: entry(entry, live), pending(item), sent(item, seq), dropped(item), clear(), connection(word),
   * ready(), anotherPerson(). What another person kept on this computer is dropped. `isGuest`: they use the chat in
   * another tab at this moment; theirs stays.
   */
  constructor(wire, memory, customer, view, { isGuest = false } = {}) {
    Object.assign(this, { wire, memory, customer, view });
    this.sleepers = new Set();
    this.person = personOf(customer().customer);
    this.leaving = new AbortController();
    const dropped = isGuest ? new Map() : memory.forgetOthers((chat) => this.isOurs(chat));
    if (dropped.size && isNobody(this.person)) {
      // Out of the browser's memory at once; but many a page only says a moment later who is signed in.
      this.dropped = dropped;
      this.late = setTimeout(() => (this.dropped = null), LATE_MS);
    }
    this.reset(isGuest ? null : memory.get("chat"));
    if (isGuest) return;
    const ours = new Set(this.queue.map((item) => item.name));
    memory.names("out:").forEach((name) => ours.has(name) || memory.drop(name));
  }

  /** Whether this page may show that conversation, which was kept. */
  isOurs(chat) {
    return Boolean(chat?.start) && isSame(whoseIs(chat), this.person);
  }

  /** Hear what the page says now. False if that is another person, for whom this must end. */
  knows() {
    const before = this.person;
    this.person = personOf(this.customer().customer);
    if (!isSame(before, this.person) || this.cameBack()) return false;
    this.claim();
    this.queue.forEach((item) => WHY_NOT_YET[item.why] && this.retry(item));
    return true;
  }

  /** Whether who was dropped as the page began is signed in after all. It is all there again then. */
  cameBack() {
    const { dropped } = this;
    if (!dropped || isNobody(this.person)) return false;
    this.dropped = null;
    const chats = [...dropped].filter(([key]) => key.endsWith(" chat")).map(([, value]) => parsed(value));
    const isBack = !this.chat.id && !this.queue.length && chats.some((chat) => this.isOurs(chat));
    if (isBack) this.memory.restore(dropped);
    return isBack;
  }

  /** This conversation is the page's person's from now on, and the server is told so. */
  claim() {
    if (isNobody(this.person)) return;
    this.chat.who = this.person;
    if (this.memory.get("chat")?.start === this.chat.start) this.keepChat();
    if (!this.chat.id) return;
    clearTimeout(this.telling);
    const { chat } = this;
    this.telling = setTimeout(() => this.tell(chat).catch((error) => this.refused(error)), SOON_MS);
  }

  /** Tell the server who the customer is, if it was not told just that. */
  async tell(chat) {
    const said = saidOf(this.customer().customer);
    if (this.chat !== chat || isNobody(this.person) || chat.told === said) return;
    await this.described(({ customer }) => this.wire.identify(chat, customer));
    chat.told = said;
    if (this.chat !== chat) return;
    this.keepChat();
    if (this.refusal) this.refused({});
  }

  /** The customer reads why the page's proof did not pass, also while they send nothing. */
  refused(error) {
    if (error.code === "another_customer") this.lost();
    this.refusal = WHY_NOT_YET[error.why] || "";
    this.status("");
  }

  status(word) {
    this.view.connection(word || this.refusal || "");
  }

  /**
   * `ask` with what the page says of its customer. What has not its form is left out, as the customer can still
   * write; but for a proof or an inbox, without which their words would come to the wrong people.
   */
  async described(ask) {
    const said = this.customer();
    try {
      return await ask(said);
    } catch (error) {
      if (error.status !== 422) throw error;
      const isSmall = error.fields.length && error.fields.every((field) => DISPENSABLE.includes(field));
      const what = `bookbag-chat: the server refused this page's attributes (${error.code}). ${error.mend}.`;
      if (!isSmall) {
        console.error(`${what} Nothing was sent.`);
        throw error;
      }
      console.warn(`${what} Going on without them.`);
      const rest = Object.entries(said.customer).filter(([field]) => !error.fields.includes(field));
      return ask({ ...said, customer: Object.fromEntries(rest) });
    }
  }

  /** Keep which conversation this is, unless another person's is kept here. */
  keepChat() {
    if (this.mayKeep()) this.memory.set("chat", this.chat);
  }

  dropChat() {
    if (this.mayKeep()) this.memory.drop("chat");
  }

  mayKeep() {
    const kept = this.memory.get("chat");
    return !kept || kept.start === this.chat.start || this.isOurs(kept);
  }

  /** Forget what was heard and look at this conversation, or at a new one. */
  reset(chat) {
    this.stream?.abort();
    this.stream = null;
    const isOurs = this.isOurs(chat);
    this.chat = isOurs ? chat : { start: uuid(), who: this.person };
    this.last = 0;
    this.knowsHistory = false;
    this.held = [];
    this.queue = isOurs ? this.remembered() : [];
  }

  remembered() {
    return this.memory
      .names("out:")
      .map((name) => ({ ...this.memory.get(name), name, state: "sending" }))
      .filter((item) => (item.text || item.files?.length) && item.client_id)
      .filter((item) => !item.start || item.start === this.chat.start);
  }

  begin() {
    const { signal } = this.leaving;
    window.addEventListener("online", () => this.reconnect(), { signal });
    window.addEventListener("offline", () => this.status("offline"), { signal });
    document.addEventListener("visibilitychange", () => this.seen(), { signal });
    window.addEventListener("storage", (event) => this.otherPage(event), { signal });
    // A page that comes back as it was left did not hear what happened meanwhile.
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.lookAgain(), { signal });
    this.claim();
    if (!navigator.onLine) this.status("offline");
    this.resume();
  }

  /** A stream that was open when the network went may hang without a word: take a new one. */
  reconnect() {
    this.stream?.abort();
    this.stream = null;
    this.status("");
    this.wake();
    if (this.chat.id) this.follow();
  }

  /** Whatever is still under way is neither shown nor kept. */
  end() {
    this.leaving.abort();
    this.stream?.abort();
    clearTimeout(this.nap);
    clearTimeout(this.telling);
    clearTimeout(this.late);
    this.memory.close();
    this.view = new Proxy({}, { get: () => () => {} });
    this.chat = {};
    this.queue = [];
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
    this.dropChat();
    this.reset(null);
    this.view.clear();
    this.status("");
  }

  send(text, chosen = []) {
    const when = Date.now();
    const client_id = uuid();
    const files = chosen.map((blob) => ({ name: blob.name, size: blob.size, type: blob.type, blob }));
    const item = { text, client_id, when, files, name: `out:${when}:${client_id}`, state: "sending" };
    this.queue.push(item);
    this.keep(item);
    this.keepChat();
    this.view.pending(item);
    this.flush();
  }

  /** A reload keeps the words and which files were uploaded, not files that were not. */
  keep(item) {
    if (!this.queue.includes(item) || !this.mayKeep()) return;
    const { name, text, client_id, when, files } = item;
    const known = files?.map(({ id, name, size, type }) => ({ id, name, size, type }));
    this.memory.set(name, { text, client_id, when, files: known, start: this.chat.start });
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
      await this.tell(chat);
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
      const isOver = error.isGone || error.code === "another_customer";
      if (error instanceof Refused && isOver && chat.id && !item.moved) {
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
      item.why = error.why;
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
    const told = saidOf(this.customer().customer);
    const started = await this.described((said) => this.wire.start({ client_id: chat.start, ...said }));
    Object.assign(chat, { id: started.conversation_id, token: started.token, told });
    if (this.chat !== chat) return;
    this.keepChat();
    this.follow();
  }

  /** The server does not know this conversation any more: what waits goes into a new one. */
  lost() {
    const waiting = this.queue;
    this.dropChat();
    this.reset(null);
    this.queue = waiting;
    this.view.clear();
    waiting.forEach((item) => {
      item.files?.forEach((file) => delete file.id);
      this.keep(item);
      this.view.pending(item);
    });
    if (waiting.length) this.keepChat();
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
          this.status(navigator.onLine ? "" : "offline");
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
      if (!navigator.onLine) this.status("offline");
      else if (tries > 0) this.status("connecting");
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
  otherPage({ key }) {
    if (key === null || key === `${this.memory.prefix}chat`) this.lookAgain();
  }

  lookAgain() {
    const chat = this.memory.get("chat");
    const who = chat ? whoseIs(chat) : this.person;
    if (isNobody(who) !== isNobody(this.person) || !isSame(who, this.person) || (!chat && this.chat.id)) {
      // Left, or somebody else signed in there: what is on this screen is not theirs to read.
      if (this.chat.id || this.queue.length) this.view.anotherPerson();
      return;
    }
    if (!this.chat.id && this.queue.length) return;
    if (chat?.start !== this.chat.start) {
      this.reset(chat);
      this.queue = [];
      this.view.clear();
    } else if (chat) Object.assign(this.chat, chat);
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
