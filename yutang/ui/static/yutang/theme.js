// Runs before the page is drawn, so that a dark page does not flash white.
(() => {
  const chosen = localStorage.getItem("yutang-theme");
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
