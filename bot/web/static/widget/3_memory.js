// What outlives a reload: which conversation this is, and messages that were not sent yet. No cookies.

/** Strings under a prefix in localStorage; in this page's own memory where that is forbidden. */
class Memory {
  constructor(prefix, store) {
    this.prefix = prefix;
    this.unkept = new Map(); // what a full store refused: gone with this page, and true until then
    if (store) {
      this.store = store;
      return;
    }
    try {
      this.store = window.localStorage;
      this.store.getItem(prefix);
    } catch {
      const kept = new Map();
      this.store = {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => kept.set(key, value),
        removeItem: (key) => kept.delete(key),
        key: (index) => [...kept.keys()][index] ?? null,
        get length() {
          return kept.size;
        },
      };
    }
  }

  get(name) {
    const key = this.prefix + name;
    return parsed(this.unkept.get(key) ?? this.store.getItem(key));
  }

  set(name, value) {
    if (this.isClosed) return;
    const key = this.prefix + name;
    const text = JSON.stringify(value);
    try {
      this.store.setItem(key, text);
      this.unkept.delete(key);
    } catch {
      // A full store: the message is still sent from this page, it only would not survive a reload.
      this.unkept.set(key, text);
    }
  }

  drop(name) {
    this.unkept.delete(this.prefix + name);
    this.store.removeItem(this.prefix + name);
  }

  /** Keep nothing any more: what still happens belongs to nobody. */
  close() {
    this.isClosed = true;
  }

  /**
   * Drop every conversation kept on this site that `isOurs(chat)` does not recognise, with all its words. Returns
   * what was dropped, by its keys.
   */
  forgetOthers(isOurs) {
    const dropped = new Map();
    const keys = Array.from({ length: this.store.length }, (_, index) => this.store.key(index));
    const ours = keys.filter((key) => key.startsWith("bookbag "));
    for (const key of ours.filter((one) => one.endsWith(" chat"))) {
      const prefix = key.slice(0, -"chat".length);
      if (isOurs(new Memory(prefix, this.store).get("chat") || {})) continue;
      for (const one of ours.filter((name) => name.startsWith(prefix) && name !== `${prefix}open`)) {
        dropped.set(one, this.store.getItem(one));
        this.store.removeItem(one);
      }
    }
    return dropped;
  }

  restore(dropped) {
    for (const [key, value] of dropped) this.store.setItem(key, value);
  }

  /** The names that begin with `start`, in order. */
  names(start) {
    const whole = this.prefix + start;
    const found = [...this.unkept.keys()].filter((key) => key.startsWith(whole)).map((key) => key.slice(this.prefix.length));
    for (let index = 0; index < this.store.length; index += 1) {
      const key = this.store.key(index);
      if (key?.startsWith(whole) && !this.unkept.has(key)) found.push(key.slice(this.prefix.length));
    }
    return found.sort();
  }
}

/** What was kept as JSON, or null. */
function parsed(text) {
  try {
    return JSON.parse(text || "null");
  } catch {
    return null;
  }
}

/** A random UUID, also on pages that are not a secure context. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
