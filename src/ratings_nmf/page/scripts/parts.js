const STEP = 50; // lines that a list shows at once, and at each further step

/** Return the block of params.yaml that gives parts these names; JSON is YAML. */
const namesBlock = (dataset, names) => `datasets:\n  ${dataset}:\n    fit:\n      names: ${JSON.stringify(names)}\n`;

/**
 * Let a section's parts be explored: a map of them, one in full, and its name; `choose` is told of a part that is
 * clicked, or null, `renamed` of a part that has a new name.
 */
const explorer = (section, data, lines, { choose, renamed }) => {
  const part = (name) => section.querySelector(`[data-part="${name}"]`);
  const [map, panel] = ["map", "whole"].map(part);
  const { parts } = data;
  const names = data.components;
  const loadings = lines.loadings ?? lines.shown;
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const totals = Object.fromEntries(["rows", "columns"].map((side) => [lines.other[side], loadings[side].slice(0, parts).map(sum)]));
  const shares = totals.rows.map((total, at) => total * totals.columns[at]);
  const all = sum(shares) || 1;
  let shown = null;
  let order = { rows: 0.6, columns: 0.6 }; // λ, or "label"

  const circles = Array.from({ length: parts }, (_, at) => button("", () => choose(shown === at ? null : at)));
  map.append(...circles);
  const lay = () => {
    if (!map.clientWidth) return;
    const biggest = clamp(map.clientWidth / (1.5 * Math.sqrt(parts)), 40, 120);
    const sizes = shares.map((share) => Math.max(biggest * Math.sqrt(share / Math.max(...shares)), 28));
    const places = placesOf(["rows", "columns"].map((side) => loadings[side].slice(0, parts)));
    apart(places, sizes, [map.clientWidth, map.clientHeight]).forEach(([x, y], at) => {
      const { style } = circles[at];
      style.width = style.height = `${sizes[at]}px`;
      style.left = `${x - sizes[at] / 2}px`;
      style.top = `${y - sizes[at] / 2}px`;
    });
  };
  const label = () => circles.forEach((circle, at) => {
    circle.textContent = at + 1;
    circle.title = `${names[at]}: ${percent(shares[at] / all)} of what the components make up`;
    circle.setAttribute("aria-label", circle.title);
  });

  /** Return a side's list of the part that is shown: sorted by the slider, or by label. */
  const listOf = (side) => {
    const one = { rows: "row", columns: "column" }[side];
    const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 1, step: 0.05 });
    slider.setAttribute("aria-label", `Sort ${side} from what sets the component apart (0) to weight (1)`);
    const body = element("tbody");
    const more = button("", () => {
      room += STEP;
      draw();
    });
    let room = STEP;
    const heads = [[one, "label"], ["weight", 1], ["share of its own", 0]].map(([text, by]) => [element("th", by === "label" ? "" : "number", button(text, () => sort(by))), by]);
    const draw = () => {
      const by = order[side];
      const found = relevantOf(loadings[side], totals[side], shown, by === "label" ? 1 : by);
      if (by === "label") found.sort((a, b) => collator.compare(lines.labels[side][a.line], lines.labels[side][b.line]));
      body.replaceChildren(...found.slice(0, room).map(({ line, weight, share }) => {
        const text = element("bdi", "", lines.labels[side][line]);
        text.title = lines.labels[side][line];
        return element("tr", "", element("td", "", text), element("td", "number", number(weight)), element("td", "number", percent(share)));
      }));
      for (const [head, each] of heads) head.ariaSort = each !== by ? "none" : by === "label" ? "ascending" : "descending";
      more.hidden = found.length <= room;
      more.textContent = `${whole(Math.min(STEP, found.length - room))} more of ${whole(found.length)}`;
    };
    const sort = (by) => {
      order[side] = by;
      if (by !== "label") slider.value = by;
      draw();
    };
    slider.addEventListener("input", () => sort(+slider.value));
    sort(order[side]);
    const scroll = element("div", "scroll", element("table", "", element("thead", "", element("tr", "", ...heads.map(([head]) => head))), body), more);
    Object.assign(scroll, { tabIndex: 0, role: "region", ariaLabel: `All ${side} of the component` });
    return element("div", "part", element("label", "slider muted", element("span", "", "what sets it apart"), slider, element("span", "", "weight")), scroll);
  };

  /** Return the field for the name of the part that is shown, and what of params.yaml gives it that name. */
  const naming = () => {
    const field = Object.assign(document.createElement("input"), { type: "text", value: names[shown], autocomplete: "off" });
    const block = element("pre", "", namesBlock(section.dataset.name, names.slice(0, parts)));
    block.tabIndex = 0;
    const copy = button("Copy", () => {
      getSelection().selectAllChildren(block);
      navigator.clipboard?.writeText(block.textContent).then(() => (said.textContent = "Copied."), () => (said.textContent = "Selected: copy it with the keyboard."));
    });
    const said = element("p", "muted");
    said.role = "status";
    const told = element("details", "", element("summary", "", "Keep the names"), element("p", "muted", "Put this into params.yaml, then run dvc repro."), block, copy);
    field.addEventListener("input", () => {
      const name = field.value.trim();
      said.textContent = !name ? "A component needs a name." : names.some((other, at) => other === name && at !== shown) ? "Another component is called so." : "";
      if (said.textContent) return;
      names[shown] = name;
      label();
      section.querySelector(`[data-name-of="${shown}"]`).textContent = name;
      section.querySelector(`[data-component="${shown}"]`).textContent = `The whole list of ${name}`;
      renamed(shown);
      block.textContent = namesBlock(section.dataset.name, names.slice(0, parts));
      told.open = true;
    });
    return element("div", "part", element("label", "field", element("span", "", "Name"), field), said, told);
  };

  for (const each of section.querySelectorAll("[data-component]"))
    each.addEventListener("click", () => {
      choose(+each.dataset.component);
      map.scrollIntoView({ block: "start" });
    });
  new ResizeObserver(lay).observe(map);
  label();
  return {
    /** Show a part in full, or none. */
    show: (at) => {
      if (at === shown) return;
      shown = at;
      circles.forEach((circle, place) => circle.setAttribute("aria-pressed", String(place === at)));
      if (at === null) return panel.replaceChildren();
      const note = lines.loadings ? [element("div", "split", ...["rows", "columns"].map(listOf))] : [absent("Loadings of every line", pandas(`${data.files.rows}.pipe(lambda w: w.nlargest(50, w.columns[${at}]))`))];
      panel.replaceChildren(naming(), ...note);
    },
  };
};
