const root = document.documentElement;
const sections = [...document.querySelectorAll("section[data-name]")];
const redraw = new Map();
const open = () => {
  const wanted = decodeURIComponent(location.hash).replace("#dataset-", "");
  const current = sections.find((section) => section.dataset.name === wanted) ?? sections[0];
  for (const section of sections) section.hidden = section !== current;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${current.id}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (redraw.has(current)) return;
  const data = page.datasets[current.dataset.name];
  redraw.set(current, heatmap(current, data));
  survey(current, data.survey);
  recommendations(current, data.recommendations);
};

const themes = ["light dark", "light", "dark"];
const button = document.querySelector('[data-part="theme"]');
const setTheme = (theme) => {
  root.style.colorScheme = theme;
  root.dataset.theme = theme;
  button.textContent = { "light dark": "Theme: system", light: "Theme: light", dark: "Theme: dark" }[theme];
  for (const draw of redraw.values()) draw();
};
const kept = (theme) => {
  try {
    if (theme) localStorage.setItem("ratings-nmf theme", theme);
    return localStorage.getItem("ratings-nmf theme");
  } catch {
    return null; // a browser may refuse storage to a file
  }
};
button.addEventListener("click", () => {
  const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
  setTheme(next);
  kept(next);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(root.dataset.theme));

root.classList.add("scripted");
setTheme(themes.includes(kept()) ? kept() : themes[0]);
addEventListener("hashchange", () => {
  open();
  scrollTo(0, 0);
});
open();
