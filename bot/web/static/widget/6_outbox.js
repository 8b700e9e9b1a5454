// What the customer wrote and the server has not taken yet. It goes in order, and outlives a reload.
const UPLOAD_TRIES = 3; // of one file, while the API can be reached otherwise
const LONG_MS = 20_000; // a file that the server wants later than this is left to the customer

class Outbox {
  constructor(talk) {
    Object.assign(this, { talk, queue: [] });
    this.sleepers = new Set();
  }

  get isEmpty() {
    return !this.queue.length;
  }

  /** Take up what this conversation had not sent. */
  recall() {
    const { memory, chat } = this.talk;
    this.queue = memory
      .names("out:")
      .map((name) => ({ ...memory.get(name), name, state: "sending" }))
      .filter((item) => (item.text || item.files?.length) && item.client_id)
      .filter((item) => !item.start || item.start === chat.start);
  }

  /** Forget what no conversation can send any more. */
  clearUp() {
    const ours = new Set(this.queue.map((item) => item.name));
    const { memory } = this.talk;
    memory.names("out:").forEach((name) => ours.has(name) || memory.drop(name));
  }

  send(text, chosen) {
    // A reload finds them by their names: in this order, also when the clock is set back.
    const when = Math.max(Date.now(), 1 + (this.queue.at(-1)?.when || 0));
    const client_id = uuid();
    const files = chosen.map((blob) => ({ name: blob.name, size: blob.size, type: blob.type, blob }));
    const item = { text, client_id, when, files, name: `out:${when}:${client_id}`, state: "sending" };
    this.queue.push(item);
    this.keep(item);
    this.talk.keepChat();
    this.talk.view.pending(item);
    this.flush();
  }

  /** A reload keeps the words and which files were uploaded, not files that were not. */
  keep(item) {
    if (!this.queue.includes(item) || !this.talk.mayKeep()) return;
    const { name, text, client_id, when, files } = item;
    const known = files?.map(({ id, name, size, type }) => ({ id, name, size, type }));
    this.talk.memory.set(name, { text, client_id, when, files: known, start: this.talk.chat.start });
  }

  keepAll() {
    this.queue.forEach((item) => this.keep(item));
  }

  drop(item) {
    this.settle(item);
    this.talk.view.dropped(item);
  }

  retry(item) {
    item.state = "sending";
    item.files?.forEach((file) => (file.tries = 0));
    this.talk.view.pending(item);
    this.wake();
    this.flush();
  }

  settle(item) {
    this.talk.memory.drop(item.name);
    this.queue = this.queue.filter((one) => one !== item);
  }

  /** All of it goes into another conversation, which has none of its files. */
  move(queue) {
    this.queue = queue;
    queue.forEach((item) => {
      item.files?.forEach((file) => delete file.id);
      this.keep(item);
      this.talk.view.pending(item);
    });
  }

  /** Send what waits, one after the other, so that nothing overtakes. */
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    let tries = 0;
    for (;;) {
      const item = this.queue.find((one) => one.state !== "failed");
      if (!item || this.talk.leaving.signal.aborted) break;
      const wait = await this.deliver(item, tries);
      tries = wait === null ? 0 : tries + 1;
      if (wait !== null) await nap(wait, this.sleepers);
    }
    this.flushing = false;
  }

  wake() {
    wakeAll(this.sleepers);
  }

  /** Null when that is settled, or how long to wait before the next try. */
  async deliver(item, tries) {
    const { talk } = this;
    const { chat } = talk;
    try {
      if (!chat.id) await talk.startIt(chat);
      await talk.customer.tell(chat);
      await this.upload(chat, item);
      if (talk.chat !== chat) return null;
      talk.hold();
      const { seq } = await talk.wire.say(chat, item);
      if (talk.chat !== chat) return null;
      this.settle(item);
      talk.view.sent(item, seq);
      talk.feed?.reached(seq);
      return null;
    } catch (error) {
      return talk.chat === chat ? this.missed(item, tries, error, chat) : null;
    } finally {
      talk.release();
    }
  }

  missed(item, tries, error, chat) {
    const isOver = error.isGone || error.code === "another_customer";
    if (isOver && chat.id && !item.moved) {
      item.moved = true;
      this.talk.lost();
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
    this.talk.view.pending(item);
    return isFinal ? null : pause(tries, error.wait);
  }

  async upload(chat, item) {
    for (const file of item.files || []) {
      if (file.id) continue;
      if (!file.blob) throw refusal(422, "unknown_file");
      try {
        file.id = await this.talk.wire.upload(chat, file, (share) => {
          item.progress = share;
          this.talk.view.pending(item);
        });
      } catch (error) {
        throw (await this.isStuck(chat, file, error)) ? refusal(413, "file_stuck") : error;
      }
      item.progress = 1;
      this.keep(item);
    }
  }

  /**
   * Whether a file will not pass, while all else would. A proxy's limit looks like a broken line to a page of another
   * website, so what tells them apart is whether the API answers; and behind the file others wait.
   */
  async isStuck(chat, file, error) {
    if (error.passes === false || !(await this.talk.wire.answers(chat))) return false;
    file.tries = (file.tries || 0) + 1;
    return file.tries >= UPLOAD_TRIES || error.wait > LONG_MS;
  }
}
