// The conversation as this page knows it: which one it is, what was heard of it, and what other tabs do with it.
const NAP_MS = 60_000; // after which a page that nobody looks at asks for nothing more
const AGREE_MS = 150; // by when other tabs have said which conversation begins

class Talk {
  /**
   * `view` is told: entry(entry, live), pending(item), sent(item, seq), dropped(item), clear(), connection(word),
   * ready(), anotherPerson(). `isGuest`: somebody else uses the chat in another tab at this moment; theirs stays.
   */
  constructor(wire, memory, says, view, { isGuest = false } = {}) {
    Object.assign(this, { wire, memory, view, held: [] });
    this.leaving = new AbortController();
    this.outbox = new Outbox(this);
    this.customer = new Customer(this, says, isGuest);
    this.tabs = new Tabs(`${memory.prefix}tabs`, (word) => this.word(word));
    this.reset(isGuest ? null : memory.get("chat"));
    if (!isGuest) this.outbox.clearUp();
  }

  /** Hear what the page says now. False if that is another person, for whom this must end. */
  knows() {
    if (!this.customer.knows()) return false;
    this.outbox.queue.forEach((item) => WHY_NOT_YET[item.why] && this.retry(item));
    return true;
  }

  status(word) {
    this.view.connection(word || this.feed?.word || this.customer.refusal || "");
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
    return !kept || kept.start === this.chat.start || this.customer.isOurs(kept);
  }

  /** Forget what was heard and look at this conversation, or at a new one. */
  reset(chat, isFixed = false) {
    this.feed?.end();
    this.feed = null;
    this.held = [];
    this.isFixed = isFixed;
    const isOurs = this.customer.isOurs(chat);
    this.chat = isOurs ? chat : { start: uuid(), who: this.customer.person };
    if (isOurs) this.outbox.recall();
    else this.outbox.queue = [];
    this.agree();
  }

  begin() {
    const { signal } = this.leaving;
    const on = (target, type, act) => target.addEventListener(type, act, { signal });
    on(window, "online", () => this.reconnect());
    on(window, "offline", () => (this.feed ? this.feed.offline() : this.status("offline")));
    on(document, "visibilitychange", () => this.seen());
    on(window, "storage", (event) => this.otherPage(event));
    // A page that the browser lays aside hears of nothing, and it may come back as it was left.
    on(window, "pagehide", () => this.layAside());
    on(document, "freeze", () => this.layAside());
    on(window, "pageshow", ({ persisted }) => persisted && this.comeBack());
    on(document, "resume", () => this.comeBack());
    this.customer.claim();
    if (!navigator.onLine) this.status("offline");
    this.resume();
  }

  /** A stream that was open when the network went may hang without a word: take a new one. */
  reconnect() {
    this.feed?.shake();
    this.status("");
    this.outbox.wake();
  }

  layAside() {
    this.feed?.rest();
    this.tabs.close();
  }

  comeBack() {
    this.tabs.open();
    this.lookAgain();
    this.seen();
  }

  /** Whatever is still under way is neither shown nor kept. */
  end() {
    this.leaving.abort();
    this.feed?.end();
    this.tabs.close();
    clearTimeout(this.napping);
    this.customer.end();
    this.memory.close();
    this.view = new Proxy({}, { get: () => () => {} });
    this.chat = {};
    this.outbox.queue = [];
    this.outbox.wake();
  }

  resume() {
    this.outbox.queue.forEach((item) => this.view.pending(item));
    this.follow();
    this.outbox.flush();
  }

  /** Leave this conversation for a new one, which begins with the next message. */
  startOver() {
    this.outbox.queue.forEach((item) => this.memory.drop(item.name));
    this.dropChat();
    this.reset(null, true);
    this.view.clear();
    this.status("");
  }

  send(text, chosen = []) {
    this.outbox.send(text, chosen);
  }

  drop(item) {
    this.outbox.drop(item);
  }

  retry(item) {
    this.outbox.retry(item);
  }

  keep(item) {
    this.outbox.keep(item);
  }

  load(url) {
    return this.wire.bytes(this.chat, url);
  }

