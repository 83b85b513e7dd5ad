const page = JSON.parse(document.getElementById("page-data").textContent);
const root = document.documentElement;
const sections = [...document.querySelectorAll("section[data-name]")];
const palette = (() => {
  const [amount, difference, level] = ["amount", "difference", "level"].map((name) => ramp(page.colours[name].map(channels)));
  const pixels = { amount: Uint32Array.from(amount, pixel), difference: Uint32Array.from(difference, pixel) };
  return { ramps: { amount, difference, level }, pixels, unrated: pixel(channels(page.colours.unrated)) };
})();

const opened = new Map();
let later;
let current = { dataset: null, line: null, view: null };

/** Prepare a dataset when it is first looked at, and no sooner. */
const prepared = (section) => {
  if (opened.has(section)) return opened.get(section);
  const name = section.dataset.name;
  const data = page.datasets[name];
  const lines = linesOf(data);
  const openLine = (side, line) => goTo({ ...current, line: { side, label: lines.labels[side][line] } });
  const map = heatmap(section, data, lines, palette, {
    changed: (view, step) => goTo({ ...current, view }, step),
    openLine,
    ordered: (at) => parts.show(at),
  });
  const parts = explorer(section, data, lines, { choose: map.order, renamed: map.renamed });
  survey(section, data.survey);
  searchBox(section, lines.labels, openLine);
  whenIdle(lines.unpack); // before a profile is asked for, where there is time
  const place = section.querySelector('[data-part="profile"]');
  const show = (line) => {
    const at = line ? lines.labels[line.side].indexOf(line.label) : -1;
    if (at < 0) {
      place.replaceChildren(...(line ? [element("p", "", `No such label: ${line.label}`)] : []));
      return;
    }
    const hrefOf = (side, other) => addressFor(name, { side, label: lines.labels[side][other] }, current.view);
    place.replaceChildren(profileOf(line.side, at, { data, lines, hrefOf, name }));
    place.scrollIntoView({ block: "nearest" });
  };
  opened.set(section, { map, show });
  return opened.get(section);
};

/** Go to a state of the page; a step of its own is one that Back goes back from. */
const goTo = (state, step = true) => {
  const address = addressFor(state.dataset, state.line, state.view);
  if (address === location.hash) return;
  const moved = JSON.stringify(state.line) !== JSON.stringify(current.line);
  current = state;
  clearTimeout(later);
  if (step) history.pushState(null, "", address);
  else later = setTimeout(() => history.replaceState(null, "", address), 250); // browsers refuse many in a second
  if (moved) prepared(sections.find((section) => section.dataset.name === state.dataset)).show(state.line);
};

/** Show what the address asks for; one that names no dataset, such as the skip link's, changes nothing. */
const open = () => {
  const wanted = addressOf(location.hash);
  const section = sections.find(({ dataset }) => dataset.name === wanted.dataset);
  if (!section && current.dataset !== null) return;
  const shown = section ?? sections[0];
  const other = current.dataset !== shown.dataset.name;
  // what is below the screen is laid out when there is time
  if (other) {
    root.classList.remove("settled");
    whenIdle(() => root.classList.add("settled"));
  }
  for (const each of sections) each.hidden = each !== shown;
  const { map, show } = prepared(shown);
  const line = section ? wanted.line : null;
  const moved = other || JSON.stringify(line) !== JSON.stringify(current.line);
  const view = section ? wanted.view : null;
  const seen = !other && addressFor(null, null, view) === addressFor(null, null, current.view);
  current = { dataset: shown.dataset.name, line, view };
  if (!seen) map.look(view ?? {});
  if (moved) show(line);
  if (other && !line) scrollTo(0, 0);
  for (const link of other ? document.querySelectorAll("nav a") : []) {
    link.ariaCurrent = link.dataset.name === current.dataset ? "page" : null;
    const list = link.closest("ul");
    if (link.ariaCurrent) list.scrollLeft += link.getBoundingClientRect().left - list.getBoundingClientRect().left; // a narrow one scrolls
  }
};

const themes = ["light dark", "light", "dark"];
const toggle = document.querySelector('[data-part="theme"]');
const setTheme = (theme) => {
  root.style.colorScheme = theme;
  root.dataset.theme = theme;
  toggle.textContent = { "light dark": "Theme: system", light: "Theme: light", dark: "Theme: dark" }[theme];
  for (const { map } of opened.values()) map.redraw();
};
const kept = (theme) => {
  try {
    if (theme) localStorage.setItem("ratings-nmf theme", theme);
    return localStorage.getItem("ratings-nmf theme");
  } catch {
    return null; // a browser may refuse storage to a file
  }
};
toggle.addEventListener("click", () => {
  const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
  setTheme(next);
  kept(next);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(root.dataset.theme));

// On paper every dataset is shown, its heatmaps drawn anew for the paper's width.
addEventListener("beforeprint", () => {
  for (const section of sections) {
    section.hidden = false;
    printed(section, prepared(section).map, palette);
  }
});
addEventListener("afterprint", () => {
  for (const section of sections) {
    section.hidden = section.dataset.name !== current.dataset;
    section.querySelector('[data-part="printed"]').replaceChildren();
  }
});

// a dataset is prepared while one still reaches for its link
for (const link of document.querySelectorAll("nav a"))
  for (const name of ["pointerenter", "focus"])
    link.addEventListener(name, () => prepared(sections.find(({ dataset }) => dataset.name === link.dataset.name)));

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address stays what it says of the page
  document.getElementById("content").focus();
});

root.classList.add("scripted");
setTheme(themes.includes(kept()) ? kept() : themes[0]);
addEventListener("popstate", open);
open();
