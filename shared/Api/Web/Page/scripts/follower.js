const Slack = 32;

/** Scrolls to the end of a growing conversation while the user is at its end. It does not scroll after the user has scrolled up. */
export class Follower {
  #scroller;
  #jump;
  #pinned = true;
  #active = false;

  constructor(scroller, content, jump) {
    this.#scroller = scroller;
    this.#jump = jump;
    new ResizeObserver(() => this.#grown()).observe(content);
    new ResizeObserver(() => this.#grown()).observe(scroller);
    scroller.addEventListener("scroll", () => this.#setPinned(this.#atEnd()), { passive: true });
    scroller.addEventListener("wheel", (event) => { if (event.deltaY < 0 && scroller.scrollTop > 0) this.#setPinned(false); }, { passive: true });
    jump.addEventListener("click", () => {
      this.toEnd();
      scroller.focus({ preventScroll: true });
    });
  }

  /** Whether text is arriving. The view scrolls automatically only then. */
  set active(active) {
    if (active) this.#active = true;
    else requestAnimationFrame(() => requestAnimationFrame(() => { this.#active = false; }));
  }

  toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#setPinned(true);
  }

  #grown() {
    if (this.#active && this.#pinned) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    else this.#setPinned(this.#atEnd());
  }

  #atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight <= Slack;
  }

  #setPinned(pinned) {
    this.#pinned = pinned;
    this.#jump.hidden = pinned;
  }
}
