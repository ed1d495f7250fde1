// Runs before the first paint, so that the page does not flash in another theme than the stored one.
(() => {
  try {
    const theme = localStorage.getItem("orleans-inference.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be disabled; the system's preference then applies.
  }
})();
