// The theme: as the system, light, dark. A cookie keeps it, so that the server draws the next page right at once.
const ORDER = ["", "light", "dark"];
const WORDS = { "": "as the system", light: "light", dark: "dark" };
const button = document.querySelector("[data-theme-toggle]");

function show(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#theme-${theme || "auto"}`));
  button.querySelector("[data-theme-label]").textContent = button.title = `Theme: ${WORDS[theme]}`;
}

if (button) {
  button.hidden = false;
  show(document.documentElement.dataset.theme ?? "");
  button.addEventListener("click", () => {
    const theme = ORDER[(ORDER.indexOf(document.documentElement.dataset.theme ?? "") + 1) % ORDER.length];
    document.cookie = `theme=${theme}; path=/; max-age=${theme ? 31536000 : 0}; samesite=lax`;
    show(theme);
  });
}
