// Who the page says its customer is, and whether that is still the same person.

/** The claims of a token, unchecked: the server checks them. */
function claimsOf(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) || {};
  } catch {
    // Whoever that is, it is nobody that we know.
    return { sub: token };
  }
}

/** What tells one person from another. All of it is empty where the page says that nobody is signed in. */
function personOf({ user_id, user_token, email, name }) {
  const claims = user_token ? claimsOf(user_token) : {};
  return {
    user: String(claims.sub ?? user_id ?? ""),
    email: String(claims.email ?? email ?? "").toLowerCase(),
    name: String(claims.name ?? name ?? ""),
  };
}

const isNobody = ({ user, email, name }) => !user && !email && !name;

/** Whether what `before` left may be shown to `now`: to the same person, or to whoever was nobody until now. */
function isSame(before, now) {
  if (isNobody(before)) return true;
  if (before.user) return before.user === now.user;
  if (before.email) return before.email === now.email;
  return before.name === now.name && !now.user && !now.email;
}

/** Whose a conversation is that was kept. Earlier versions kept the id of its person alone. */
function whoseIs(chat) {
  return chat.who || { user: chat.user || "", email: "", name: "" };
}

/** All that a page says of its customer, for the server to hear again when any of it changes. */
function saidOf({ user_id, user_hash, user_token, ...rest }) {
  const { sub, name, email, metadata } = user_token ? claimsOf(user_token) : {};
  return JSON.stringify([user_id, Boolean(user_hash), rest, user_token && [sub, name, email, metadata]]);
}
