// What outlives a reload: which conversation this is, and messages that were not sent yet. No cookies.

/** Strings under a prefix in localStorage; in this page's own memory where that is forbidden. */
class Memory {
  constructor(prefix) {
    this.prefix = prefix;
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
    try {
      return JSON.parse(this.store.getItem(this.prefix + name) || "null");
    } catch {
      return null;
    }
  }

  set(name, value) {
    try {
      this.store.setItem(this.prefix + name, JSON.stringify(value));
    } catch {
      // A full store: the message is still sent from this page, it only would not survive a reload.
    }
  }

  drop(name) {
    this.store.removeItem(this.prefix + name);
  }

  /** The names that begin with `start`, in order. */
  names(start) {
    const whole = this.prefix + start;
    const found = [];
    for (let index = 0; index < this.store.length; index += 1) {
      const key = this.store.key(index);
      if (key?.startsWith(whole)) found.push(key.slice(this.prefix.length));
    }
    return found.sort();
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
