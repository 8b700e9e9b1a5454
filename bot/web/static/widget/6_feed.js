// Keeps this page as full as the conversation's ledger, whatever stands between it and the server.
const STALE_MS = 3000; // the server is asked if nothing proves for so long that all is here
const TURN_MS = 1000; // by how much the tab that leads goes before the others with that
const BEAT_SECONDS = 2; // between two proofs that the stream brings
const GIVE_UP_MS = 12_000; // a stream that proves nothing for so long is taken anew
const LASTING_MS = 10_000; // a stream that proved itself for so long is worth taking anew at once
const OUR_OWN_MS = 1000; // by when the stream should bring what this page sent
const SPEAK_MS = 8000; // the customer is told of trouble that lasts so long
const TICK_MS = 250;

/**
 * One clock counts, and one rule: `known` is the latest moment, by `performance.now()`, of which is proven that all
 * the ledger had then is here. A beat of the stream proves it, so does an answer to a question, so does the word of
 * the tab that leads. When it is too long ago the server is asked, by this tab itself: no stream, no proxy and no
 * other tab has to be trusted.
 */
class Feed {
  /** `talk` is told: heard(entry, live), ready(), gone(), status(word). */
  constructor(wire, tabs, chat, talk) {
    Object.assign(this, { wire, tabs, chat, talk, last: 0, failures: 0, expected: 0, word: "" });
    this.sleepers = new Set();
    this.known = performance.now();
    this.askAfter = 0;
    this.offlineSince = navigator.onLine ? Infinity : this.known;
    const about = () => ({ last: this.last, age: performance.now() - this.known });
    this.lead = new Lead(tabs, chat.id, about, () => this.leads());
  }

  /** Begin, or go on after `rest`. */
  go() {
    if (this.ticking || this.isOver) return;
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    this.lead.join();
    this.tick();
  }

  /** Hold no connection and ask for nothing, but hear what another tab says. */
  rest() {
    clearInterval(this.ticking);
    this.ticking = null;
    this.lead.leave();
    this.streaming?.abort();
  }

  end() {
    this.isOver = true;
    this.rest();
  }

  /** The network is another one: what seems to be open may hang without a word. */
  shake() {
    this.offlineSince = Infinity;
    this.known -= STALE_MS;
    this.askAfter = 0;
    this.attempt?.abort();
    this.wake();
    this.tick();
  }

  offline() {
    this.offlineSince = performance.now();
    this.tick();
  }

  /** The server took a message under this number, so the API can be reached: the stream is not waited for. */
  reached(seq) {
    this.expect(seq, OUR_OWN_MS);
    this.offlineSince = Infinity;
    if (this.lead.isLeading) this.wake();
    else this.lead.say("reached");
  }

  /** The ledger has that number; ask for it if it is not here by then. */
  expect(seq, within) {
    if (seq <= Math.max(this.last, this.expected)) return;
    this.expected = seq;
    this.expectedSince = performance.now();
    this.expectedBy = this.expectedSince + within;
  }

  prove(at) {
    this.known = Math.max(this.known, Math.min(at, performance.now()));
  }

  tick() {
    if (!this.ticking) return;
    const now = performance.now();
    this.lead.tick(now);
    const isMissing = this.expected > this.last && now > this.expectedBy;
    const isStale = now - this.known > STALE_MS + (this.lead.isLeading ? 0 : TURN_MS);
    if ((!this.isWhole || isMissing || isStale) && !this.asking && now >= this.askAfter) this.ask(now);
    if (this.attempt && now - this.beatAt > GIVE_UP_MS) this.attempt.abort();
    const isOffline = this.offlineSince <= now && this.known < this.offlineSince;
    this.speak(isOffline ? "offline" : now - this.known > SPEAK_MS ? "connecting" : "");
  }

  speak(word) {
    if (word === this.word) return;
    this.word = word;
    this.talk.status(word);
  }

  /** Read what is past the last number. */
  async ask(now) {
    this.asking = true;
    try {
      let isMore = true;
      while (isMore) {
        const { data, pagination } = await this.wire.page(this.chat, this.last, this.failures);
        if (this.isOver) return;
        data.forEach((entry) => this.take(entry));
        isMore = pagination.has_more;
      }
      this.prove(now);
      if (this.expectedSince <= now) this.expected = 0;
      if (this.lead.isLeading) this.lead.lead();
      if (this.failures) this.wake();
      this.failures = 0;
      if (this.isWhole) return;
      this.isWhole = true;
      this.talk.ready();
      this.leads();
    } catch (error) {
      if (this.isOver) return;
      if (error.isGone) this.talk.gone();
      this.failures += 1;
      // Who is slow is not asked more often for it.
      const took = performance.now() - now;
      this.askAfter = performance.now() + Math.max(error.wait || 0, took, 1500 + Math.random() * 1500);
    } finally {
      this.asking = false;
    }
  }

  take(entry) {
    if (entry.seq <= this.last) return;
    const after = this.last;
    this.last = entry.seq;
    if (this.isWhole && this.lead.isLeading) this.lead.say("news", { after, entry });
    this.talk.heard(entry, Boolean(this.isWhole));
  }

  /** What another tab said. */
  heard(word) {
    if (word.id !== this.chat.id || this.isOver) return;
    this.lead.heard(word);
    if (word.kind === "news") {
      if (word.after <= this.last) this.take(word.entry);
      else this.expect(word.entry.seq, 0);
    } else if (word.kind === "reached" && this.lead.isLeading) this.wake();
    else if (word.kind === "lead") {
      if (word.last <= this.last) this.prove(performance.now() - word.age);
      else this.expect(word.last, TICK_MS);
    }
  }

  leads() {
    this.streaming?.abort();
    if (this.lead.isLeading && this.isWhole && !this.isOver) this.stream();
  }

  /** Stay connected to the stream, each time from the last number. */
  async stream() {
    const { signal } = (this.streaming = new AbortController());
    let tries = 0;
    while (!signal.aborted) {
      const attempt = (this.attempt = new AbortController());
      const stop = () => attempt.abort();
      signal.addEventListener("abort", stop);
      const openedAt = (this.beatAt = performance.now());
      let wait = 0;
      try {
        await this.wire.listen(this.chat, this.last, attempt.signal, {
          entry: (entry) => attempt.signal.aborted || this.take(entry),
          beat: (age) => attempt.signal.aborted || this.beat(openedAt + age),
        });
      } catch (error) {
        if (!signal.aborted && error.isGone) this.talk.gone();
        wait = error.wait || 0;
      }
      signal.removeEventListener("abort", stop);
      if (signal.aborted) return;
      this.attempt = null;
      tries = this.beatAt - openedAt > LASTING_MS ? 0 : tries + 1;
      await this.pause(pause(tries, wait));
    }
  }

  /** The stream brought everything up to `madeAt`, or a little later: the request took its time, too. */
  beat(madeAt) {
    const now = performance.now();
    if (now - madeAt < STALE_MS) this.beatAt = now;
    this.prove(madeAt);
    this.lead.lead();
    // The server's clock went on while this machine slept, so nothing can be told by it any more.
    if (madeAt > now + OUR_OWN_MS) this.attempt.abort();
  }

  pause(ms) {
    return nap(ms, this.sleepers);
  }

  wake() {
    wakeAll(this.sleepers);
  }
}

/** Resolves after so many milliseconds, or when all `sleepers` are woken. */
function nap(ms, sleepers) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      sleepers.delete(done);
      resolve();
    }
    sleepers.add(done);
  });
}

function wakeAll(sleepers) {
  for (const done of [...sleepers]) done();
}
