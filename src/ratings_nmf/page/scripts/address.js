/** Return what an address asks for: a dataset, and what of it is looked at. What makes no sense is left out. */
const addressOf = (hash) => {
  const [place, query] = hash.replace(/^#/, "").split("?");
  let dataset = null;
  try {
    dataset = decodeURIComponent(place).match(/^dataset-(.*)$/)?.[1] ?? null;
  } catch {} // a lone % is no address
  const values = new URLSearchParams(query ?? "");
  const pair = (name) => {
    const numbers = (values.get(name) ?? "").split(",").map(Number);
    return numbers.length === 2 && numbers.every((number) => Number.isInteger(number) && number >= 0) ? numbers : null;
  };
  const line = values.get("line")?.match(/^(rows|columns):(.*)$/s);
  const order = (name) => ({ sort: values.get(`${name}-by`) ?? "given", text: values.get(`${name}-with`) ?? "" });
  const cell = Object.fromEntries((values.get("cell") ?? "").split(",").map((text) => text.split(":")).filter(([name, place]) => /^(rows|columns|components|some|others|groups|peers)$/.test(name) && /^\d+$/.test(place)).map(([name, place]) => [name, +place]));
  return {
    dataset,
    line: line ? { side: line[1], label: line[2] } : null,
    view: { view: values.get("view") in VIEWS ? values.get("view") : "input", scale: values.get("scale"), block: pair("block"), rows: order("rows"), columns: order("columns"), ...(Object.keys(cell).length ? { at: cell } : {}) },
  };
};

/** Return the address of a dataset and what of it is looked at, so that `addressOf` gives them back. */
const addressFor = (dataset, line, view) => {
  const values = new URLSearchParams();
  const set = (name, value, usual) => value !== null && value !== undefined && value !== usual && values.set(name, value);
  if (line) set("line", `${line.side}:${line.label}`);
  if (view) {
    set("view", view.view, "input");
    set("scale", view.scale);
    set("block", view.block?.join(","));
    for (const name of ["rows", "columns"]) {
      set(`${name}-by`, view[name].sort, "given");
      set(`${name}-with`, view[name].text, "");
    }
    set("cell", Object.entries(view.at ?? {}).map((pair) => pair.join(":")).join(","), "");
  }
  const query = values.toString();
  return `#dataset-${encodeURIComponent(dataset)}${query ? `?${query}` : ""}`;
};
