const Prefix = "orleans-inference.";

/** A value kept as JSON under a name; where storage is forbidden or full, it lives as long as the page. */
export class StoredValue {
  #name;
  #storage;

  constructor(name, storage) {
    this.#name = Prefix + name;
    this.#storage = storage;
  }

  /** The stored value, or null. */
  read() {
    try {
      return JSON.parse(window[this.#storage].getItem(this.#name));
    } catch {
      return null;
    }
  }

  write(value) {
    try {
      if (value === null) window[this.#storage].removeItem(this.#name);
      else window[this.#storage].setItem(this.#name, JSON.stringify(value));
    } catch {
      // Nothing depends on it.
    }
  }
}
