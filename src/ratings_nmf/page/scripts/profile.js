const LISTED = 50; // known cells that a profile lists
const ALIKE = 10;

/** Draw what the page holds of one row or column: its parts, known cells, recommendations, and those most alike. */
const profileOf = (side, line, { data, lines, hrefOf, name }) => {
  const one = { rows: "row", columns: "column" };
  const other = lines.other[side];
  const [label, place] = [lines.labels[side][line], lines.placeOf(side, line)];
  const link = (to, place) => {
    const text = lines.labels[to][place];
    return Object.assign(element("a", "", element("bdi", "", text)), { href: hrefOf(to, place), title: text });
  };
  const block = (title, ...children) => {
    for (const child of children) if (child.role === "region") child.ariaLabel = title;
    return element("div", "part", element("h4", "", title), ...children);
  };
  const tableWith = (heads, rows) => {
    const body = element("tbody", "", ...rows.map((cells) => element("tr", "", ...cells.map((cell) => element("td", typeof cell === "string" && /^[−\d]/.test(cell) ? "number" : "", cell)))));
    const head = element("thead", "", element("tr", "", ...heads.map(([text, className]) => Object.assign(element("th", className, text), { scope: "col" }))));
    return Object.assign(element("div", "scroll", element("table", "", head, body)), { tabIndex: 0, role: "region" });
  };

  const panels = [];
  if (lines.loadings) {
    const loading = lines.loadings[side];
    const names = data.components.slice(0, data.parts);
    const parts = names.map((text, at) => [text, loading[at][line]]).sort((a, b) => b[1] - a[1]).filter(([, value]) => value > 0);
    const level = data.parts < data.components.length ? element("p", "muted", `Level: ${number(loading[side === "rows" ? data.parts : data.parts + 1][line])}, whatever the component.`) : "";
    panels.push(block("Parts", parts.length ? bars(parts.slice(0, 12), number) : element("p", "", "It holds none of any component."), level));
  } else panels.push(block("Parts", absent("Loadings of every line", pandas(`${data.files[side]}.iloc[${place}]`))));

  if (lines.cells()) {
    const known = lines.known(side, line);
    const mean = known.reduce((total, [, value]) => total + value, 0) / (known.length || 1);
    const rows = known.slice(0, LISTED).map(([place, value]) => {
      const guess = lines.loadings && lines.predicted(...(side === "rows" ? [line, place] : [place, line]));
      return [link(other, place), number(value), ...(lines.loadings ? [number(guess)] : [])];
    });
    const heads = [[one[other], ""], ["table", "number"], ...(lines.loadings ? [["prediction", "number"]] : [])];
    const more = known.length > LISTED ? element("p", "muted", `and ${whole(known.length - LISTED)} more`) : "";
    const what = `${counted(known.length, "known cell")}${known.length ? `, ${number(mean)} on average` : ""}`;
    panels.push(block(what, known.length ? tableWith(heads, rows) : "", more));
  } else panels.push(block("Known cells", absent("All known cells", cellsCommand(data, { [side]: [place] }))));

  if (data.to === side) {
    if (lines.lists()) {
      const list = lines.recommended(line);
      const isolated = (text) => Object.assign(element("span", "", text), { dir: "auto" });
      const reason = ({ level, parts, rest, beyond, known }) => {
        const terms = [["level", level], ...parts.map(([part, gives]) => [data.components[part], gives]), ["rest", rest], ["beyond the scale", beyond]];
        const said = aligned(terms.map(([, amount]) => amount)).map((text, at) => (/[1-9]/.test(text) ? `${text.startsWith("−") ? " − " : " + "}${text.replace("−", "")} ${terms[at][0]}` : ""));
        return element("span", "", said.join("").replace(/^ \+ /, ""), ...known.flatMap((place, at) => [at ? ", " : "; knows ", isolated(lines.labels[other][place])]));
      };
      const rows = list.map((entry, at) => [String(at + 1), link(other, entry.item), number(entry.predicted), ...(entry.ends ? [interval(...entry.ends)] : []), reason(entry)]);
      const heads = [["rank", "number"], [one[other], ""], ["predicted", "number"], ...(lines.lists().low ? [["90\u00a0% of values", "number"]] : []), ["why", ""]];
      panels.push(block("Recommendations", list.length ? tableWith(heads, rows) : element("p", "", "None: it has everything already.")));
      panels.at(-1).classList.add("broad");
    } else panels.push(block("Recommendations", absent("All lists", pandas(data.files.lists.replace("LINE", place)))));
  }
  if (lines.loadings) {
    const near = lines.nearest(side, line, ALIKE);
    if (near.length) panels.push(block(`${side === "rows" ? "Rows" : "Columns"} most alike`, tableWith([[one[side], ""], ["cosine of parts", "number"]], near.map(([place, cosine]) => [link(side, place), cosine.toFixed(2)]))));
  }
  const title = element("h3", "", element("bdi", "", label));
  title.tabIndex = -1;
  const command = pandas(`${data.files[`${side}_labels`]}.iloc[[${place}]]`);
  if (data.cut && label.includes("…")) panels.unshift(element("details", "broad", element("summary", "", "The command that prints the whole label"), element("code", "", command)));
  return element("article", "profile", element("div", "heads", title, element("span", "muted", `${one[side]} of ${name}`)), element("div", "panels", ...panels));
};
