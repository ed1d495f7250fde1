// Runs before the first paint, so that a stored choice of light or dark never flashes.
(() => {
  try {
    const theme = localStorage.getItem("orleans-inference.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's preference holds then.
  }
})();