  /** Tabs that have no conversation yet agree on which one their first words begin. */
  agree() {
    if (this.chat.id) return;
    this.sayStart();
    this.agreed = this.tabs.channel ? nap(AGREE_MS, new Set()) : null;
  }

  sayStart() {
    const { chat, customer, isFixed } = this;
    this.tabs.say("start", { start: chat.start, who: JSON.stringify(customer.person), isFixed });
  }

  word(word) {
    if (word.kind !== "start") this.feed?.heard(word);
    else if (!this.chat.id && word.who === JSON.stringify(this.customer.person)) this.heardStart(word);
  }

  /** What one tab began already goes before what another one could begin; else the smaller one does. */
  heardStart({ start, isFixed }) {
    const { chat, outbox } = this;
    if (start === chat.start || (this.isFixed && isFixed)) return;
    if (this.isFixed || (!isFixed && chat.start < start)) {
      this.sayStart();
      return;
    }
    const wasKept = this.memory.get("chat")?.start === chat.start;
    chat.start = start;
    outbox.keepAll();
    if (wasKept) this.keepChat();
  }

  async startIt(chat) {
    await this.agreed;
    const kept = this.memory.get("chat");
    if (this.chat === chat && !this.isFixed && kept?.id && this.customer.isOurs(kept)) Object.assign(chat, kept);
    this.isFixed = true;
    if (!chat.id) {
      this.sayStart();
      const told = saidOf(this.customer.says().customer);
      const started = await this.customer.described((said) => this.wire.start({ client_id: chat.start, ...said }));
      Object.assign(chat, { id: started.conversation_id, token: started.token, told });
    }
    if (this.chat !== chat) return;
    this.keepChat();
    this.outbox.keepAll();
    this.follow();
  }

  /** The server does not know this conversation any more: what waits goes into a new one. */
  lost() {
    const waiting = this.outbox.queue;
    this.dropChat();
    this.reset(null);
    this.view.clear();
    this.outbox.move(waiting);
    if (waiting.length) this.keepChat();
  }

  gone() {
    this.lost();
    this.outbox.flush();
  }

  /** Be as full as the ledger from now on, for as long as somebody may look. */
  follow() {
    if (!this.chat.id || document.hidden) return;
    this.feed ||= new Feed(this.wire, this.tabs, this.chat, this);
    this.feed.go();
  }

  ready() {
    this.view.ready();
  }

  heard(entry, live) {
    // Ours may come back before the answer to our request says which one it is.
    if (entry.from === "customer" && this.isHolding) this.held.push(entry);
    else this.view.entry(entry, live);
  }

  hold() {
    this.isHolding = true;
  }

  release() {
    const { held } = this;
    this.isHolding = false;
    this.held = [];
    held.forEach((entry) => this.view.entry(entry, true));
  }

  seen() {
    clearTimeout(this.napping);
    if (document.hidden) {
      // Where the tabs cannot share a stream, each would take one of the few connections.
      this.napping = setTimeout(() => this.feed?.rest(), this.tabs.channel ? NAP_MS : 0);
      return;
    }
    this.tabs.open();
    this.outbox.wake();
    this.follow();
  }

  /** Another tab began a conversation, or left this one. What it has to send it sends itself. */
  otherPage({ key }) {
    if (key === null || key === `${this.memory.prefix}chat`) this.lookAgain();
  }

  lookAgain() {
    const chat = this.memory.get("chat");
    const { person } = this.customer;
    const who = chat ? whoseIs(chat) : person;
    if (isNobody(who) !== isNobody(person) || !isSame(who, person) || (!chat && this.chat.id)) {
      // Left, or somebody else signed in there: what is on this screen is not theirs to read.
      if (this.chat.id || !this.outbox.isEmpty) this.view.anotherPerson();
      return;
    }
    if (!chat || (!this.chat.id && !this.outbox.isEmpty && chat.start !== this.chat.start)) return;
    if (chat.start === this.chat.start) Object.assign(this.chat, chat);
    else {
      this.reset(chat);
      this.outbox.queue = [];
      this.view.clear();
    }
    this.follow();
  }
}
