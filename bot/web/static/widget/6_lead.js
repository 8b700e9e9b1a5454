// Which of a browser's tabs holds the event stream for all of them: browsers allow six connections to a server.
const LEAD_MS = 1000; // between two words of the tab that leads
const ANSWER_MS = 150; // how soon it answers a tab that is new
const LEADERLESS_MS = 3000; // silence after which another tab leads

/**
 * One tab of those that show a conversation leads. Two may do so for a moment, which costs a stream and no more: every
 * tab knows by the entries' numbers what it has. No clock but this page's own counts, and no lock that a tab which
 * the browser froze could keep.
 */
class Lead {
  /** `id` is the conversation; `about()` is said along by who leads, and `changed(isLeading)` hears of a change. */
  constructor(tabs, id, about, changed) {
    Object.assign(this, { tabs, id, about, changed, isLeading: false, isAway: true, due: 0, saidAt: 0 });
  }

  join() {
    if (!this.isAway) return;
    this.isAway = false;
    this.within(ANSWER_MS);
    if (this.tabs.channel) this.say("who");
    else this.take();
  }

  leave() {
    this.isAway = true;
    if (!this.isLeading) return;
    this.give();
    this.say("bye");
  }

  /** This tab leads in so many milliseconds, unless another one says that it does. */
  within(ms) {
    this.due = performance.now() + ms + Math.random() * Math.min(ms, 500);
  }

  tick(now) {
    if (this.isAway) return;
    if (!this.isLeading && now > this.due) this.take();
    else if (this.isLeading && now - this.saidAt >= LEAD_MS) this.lead();
  }

  take() {
    this.isLeading = true;
    this.lead();
    this.changed(true);
  }

  give() {
    this.isLeading = false;
    this.within(LEADERLESS_MS);
    this.changed(false);
  }

  lead() {
    this.saidAt = performance.now();
    this.say("lead", { hidden: document.hidden, ...this.about() });
  }

  say(kind, more) {
    this.tabs.say(kind, { id: this.id, ...more });
  }

  heard({ kind, from, hidden }) {
    if (kind === "who" && this.isLeading) this.lead();
    else if (kind === "bye") this.within(ANSWER_MS);
    else if (kind !== "lead") return;
    else if (!this.isLeading) {
      // Browsers slow down a tab that nobody looks at, so one that is looked at leads.
      this.within(hidden && !document.hidden ? ANSWER_MS : LEADERLESS_MS);
    } else if (hidden === document.hidden ? from < this.tabs.me : document.hidden) this.give();
    else this.lead();
  }
}
