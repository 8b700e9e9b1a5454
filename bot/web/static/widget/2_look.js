// The look.
// On these screens the open window is all there is: phones, upright and lying, and pages enlarged to 400 %.
const SMALL_AND_LOW = "(max-width: 960px) and (max-height: 480px)";
const SMALL = `(max-width: 480px), ${SMALL_AND_LOW}`;

const DARK = `
  --paper: #16181d; --raised: #1e2127; --ink: #eceef2; --soft: #a0a7b4; --line: #2c3038;
  --bubble: #262a32; --bad: #ff9c8f; --accent: #4468ee; --on-accent: #fff; --accent-ink: #8ea6ff; --link: #9db4ff;
  --wait: #e0a33a;
  --shadow: 0 0 0 1px rgb(255 255 255 / .07), 0 24px 64px rgb(0 0 0 / .55);
  color-scheme: dark;`;

// What a page's style sheets say of the element itself goes before what is said here, unless that is important. Whatever
// would hold, cut or move the window must be; whether it is displayed at all is the page's to say.
const LOOK = `
:host {
  all: initial; display: block;
  position: fixed !important; inset: auto 0 0 auto !important; z-index: 2147483000 !important;
  width: 0 !important; height: 0 !important; min-width: 0 !important; min-height: 0 !important;
  margin: 0 !important; padding: 0 !important; border: 0 !important; overflow: visible !important;
  transform: none !important; translate: none !important; rotate: none !important; scale: none !important;
  perspective: none !important; filter: none !important; backdrop-filter: none !important; mask: none !important;
  clip: auto !important; clip-path: none !important; contain: none !important; container-type: normal !important;
  content-visibility: visible !important; will-change: auto !important; zoom: 1 !important;
  animation: none !important; transition: none !important;
}
:host([hidden]) { display: none; }
.root {
  all: initial; display: block;
  --paper: #fff; --raised: #fff; --ink: #1b1f27; --soft: #5f6775; --line: #e8eaee;
  --bubble: #f2f3f6; --bad: #b3261e; --accent: #3457d5; --on-accent: #fff; --accent-ink: #3457d5; --link: #2747b8;
  --good: #22a06b; --wait: #946200; --accent-edge: transparent;
  --shadow: 0 0 0 1px rgb(20 26 40 / .06), 0 24px 56px rgb(20 26 40 / .18), 0 4px 12px rgb(20 26 40 / .06);
  --well: rgb(128 132 144 / .14); --on-accent-well: rgb(0 0 0 / .16);
  color-scheme: light;
  font: 400 15px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue",
    Arial, "Noto Color Emoji", sans-serif;
  color: var(--ink); -webkit-font-smoothing: antialiased;
}
@media (prefers-color-scheme: dark) { :host(:not([theme=light])) .root { ${DARK} } }
:host([theme=dark]) .root { ${DARK} }
*, *::before, *::after { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent-ink); outline-offset: 2px; }
svg { display: block; width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linecap: round; stroke-linejoin: round; }
svg.solid { fill: currentColor; stroke: none; }

.launcher {
  position: fixed; z-index: 2147483000; inset-block-end: 20px; inset-inline-end: 20px;
  width: 56px; height: 56px; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent);
  box-shadow: 0 0 0 1px rgb(255 255 255 / .28), 0 8px 24px rgb(20 26 40 / .22), 0 2px 6px rgb(20 26 40 / .24);
  transition: transform .18s cubic-bezier(.2, .8, .2, 1);
}
.launcher:hover { transform: translateY(-2px); }
.launcher:focus-visible { outline-offset: 3px; box-shadow: 0 0 0 3px var(--paper), 0 0 0 6px var(--paper); }
.launcher:active { transform: scale(.96); }
.launcher svg { width: 26px; height: 26px; }
.badge {
  position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-width: 20px; height: 20px;
  padding: 0 6px; border-radius: 10px; background: #c9251a; color: #fff; font: 600 12px/20px inherit;
  font-family: inherit; text-align: center; box-shadow: 0 0 0 2px var(--paper);
}

.panel {
  position: fixed; z-index: 2147483000; inset-block-end: 92px; inset-inline-end: 20px;
  width: 392px; max-width: calc(100vw - 40px); height: min(660px, calc(100vh - 116px));
  height: min(660px, calc(100dvh - 116px));
  display: flex; flex-direction: column; overflow: hidden; isolation: isolate;
  background: var(--paper); border-radius: 20px; box-shadow: var(--shadow);
}
.panel.rising { animation: rise .22s cubic-bezier(.2, .8, .2, 1); }
@keyframes rise { from { opacity: 0; transform: translateY(10px) scale(.985); } }

header { display: flex; align-items: center; gap: 12px; padding: 14px 12px 14px 18px;
  border-block-end: 1px solid var(--line); }
.face { flex: none; display: grid; place-items: center; width: 28px; height: 28px; border-radius: 50%;
  overflow: hidden; font-weight: 600; font-size: 11px; letter-spacing: .02em; color: #fff; user-select: none; }
.face svg { width: 15px; height: 15px; }
.face img { width: 100%; height: 100%; object-fit: cover; display: block; }
.face.ai { background: color-mix(in srgb, var(--accent) 14%, var(--paper)); color: var(--accent-ink); }
.face.queue { background: color-mix(in srgb, var(--wait) 18%, var(--paper)); color: var(--wait); }
header .face { width: 40px; height: 40px; font-size: 14px; }
header .face svg { width: 21px; height: 21px; }
.who { flex: 1; min-width: 0; }
h2 { font-size: 15px; font-weight: 650; line-height: 1.3; letter-spacing: -.005em; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; unicode-bidi: plaintext; text-align: start; }
.now { font-size: 13px; line-height: 1.4; color: var(--soft); overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.now::before { content: ""; display: inline-block; width: 7px; height: 7px; margin-inline-end: 6px;
  border-radius: 50%; background: var(--good); vertical-align: 1px; }
.now:empty { display: none; }
.now[data-state=waiting]::before { background: var(--wait); }
.icon { width: 36px; height: 36px; border-radius: 10px; display: grid; place-items: center; color: var(--soft);
  transition: background .15s, color .15s; }
.icon:hover { background: var(--bubble); color: var(--ink); }

.line { display: flex; align-items: center; justify-content: center; gap: 8px; padding: 6px 16px;
  font-size: 13px; color: var(--soft); background: var(--bubble); }
.line::before { content: ""; width: 6px; height: 6px; border-radius: 50%; background: var(--wait); }
.line:empty { display: none; }
.ask { padding: 14px 18px; border-block-end: 1px solid var(--line); background: var(--raised); font-size: 14px; }
.ask div { display: flex; gap: 8px; margin-block-start: 10px; }
.ask button { min-height: 34px; padding: 0 14px; border-radius: 10px; font-weight: 550; font-size: 14px;
  background: var(--bubble); }
.ask button:first-child { background: var(--accent); color: var(--on-accent); box-shadow: inset 0 0 0 1px var(--accent-edge); }

.log { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 20px 16px 12px;
  scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.log:focus-visible { outline-offset: -3px; border-radius: 6px; }
ul { list-style: none; padding: 0; }
.hello { min-height: 100%; display: flex; flex-direction: column; align-items: center; justify-content: center;
  text-align: center; gap: 6px; padding: 0 28px 24px; }
.hello .face { width: 56px; height: 56px; margin-block-end: 12px; }
.hello .face svg { width: 28px; height: 28px; }
.hello strong { font-size: 19px; font-weight: 650; letter-spacing: -.015em; line-height: 1.3; }
.hello span { color: var(--soft); font-size: 14px; text-wrap: balance; }

li { position: relative; display: grid; grid-template-columns: 28px minmax(0, 1fr); column-gap: 8px; margin-block-start: 3px; }
li.first { margin-block-start: 16px; }
li.first:first-child { margin-block-start: 0; }
li > .face { grid-area: 2 / 1; align-self: end; visibility: hidden; }
li.last > .face { visibility: visible; }
.name { grid-area: 1 / 2; margin: 0 0 4px 13px; font-size: 12.5px; line-height: 1.3; font-weight: 550;
  color: var(--soft); unicode-bidi: plaintext; }
li:not(.first) > .name, li.mine > .name { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
.bubble { grid-area: 2 / 2; justify-self: start; max-width: 88%; padding: 8px 13px 9px;
  background: var(--bubble); border-radius: 18px; border-start-start-radius: 6px; border-end-start-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start; }
li.first .bubble { border-start-start-radius: 18px; }
.meta { grid-area: 3 / 2; margin: 4px 13px 0; font-size: 12px; line-height: 1.35; color: var(--soft); }
.meta:empty { display: none; }
li.mine { grid-template-columns: minmax(0, 1fr); }
li.mine > * { grid-column: 1; }
li.mine .bubble { justify-self: end; max-width: 82%; background: var(--accent); color: var(--on-accent);
  --well: var(--on-accent-well); box-shadow: inset 0 0 0 1px var(--accent-edge);
  border-radius: 18px; border-start-end-radius: 6px; border-end-end-radius: 6px; }
li.mine.first .bubble { border-start-end-radius: 18px; }
li.mine .meta { justify-self: end; text-align: end; }
li.failed .bubble { background: color-mix(in srgb, var(--bad) 12%, var(--paper)); color: var(--ink); --well: rgb(128 132 144 / .14);
  box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--bad) 40%, var(--paper)); }
li.failed .meta { color: var(--bad); }
.meta button { min-height: 24px; padding: 0 6px; border-radius: 6px; font-weight: 600; text-decoration: underline;
  text-underline-offset: 2px; }
li.emoji .bubble { background: none; padding: 2px 4px; font-size: 34px; line-height: 1.25; }
li.gone .bubble { background: none; color: var(--soft); font-style: italic; font-size: 14px;
  box-shadow: inset 0 0 0 1px var(--line); }
.bubble a { color: var(--link); text-decoration: underline; text-decoration-thickness: 1px;
  text-underline-offset: 3px; border-radius: 3px; }
li.mine .bubble a { color: inherit; }
.bubble :is(p, ul, ol, pre, blockquote) + :is(p, ul, ol, pre, blockquote) { margin-block-start: 8px; }
.bubble :is(p, li, blockquote) { unicode-bidi: plaintext; text-align: start; }
.bubble :is(ul, ol) { padding-inline-start: 22px; list-style: disc; }
.bubble ol { list-style: decimal; }
.bubble li { display: list-item; margin-block-start: 2px; }
.bubble li > :is(ul, ol) { margin-block-start: 2px; }
.bubble blockquote { padding-inline-start: 10px; border-inline-start: 3px solid var(--line); color: var(--soft); }
.bubble :is(pre, code) { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; border-radius: 6px;
  background: var(--well); }
.bubble code { padding: 1px 4px; }
.bubble pre { padding: 8px 10px; overflow-x: auto; white-space: pre; direction: ltr; text-align: left; }
.file { display: flex; align-items: center; gap: 10px; max-width: 100%; min-height: 44px; padding: 7px 12px;
  border-radius: 12px; text-align: start; color: inherit; background: var(--well); }
button.file:hover .called { text-decoration: underline; text-underline-offset: 3px; }
.file svg { flex: none; }
.what { display: grid; min-width: 0; line-height: 1.3; }
.called { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 14px; font-weight: 550; }
.size { font-size: 12px; }
.files { display: grid; gap: 6px; justify-items: start; }
.files.below { margin-block-start: 8px; }
.picture { max-width: 100%; }
.picture a { display: block; border-radius: 12px; overflow: hidden; line-height: 0; }
.picture img { display: block; max-width: 100%; max-height: 240px; min-width: 48px; object-fit: contain; border-radius: 12px;
  background: var(--paper); }
li.bare .bubble, li.bare.mine .bubble { padding: 0; background: none; color: var(--ink); box-shadow: none;
  --well: rgb(128 132 144 / .14); }
.edited { font-size: 12px; font-style: italic; margin-inline-start: 8px; white-space: nowrap; }
li.system, li.day { display: block; text-align: center; font-size: 13px; line-height: 1.45; color: var(--soft);
  margin-block: 18px 4px; padding: 0 24px; text-wrap: balance; unicode-bidi: plaintext; }
li.system + li.system { margin-block-start: 6px; }
li.day { font-size: 12px; font-weight: 550; margin-block: 18px 0; }
li.day:first-child { margin-block-start: 0; }
li.fresh { animation: say .22s cubic-bezier(.2, .8, .2, 1); }
@keyframes say { from { opacity: 0; transform: translateY(6px); } }

.foot { position: relative; padding: 8px 12px 12px; padding-block-end: max(12px, env(safe-area-inset-bottom)); }
.newest { position: absolute; inset-block-end: calc(100% + 4px); inset-inline: 0; margin-inline: auto;
  width: max-content; min-height: 32px; padding: 0 14px 0 10px; border-radius: 16px; display: flex;
  align-items: center; gap: 6px; background: var(--raised); font-size: 13px; font-weight: 550;
  box-shadow: 0 0 0 1px var(--line), 0 6px 18px rgb(20 26 40 / .16); }
.newest svg { width: 16px; height: 16px; }
.wait { padding-block-end: 8px; }
.choices { display: flex; flex-wrap: wrap; gap: 6px; justify-content: center; }
.choices button { min-height: 32px; padding: 0 12px; border-radius: 16px; font-size: 13px; font-weight: 550;
  box-shadow: inset 0 0 0 1px var(--line); transition: background .15s; }
.choices button:hover { background: var(--bubble); }
.choices button:disabled { color: var(--soft); cursor: default; }
.wait input { flex: 1; min-width: 0; padding: 5px 0; border: 0; outline: 0 !important; background: none;
  color: inherit; font: inherit; font-size: 16px; }
.wait input::placeholder { color: var(--soft); opacity: 1; }
.trouble { padding: 6px 14px 0; font-size: 13px; color: var(--bad); }
.trouble:empty { display: none; }
.notice { padding-block-end: 8px; font-size: 13px; text-align: center; text-wrap: balance; }
.notice .choices { margin-block-start: 6px; }
.tray { display: flex; flex-wrap: wrap; gap: 6px; padding-block-end: 8px; max-height: 168px; overflow-y: auto; }
.tray .file { background: var(--bubble); padding-inline-end: 4px; max-width: min(100%, 240px); }
.tray .file button { flex: none; width: 32px; height: 32px; border-radius: 8px; display: grid; place-items: center;
  color: var(--soft); }
.tray .file button:hover { color: var(--ink); }
.tray .file button svg { width: 16px; height: 16px; }
.refusal { flex-basis: 100%; overflow-wrap: anywhere; font-size: 13px; color: var(--bad); }
.panel.dropping::after { content: attr(data-drop); position: absolute; inset: 8px; z-index: 1; display: grid;
  place-items: center; border-radius: 14px; border: 2px dashed var(--accent-ink); font-weight: 600; pointer-events: none;
  background: color-mix(in srgb, var(--paper) 88%, transparent); }
form { display: flex; align-items: flex-end; gap: 4px; padding: 5px; border-radius: 22px;
  background: var(--raised); box-shadow: inset 0 0 0 1px var(--line); transition: box-shadow .15s; }
form:focus-within { box-shadow: inset 0 0 0 1.5px var(--accent-ink); }
textarea { flex: 1; min-width: 0; max-height: 144px; padding: 5px 0; border: 0; outline: 0 !important; resize: none;
  background: none; color: inherit; font: inherit; font-size: 16px; line-height: 1.5; letter-spacing: inherit; }
textarea::placeholder { color: var(--soft); opacity: 1; }
.attach { flex: none; width: 34px; height: 34px; border-radius: 50%; display: grid; place-items: center;
  color: var(--soft); }
.attach:hover { background: var(--bubble); color: var(--ink); }
.send { flex: none; width: 34px; height: 34px; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); box-shadow: inset 0 0 0 1px var(--accent-edge);
  transition: transform .1s; }
.send:active { transform: scale(.93); }
.send:disabled { background: var(--bubble); color: var(--soft); box-shadow: none; cursor: default; }

@media ${SMALL} {
  .panel { inset: 0; width: auto; max-width: none; height: 100vh; height: 100dvh; border-radius: 0; box-shadow: none;
    padding-inline: env(safe-area-inset-left) env(safe-area-inset-right); }
  .open .launcher { display: none; }
  header { padding-block-start: max(14px, env(safe-area-inset-top)); }
}
/* A phone that lies, or a page at 400 %: what is said comes before how it looks. */
@media (max-height: 480px) {
  .panel { inset-block-end: 12px; height: calc(100vh - 24px); height: calc(100dvh - 24px); }
  .open .launcher { display: none; }
  header { padding-block: 6px; }
  header .face { width: 28px; height: 28px; font-size: 11px; }
  header .face svg { width: 15px; height: 15px; }
  .who { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 10px; }
  .log { padding-block: 10px 8px; }
  .hello { justify-content: flex-start; padding-block: 4px 8px; }
  .hello .face { display: none; }
  .foot { padding-block: 4px max(6px, env(safe-area-inset-bottom)); }
  .tray { max-height: 25vh; }
  textarea { max-height: 30vh; }
}
@media (max-height: 320px) { .panel { overflow-y: auto; } .log { flex: 1 0 64px; } }
@media ${SMALL_AND_LOW} { .panel { inset: 0; height: 100vh; height: 100dvh; } }
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; }
  .launcher:hover, .launcher:active, .send:active { transform: none; }
}
/* Colours of the system's own: what was told apart by its colour needs an edge, and what floats a frame. */
@media (forced-colors: active) {
  .panel, .bubble, form, .newest, .file, .face, .line, .choices button, .ask button { border: 1px solid; }
  .launcher { border: 2px solid ButtonText; background: ButtonFace; color: ButtonText; }
  .send { border: 1px solid ButtonText; background: ButtonFace; color: ButtonText; }
  .send:disabled { border-color: GrayText; color: GrayText; }
  li.mine .bubble { border-width: 2px; border-color: Highlight; }
  li.bare .bubble, li.bare.mine .bubble, li.emoji .bubble { border: 0; }
  li.failed .bubble { border-style: dashed; }
  .badge { border: 1px solid; background: Highlight; color: HighlightText; forced-color-adjust: none; }
  .now::before, .line::before { background: Highlight; forced-color-adjust: none; }
  :focus-visible, form:focus-within { outline: 2px solid Highlight; }
}
@media print { :host { display: none !important; } }
`;

