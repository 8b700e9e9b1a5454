// An entry's `html` as nodes. No parser of the browser's ever sees it: what is not exactly what the server
// writes is refused as a whole, and the entry's text is shown instead.
const BLOCKS = new Set(["p", "pre", "blockquote", "ul", "ol", "li"]);
const TAGS = new Set([...BLOCKS, "br", "strong", "em", "s", "code", "a"]);
const LITERAL = new Set(["a", "pre", "code"]);
const PIECE = /<(\/?)([a-z]+)((?: [a-z]+="[^"<>]*")*)>|([^<>]+)/gy;
const ATTRIBUTE = / ([a-z]+)="([^"<>]*)"/g;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };
const LEADS_OUT = /^(?:https?:\/\/|mailto:|tel:)[^\s\\]+$/i;
const DEEPEST = 40;

function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity]);
}

/** The nodes, or null if anything in it is not on the list. */
function nodesOf(html) {
  const root = document.createDocumentFragment();
  const open = [root];
  let end = 0;
  for (const [piece, closes, tag, written, text] of html.matchAll(PIECE)) {
    end += piece.length;
    const inside = open.at(-1);
    if (text !== undefined) {
      const isLiteral = open.some((node) => LITERAL.has(node.localName));
      inside.append(...(isLiteral ? [unescaped(text)] : linked(unescaped(text))));
    } else if (!TAGS.has(tag) || open.length > DEEPEST) return null;
    else if (closes) {
      if (written || inside.localName !== tag) return null;
      open.pop();
    } else {
      const node = element(tag, written);
      if (!node) return null;
      inside.append(node);
      if (tag !== "br") open.push(node);
    }
  }
  return end === html.length && open.length === 1 ? [...root.childNodes] : null;
}

function element(tag, written) {
  const given = Object.fromEntries([...written.matchAll(ATTRIBUTE)].map(([, name, value]) => [name, unescaped(value)]));
  const { href, start, rel, target, ...others } = given;
  if (Object.keys(others).length || (tag !== "a" && (href ?? rel ?? target) !== undefined)) return null;
  if (start !== undefined && (tag !== "ol" || !/^\d{1,9}$/.test(start))) return null;
  if (tag === "a") return link(href || "", []);
  const node = make(tag);
  if (start !== undefined) node.start = Number(start);
  return node;
}

/** A link that gives nothing away, or null if its address is none that may be followed. */
function link(address, label) {
  try {
    if (LEADS_OUT.test(address)) {
      const { href } = new URL(address);
      return make("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...label);
    }
  } catch {
    // Not an address after all.
  }
  return null;
}
