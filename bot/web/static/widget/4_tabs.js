// Word between the tabs of one browser that have the same chat window open.

/** Carries words to the other tabs; to nobody where the browser has no BroadcastChannel, or forbids it. */
class Tabs {
  /** `heard(word)` is called with what another tab said: its `kind`, who it is `from`, and what `say` was given. */
  constructor(name, heard) {
    Object.assign(this, { name, heard, me: uuid() });
    this.open();
  }

  open() {
    if (this.channel) return;
    try {
      this.channel = new BroadcastChannel(this.name);
      this.channel.addEventListener("message", ({ data }) => data?.kind && this.heard(data));
    } catch {
      this.channel = null;
    }
  }

  say(kind, more) {
    this.channel?.postMessage({ kind, from: this.me, ...more });
  }

  /** A page that the browser lays aside must hold no channel. */
  close() {
    this.channel?.close();
    this.channel = null;
  }
}
