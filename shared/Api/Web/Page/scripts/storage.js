const Prefix = "orleans-inference.";

/** A value stored as JSON under a name. If storage is disabled or full, the value is not stored. */
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
      // The caller still has the value in memory.
    }
  }
}