const ICONS = {
  chat: "M20.5 11.6a8.2 8.2 0 0 1-11.9 7.3L4 20.3l1.4-4.5a8.2 8.2 0 1 1 15.1-4.2z",
  down: "M6 9.5l6 6 6-6",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  clip: "M19.5 11.3l-7.7 7.7a4.7 4.7 0 0 1-6.7-6.7l8.1-8.1a3.1 3.1 0 0 1 4.4 4.4l-8 8a1.6 1.6 0 0 1-2.2-2.2l7.3-7.3",
  file: "M13.5 3.5h-6a2 2 0 0 0-2 2v13a2 2 0 0 0 2 2h9a2 2 0 0 0 2-2v-10zM13.5 3.5v5h5",
  send: "M12 18.5v-13M6 11l6-6 6 6",
  pen: "M12.5 19.5H20M16.4 4.6a1.9 1.9 0 0 1 2.8 2.7L8.4 18.2l-3.9 1.1 1-3.9z",
  clock: "M12 7v5l3 2M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z",
  spark:
    "M12 2.8c.5 4.9 2.3 7.9 8.6 9.2-6.3 1.3-8.1 4.3-8.6 9.2-.5-4.9-2.3-7.9-8.6-9.2 6.3-1.3 8.1-4.3 8.6-9.2z",
};

/** Whether the open window hides the page. */
function isSmall() {
  return matchMedia(SMALL).matches;
}

/** Which page that is, whatever part of it is shown. */
function addressOf({ href }) {
  return href.replace(/#.*$/, "");
}

/**
 * Give the window its look. An adopted style sheet needs no style-src from the page's policy; a style element, for
 * browsers that cannot adopt one, shows the nonce of the script tag.
 */
function dress(shadow) {
  if ("adoptedStyleSheets" in shadow) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(LOOK);
    shadow.adoptedStyleSheets = [sheet];
  } else if (!shadow.querySelector("style")) {
    shadow.append(make("style", { textContent: LOOK, nonce: NONCE || "" }));
  }
}
