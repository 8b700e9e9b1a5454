// Times as Slack writes them: a clock beside a message, a day between messages, and `<!date^…>` in its text.

export function clock(ts) {
  return time(moment(ts));
}

export function day(ts) {
  return named(moment(ts), { weekday: "long", day: "numeric", month: "long" });
}

export function full(ts) {
  return moment(ts).toLocaleString();
}

const FORMATS = {
  // Swedish writes a date as ISO 8601 does.
  date_num: (at) => at.toLocaleDateString("sv"),
  date: (at) => at.toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" }),
  date_short: (at) => at.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" }),
  date_long: (at) => at.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  time,
  time_secs: (at) => at.toLocaleTimeString([]),
};

// What stands between `<!date^` and `|`: seconds, a format with {tokens}, and a link or none. Null if it is none.
export function formatted(seconds, format) {
  if (!/^\d+$/.test(seconds) || !format) return null;
  const at = moment(seconds);
  return format.replace(/\{(\w+?)(_pretty)?\}/g, (all, token, pretty) => {
    if (!FORMATS[token]) return all;
    return pretty ? relative(at) ?? FORMATS[token](at) : FORMATS[token](at);
  });
}

function moment(ts) {
  return new Date(Number(ts) * 1000);
}

function time(at) {
  return at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function named(at, format) {
  const name = relative(at);
  return name ? name[0].toUpperCase() + name.slice(1) : at.toLocaleDateString([], format);
}

function relative(at) {
  const names = { "-1": "yesterday", 0: "today", 1: "tomorrow" };
  const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
  return names[Math.round((midnight(at) - midnight(Date.now())) / 86_400_000)];
}
