// Which of a teammate's messages were really looked at: on the screen, in a page that is in front.
const GLANCE_MS = 2000; // between two times that the server is told
const ENOUGH_PX = 120; // of a message too long to be half in view
const STEPS = Array.from({ length: 21 }, (_, step) => step / 20);

class Glance {
  /** `tell(seq)` hears the number of the furthest message seen, and returns a promise. */
  constructor(tell, signal) {
    this.tell = tell;
    this.watch = new IntersectionObserver((changes) => this.changed(changes), { threshold: STEPS });
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    signal.addEventListener("abort", () => this.clear());
    this.clear();
  }

  clear() {
    clearTimeout(this.timer);
    this.timer = null;
    this.watch.disconnect();
    this.numbers = new Map();
    this.inView = new Set();
    this.seen = 0;
    this.told = 0;
  }

  add(node, seq) {
    this.numbers.set(node, seq);
    this.watch.observe(node);
  }

  changed(changes) {
    for (const { target, isIntersecting, intersectionRatio, intersectionRect } of changes) {
      if (isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= ENOUGH_PX)) this.inView.add(target);
      else this.inView.delete(target);
    }
    this.look();
  }

  /** Take in what is in view, if anybody can be looking. */
  look() {
    if (document.hidden) return;
    for (const node of this.inView) {
      this.seen = Math.max(this.seen, this.numbers.get(node) ?? 0);
      this.watch.unobserve(node);
    }
    this.inView.clear();
    this.report();
  }

  report() {
    if (this.timer || this.seen <= this.told) return;
    this.told = this.seen;
    // Whether that arrives matters to nobody here: the next one says it too.
    this.tell(this.told).catch(() => {});
    this.timer = setTimeout(() => {
      this.timer = null;
      this.report();
    }, GLANCE_MS);
  }
}
