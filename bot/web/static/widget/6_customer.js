// Whose conversation this is: what the page says of its customer, and what the server is told of it.
const LATE_MS = 10_000; // by when a page that knows its customer has said so
const SOON_MS = 100; // a page changes its attributes one after the other
// What a page says of its customer and the customer can do without. Proofs and the inbox are not among them.
const DISPENSABLE = ["name", "email", "locale", "metadata"];

class Customer {
  /** `says()` is what the page says of its customer now. What another person kept on this computer is dropped. */
  constructor(talk, says, isGuest) {
    Object.assign(this, { talk, says });
    this.person = personOf(says().customer);
    const dropped = isGuest ? new Map() : talk.memory.forgetOthers((chat) => this.isOurs(chat));
    if (dropped.size && isNobody(this.person)) {
      // Out of the browser's memory at once; but many a page only says a moment later who is signed in.
      this.dropped = dropped;
      this.late = setTimeout(() => (this.dropped = null), LATE_MS);
    }
  }

  end() {
    clearTimeout(this.telling);
    clearTimeout(this.late);
  }

  /** Whether this page may show that conversation, which was kept. */
  isOurs(chat) {
    return Boolean(chat?.start) && isSame(whoseIs(chat), this.person);
  }

  /** Hear what the page says now. False if that is another person, for whom this must end. */
  knows() {
    const before = this.person;
    this.person = personOf(this.says().customer);
    if (!isSame(before, this.person) || this.cameBack()) return false;
    this.claim();
    return true;
  }

  /** Whether who was dropped as the page began is signed in after all. It is all there again then. */
  cameBack() {
    const { dropped, talk } = this;
    if (!dropped || isNobody(this.person)) return false;
    this.dropped = null;
    const chats = [...dropped].filter(([key]) => key.endsWith(" chat")).map(([, value]) => parsed(value));
    const isBack = !talk.chat.id && talk.outbox.isEmpty && chats.some((chat) => this.isOurs(chat));
    if (isBack) talk.memory.restore(dropped);
    return isBack;
  }

  /** This conversation is the page's person's from now on, and the server is told so. */
  claim() {
    if (isNobody(this.person)) return;
    const { chat, memory } = this.talk;
    chat.who = this.person;
    if (memory.get("chat")?.start === chat.start) this.talk.keepChat();
    if (!chat.id) return;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell(chat).catch((error) => this.refused(error)), SOON_MS);
  }

  /** Tell the server who the customer is, if it was not told just that. */
  async tell(chat) {
    const { talk } = this;
    const said = saidOf(this.says().customer);
    if (talk.chat !== chat || isNobody(this.person) || chat.told === said) return;
    await this.described(({ customer }) => talk.wire.identify(chat, customer));
    chat.told = said;
    if (talk.chat !== chat) return;
    talk.keepChat();
    if (this.refusal) this.refused({});
  }

  /** The customer reads why the page's proof did not pass, also while they send nothing. */
  refused(error) {
    if (error.code === "another_customer") this.talk.lost();
    this.refusal = WHY_NOT_YET[error.why] || "";
    this.talk.status("");
  }

  /**
   * `ask` with what the page says of its customer. What has not its form is left out, as the customer can still
   * write; but for a proof or an inbox, without which their words would come to the wrong people.
   */
  async described(ask) {
    const said = this.says();
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
}
