const Name = "orleans-inference.theme";
const root = document.documentElement;

/** "system", "light" or "dark". */
export const chosenTheme = () => root.dataset.theme ?? "system";

/** Returns whether the page is dark, by the user's choice or by the system's preference. */
export const isDark = () => chosenTheme() === "dark" || (chosenTheme() === "system" && matchMedia("(prefers-color-scheme: dark)").matches);

export function chooseTheme(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(Name);
    else localStorage.setItem(Name, theme);
  } catch {
    // The choice is kept until the page is closed.
  }
}
