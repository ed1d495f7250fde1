import { setIcon } from "./dom.js";

/** Makes a button copy a text and say so for a moment. */
export function copyOnClick(button, text) {
  const label = button.getAttribute("aria-label");
  let timer = 0;
  button.addEventListener("click", async () => {
    const done = await copy(text());
    clearTimeout(timer);
    setIcon(button, done ? "check" : "alert");
    button.setAttribute("aria-label", done ? "Copied" : "Copying failed");
    timer = setTimeout(() => {
      setIcon(button, "copy");
      button.setAttribute("aria-label", label);
    }, 1600);
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// The clipboard interface exists in secure contexts only; a page served over plain HTTP to another machine has just this.
function copyBySelection(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}
