import { checkHealth, listModels } from "./api.js";
import { byId } from "./dom.js";

const Texts = { ready: "Ready", busy: "Not ready", offline: "Offline" };
const CheckEvery = 15_000;

/** Shows the state of the server and the models that it serves. */
export class ServerStatus {
  #select = byId("model");
  #known = false;

  constructor() {
    setInterval(() => { if (!document.hidden) this.check(); }, CheckEvery);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.check(); });
    this.check();
  }

  /** Requests the current state of the server. */
  async check() {
    const { state, reason } = await checkHealth();
    const health = byId("health");
    health.dataset.state = state;
    health.title = reason ?? "The server answers.";
    byId("health-text").textContent = Texts[state];
    if (state !== "offline" && !this.#known) await this.model().catch(() => {});
  }

  /** Returns the selected model. Loads the list first if that has not succeeded yet. */
  async model() {
    if (!this.#known) this.#show(await listModels());
    return this.#select.value;
  }

  #show(names) {
    this.#known = names.length > 0;
    this.#select.replaceChildren(...names.map((name) => new Option(name, name)));
    this.#select.disabled = names.length < 2;
    if (names.length > 0) document.title = `${names[0]} · OrleansInference`;
  }
}
