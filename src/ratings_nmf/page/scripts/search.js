const FOUND = 12; // labels that are listed at once

/**
 * Return a function that finds the lines whose label holds a text; equal ones come first, then those that begin with it.
 *
 * Labels stand in one text, a line each, which is searched faster than 200,000 texts; none holds a line break.
 */
const searchOf = (labels) => {
  const sides = ["rows", "columns"].map((side) => {
    const text = `\n${folded(labels[side].join("\n"))}\n`;
    const starts = new Uint32Array(labels[side].length + 1);
    for (let line = 0, at = 0; line < starts.length; line++) starts[line] = at = text.indexOf("\n", at) + 1;
    return { side, text, starts };
  });
  return (typed) => {
    const wanted = folded(typed.trim());
    const ranks = [[], [], []];
    let count = 0;
    for (const { side, text, starts } of sides) {
      const end = starts.at(-1);
      let line = 0;
      for (let at = text.indexOf(wanted, 1); at >= 0 && at < end; at = text.indexOf(wanted, starts[line])) {
        let high = starts.length - 1;
        if (starts[line + 1] > at) high = line + 1; // most often it is the next line
        while (high - line > 1) {
          const middle = (line + high) >> 1;
          if (starts[middle] <= at) line = middle;
          else high = middle;
        }
        count += 1;
        const rank = at > starts[line] ? 2 : text[at + wanted.length] === "\n" ? 0 : 1;
        if (ranks[rank].length < FOUND) ranks[rank].push({ side, line });
        line += 1;
      }
    }
    return { found: ranks.flat().slice(0, FOUND), count };
  };
};

/** Let a field offer the lines whose labels hold what is typed, and `choose` one: a combobox as ARIA describes it. */
const searchBox = (section, labels, choose) => {
  const [field, list, told] = ["search", "found", "found-count"].map((name) => section.querySelector(`[data-part="${name}"]`));
  let search;
  let [found, active] = [[], -1];
  const close = () => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const take = (at) => {
    const { side, line } = found[at];
    field.value = labels[side][line];
    close();
    told.textContent = "";
    choose(side, line);
  };
  const mark = (at) => {
    active = at;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const offer = () => {
    search ??= searchOf(labels);
    const { found: lines, count } = search(field.value);
    found = lines;
    const options = found.map(({ side, line }, at) => {
      const option = element("li", "", element("bdi", "", labels[side][line]), element("span", "muted", side === "rows" ? "row" : "column"));
      option.role = "option";
      option.id = `${field.id}-${at}`;
      option.title = labels[side][line];
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => take(at));
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    told.textContent = !count ? `No such label: neither a row nor a column holds “${field.value.trim()}”.` : count > found.length ? `The first ${found.length} of ${whole(count)}.` : "";
    mark(-1);
  };
  // of 200,000 labels it takes 0.2 s: before the first key is pressed, where there is time
  whenIdle(() => (search ??= searchOf(labels)));
  field.addEventListener("input", offer);
  field.addEventListener("focus", () => field.select());
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (list.hidden) offer();
      else if (found.length) mark((active + step + found.length) % found.length);
    } else if (event.key === "Enter" && !list.hidden) take(Math.max(active, 0));
    else if (event.key === "Escape") close();
  });
};
