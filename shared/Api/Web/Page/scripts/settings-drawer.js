import { apiKey } from "./api-key.js";
import { byId } from "./dom.js";
import { chooseTheme, chosenTheme } from "./theme.js";

const Neutral = 1;

/** The dialog that shows and changes the settings. Values out of their range are marked and not applied. */
export class SettingsDrawer {
  #settings;
  #dialog = byId("settings");
  #key = byId("setting-key");
  #inputs = [...document.querySelectorAll("[data-setting]")];

  constructor(settings, { onClose }) {
    this.#settings = settings;
    byId("open-settings").addEventListener("click", () => this.#open());
    for (const id of ["close-settings", "done-settings"]) byId(id).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("click", (event) => { if (event.target === this.#dialog) this.#dialog.close(); });
    this.#dialog.addEventListener("close", onClose);
    byId("reset-settings").addEventListener("click", () => {
      settings.clear();
      this.#show();
    });
    for (const input of this.#inputs) this.#bind(input);
    this.#key.addEventListener("input", () => apiKey.write(this.#key.value.trim() || null));
    for (const radio of this.#themes) radio.addEventListener("change", () => chooseTheme(radio.value));
  }

  get #themes() {
    return document.querySelectorAll('input[name="theme"]');
  }

  #open() {
    this.#show();
    this.#dialog.showModal();
  }

  #show() {
    for (const input of this.#inputs) {
      input.value = this.#settings.get(input.dataset.setting) ?? "";
      showOnSlider(input);
    }
    this.#key.value = apiKey.read() ?? "";
    for (const radio of this.#themes) radio.checked = radio.value === chosenTheme();
  }

  #bind(input) {
    const name = input.dataset.setting;
    const take = () => {
      showOnSlider(input);
      if (input.validity.valid) this.#settings.set(name, valueOf(input));
    };
    input.addEventListener("input", take);
    byId(`range-${name}`)?.addEventListener("input", (event) => {
      input.value = event.target.value;
      take();
    });
  }
}

function valueOf(input) {
  if (input.value.trim() === "") return null;
  return input.type === "number" ? input.valueAsNumber : input.value;
}

function showOnSlider(input) {
  const range = byId(`range-${input.dataset.setting}`);
  if (!range) return;
  range.value = input.value === "" ? Neutral : input.value;
  range.classList.toggle("unset", input.value === "");
}
