// The page's accent, whatever it is written as, and which colours can be read on it and beside it.
const READABLE = 4.5; // the contrast of text (WCAG 2, 1.4.3)
const PAINTED = ["--accent", "--on-accent", "--on-accent-well", "--accent-ink", "--accent-edge"];
const ON_ACCENT = [[255, 255, 255], [16, 19, 26], [0, 0, 0]]; // to write on an accent; one of them is always readable
const WELLS = [[0, 0, 0, 0.14], [0, 0, 0, 0.07], [255, 255, 255, 0.28]]; // under a file or code in one's own message

/** Red, green and blue (0 to 255) and the share of cover, of a colour as a browser serialises it. */
function channels(computed) {
  const numbers = (computed.match(/-?[\d.]+(?:e-?\d+)?/g) || []).map(Number);
  if (/^rgba?\(/.test(computed)) return numbers;
  if (!/^color\(srgb /.test(computed)) return null;
  const [red, green, blue, cover = 1] = numbers;
  return [...[red, green, blue].map((part) => Math.min(1, Math.max(0, part)) * 255), cover];
}

/**
 * The channels of any CSS colour, resolved by the browser where `host` is; null if it is none there. What inherits is
 * none: it would say something else in each place.
 */
function resolved(host, colour) {
  const gauge = make("span");
  const around = make("span", { hidden: true }, gauge);
  host.append(around);
  const measure = (written, inherited) => {
    around.style.color = inherited;
    gauge.style.color = "";
    gauge.style.color = written;
    return gauge.style.color ? getComputedStyle(gauge).color : "";
  };
  const plain = measure(colour, "rgb(1, 2, 3)");
  const isOwn = plain && plain === measure(colour, "rgb(3, 2, 1)");
  // Any colour space in terms of sRGB.
  const found = isOwn && (channels(plain) || channels(measure(`color-mix(in srgb, ${plain}, ${plain})`, "")));
  around.remove();
  return found || null;
}

/** That colour with what it lets through of the one behind it. */
function over([red, green, blue, cover = 1], behind) {
  return [red, green, blue].map((part, index) => Math.round(part * cover + behind[index] * (1 - cover)));
}

/** How light a colour is, 0 to 1 (WCAG 2, relative luminance). */
function luminance(colour) {
  const [red, green, blue] = colour.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * What an accent means for a window whose backgrounds and ink are these, as values of its custom properties. On the
 * accent and with it, text always has a contrast of `READABLE` at least.
 */
function paletteOf(accent, backgrounds, ink) {
  const [paper] = backgrounds;
  const flat = over(accent, paper);
  const on = ON_ACCENT.find((one) => contrast(one, flat) >= READABLE);
  const tint = over([...flat, 0.14], paper);
  const isReadable = (colour) => [...backgrounds, tint].every((one) => contrast(colour, one) >= READABLE);
  const steps = Array.from({ length: 21 }, (_, step) => over([...ink, step / 20], flat));
  const written = (colour) => `rgb(${colour.join(" ")})`;
  // Darker where that leaves enough contrast, else lighter: nothing that lies on it may be harder to read.
  const well = WELLS.find((one) => contrast(on, over(one, flat)) >= READABLE);
  return {
    "--accent": written(flat),
    "--on-accent": written(on),
    "--on-accent-well": `rgb(${well.slice(0, 3).join(" ")} / ${well[3]})`,
    "--accent-ink": written(steps.find(isReadable) || ink),
    "--accent-edge": contrast(flat, paper) < 1.5 ? written(over([...ink, 0.3], paper)) : "transparent",
  };
}

/** The window in the page's own colour, where the page names one. */
class Paint {
  constructor(host, root) {
    Object.assign(this, { host, root });
    this.again();
  }

  again() {
    const { host, root } = this;
    const set = (palette) => PAINTED.forEach((name) => root.style.setProperty(name, palette[name] || ""));
    const accent = resolved(host.shadowRoot, host.getAttribute("accent") || "");
    set({});
    if (!accent) return;
    const style = getComputedStyle(root);
    const named = (name) => resolved(host.shadowRoot, style.getPropertyValue(name));
    set(paletteOf(accent, ["--paper", "--raised", "--bubble"].map(named), named("--ink")));
  }

  /** Paint again when the page's style sheets arrive, and when the page or its reader changes between light and dark. */
  watch(signal) {
    let later = 0;
    const soon = () => {
      later ||= setTimeout(() => {
        later = 0;
        this.again();
      }, SOON_MS);
    };
    window.addEventListener("load", soon, { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.again(), { signal });
    const themes = new MutationObserver(soon);
    themes.observe(document.documentElement, { attributes: true });
    signal.addEventListener("abort", () => themes.disconnect());
  }
}
