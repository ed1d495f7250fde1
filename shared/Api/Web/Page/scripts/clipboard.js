import { setIcon } from "./dom.js";

/** Makes a button copy a text and show the result for a short time. */
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

// The clipboard API exists only in secure contexts. A page served over plain HTTP to another machine has only this method.
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
