// Requests and the event stream, with the bearer that EventSource could not send.
const PATIENCE_MS = 20_000; // for an answer
const SHORT_MS = 5000; // for an answer that may be asked for again
const SILENCE_MS = 30_000; // of an upload, after which it is given up
// What a proxy may say of a request that would not pass later either. Its other words pass: the server may be away.
const FINAL = new Set([400, 413, 414, 415, 422, 431]);

/** The server answered, but not with what was asked for. */
class Refused extends Error {
  /** `text` is the answer, which may say with a code why. */
  constructor(status, retryAfter, text) {
    super(`HTTP ${status}`);
    this.status = status;
    this.wait = Number(retryAfter) * 1000 || 0;
    try {
      const { code, details = [] } = JSON.parse(text).error;
      Object.assign(this, { code, details, isOurs: true });
    } catch {
      // Not the server's words but those of a proxy in front of it.
      Object.assign(this, { code: status === 413 ? "file_too_large" : "", details: [] });
    }
  }

  /** Whether the same request may succeed later. */
  get passes() {
    return this.status === 429 || this.status >= 500 || !(this.isOurs || FINAL.has(this.status));
  }

  /** Which parts of what the page says of its customer have not their form. */
  get fields() {
    return this.details.map(({ field }) => field.replace(/^customer\./, "").split(".")[0]);
  }

  /** Why, in a word: the code, or that a proof has not even its form. */
  get why() {
    const isProof = this.fields.some((field) => field.startsWith("user_"));
    return this.code === "invalid" && isProof ? "invalid_user_hash" : this.code;
  }

  /** What was wrong, for whoever made the page. */
  get mend() {
    return this.details.map(({ field, problem }) => `${field}: ${problem}`).join("; ");
  }

  /** Whether the conversation is not there any more, or not ours. */
  get isGone() {
    return Boolean(this.isOurs) && (this.status === 401 || this.status === 404);
  }
}

/** What the server says with that status and code, said by ourselves. */
function refusal(status, code) {
  return new Refused(status, 0, JSON.stringify({ error: { code } }));
}

/** How long to wait before try number `tries`: 1 s, 2 s, 4 s… up to 30 s, half of it by chance. */
function pause(tries, atLeast = 0) {
  return Math.max(atLeast, Math.min(30_000, 1000 * 2 ** Math.min(tries, 5)) * (0.5 + Math.random() / 2));
}

class Wire {
  constructor(api) {
    this.api = api;
  }

  async request(method, path, { token, body, signal, headers } = {}) {
    const response = await fetch(this.api + path, {
      method,
      signal,
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Refused(response.status, response.headers.get("Retry-After"), await response.text().catch(() => ""));
    }
    return response;
  }

  async json(method, path, options) {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), options.patience || PATIENCE_MS);
    try {
      return await (await this.request(method, path, { ...options, signal: limit.signal })).json();
    } finally {
      clearTimeout(timer);
    }
  }

  start(body) {
    return this.json("POST", "/v1/conversations", { body });
  }

  identify({ id, token }, customer) {
    return this.json("POST", `/v1/conversations/${id}/customer`, { token, body: customer });
  }

  say({ id, token }, { text, client_id, files }) {
    const attachments = files?.map((file) => file.id);
    const body = { text, client_id, ...(attachments?.length && { attachments }) };
    return this.json("POST", `/v1/conversations/${id}/messages`, { token, body });
  }

  /** Uploads a file; calls `progress(share)` as it goes, which fetch could not. Resolves to its id. */
  upload({ id, token }, { name, blob }, progress) {
    return new Promise((resolve, reject) => {
      const call = new XMLHttpRequest();
      const broken = () => reject(new TypeError("the upload broke off"));
      let timer = 0;
      const heard = () => {
        clearTimeout(timer);
        timer = setTimeout(() => call.abort(), SILENCE_MS);
      };
      call.open("POST", `${this.api}/v1/conversations/${id}/files?name=${encodeURIComponent(name.slice(-200))}`);
      call.setRequestHeader("Authorization", `Bearer ${token}`);
      call.setRequestHeader("Content-Type", "application/octet-stream");
      call.upload.addEventListener("progress", ({ loaded, total }) => {
        heard();
        progress(total ? loaded / total : 0);
      });
      call.addEventListener("load", () => {
        if (call.status === 201) resolve(JSON.parse(call.responseText).file_id);
        else reject(new Refused(call.status, call.getResponseHeader("Retry-After"), call.responseText));
      });
      call.addEventListener("error", broken);
      call.addEventListener("abort", broken);
      call.addEventListener("loadend", () => clearTimeout(timer));
      heard();
      call.send(blob);
    });
  }

  /** The bytes of a file that a message carries. */
  async bytes({ token }, url) {
    return (await this.request("GET", url, { token })).blob();
  }

  goBack({ id, token }) {
    return this.json("POST", `/v1/conversations/${id}/resume`, { token });
  }

  leaveAddress({ id, token }, email) {
    return this.json("POST", `/v1/conversations/${id}/address`, { token, body: { email } });
  }

  seen({ id, token }, seq) {
    return this.json("POST", `/v1/conversations/${id}/seen`, { token, body: { seq } });
  }

  /** What is past that number. After failures the answer may take longer. */
  page({ id, token }, after, failures) {
    const patience = Math.min(PATIENCE_MS, SHORT_MS * 2 ** failures);
    return this.json("GET", `/v1/conversations/${id}/messages?after=${after}&limit=200`, { token, patience });
  }

  /** Whether the API can be reached now. */
  async answers({ id, token }) {
    try {
      await this.json("GET", `/v1/conversations/${id}`, { token, patience: SHORT_MS });
      return true;
    } catch (error) {
      return Boolean(error.isOurs);
    }
  }

  /**
   * Calls `entry(entry)` for each entry after number `after`, and `beat(age)` with the milliseconds since the stream was
   * asked for at the server, until `signal` aborts or the stream ends.
   */
  async listen({ id, token }, after, signal, { entry, beat }) {
    const response = await this.request("GET", `/v1/conversations/${id}/events?beat=${BEAT_SECONDS}`, {
      token,
      signal,
      headers: { "Last-Event-ID": String(after) },
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (text + value).split("\n\n");
      text = events.pop();
      for (const event of events) {
        const [, data] = /^data: ?(.*)$/m.exec(event) || [];
        // What carries no number is not part of the conversation.
        if (/^id:/m.test(event) && data) entry(JSON.parse(data));
        else if (/^event: ?beat$/m.test(event)) beat(Number(data));
      }
    }
  }
}
