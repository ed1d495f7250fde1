import { StoredValue } from "./storage.js";

const stored = new StoredValue("settings", "localStorage");

/** The user's settings for every answer. For an absent value the server's default applies. */
export class Settings {
  #values = stored.read() ?? {};

  get(name) {
    return this.#values[name] ?? null;
  }

  /** Sets a value; null makes it absent. */
  set(name, value) {
    if (value === null) delete this.#values[name];
    else this.#values[name] = value;
    stored.write(this.#values);
  }

  clear() {
    this.#values = {};
    stored.write(null);
  }

  /** The fields of a request, and `system`. */
  get fields() {
    return { ...this.#values };
  }
}
