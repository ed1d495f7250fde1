import { checkHealth, listModels } from "./api.js";
import { byId } from "./dom.js";

const Texts = { ready: "Ready", busy: "Not ready", offline: "Offline" };
const CheckEvery = 15_000;

/** Shows whether the server is well and which models it serves. */
export class ServerStatus {
  #select = byId("model");
  #known = false;

  constructor() {
    setInterval(() => { if (!document.hidden) this.check(); }, CheckEvery);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.check(); });
    this.check();
  }

  /** Asks the server how it is now. */
  async check() {
    const { state, reason } = await checkHealth();
    const health = byId("health");
    health.dataset.state = state;
    health.title = reason ?? "The server answers.";
    byId("health-text").textContent = Texts[state];
    if (state !== "offline" && !this.#known) await this.model().catch(() => {});
  }

  /** The model to ask; loads the list first where that has not succeeded yet. */
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
