/** Return what a line is called in words: of a block, its first line and how many more. */
const named = (side, line) => (side.sizes?.[line] > 1 ? `${side.labels[line]} and ${whole(side.sizes[line] - 1)} more` : side.labels[line]);

/** Return a prediction, given W @ H: cut off at the ends of the known values, where the others are missing. */
const within = (value, data) => (data.unknown ? clamp(value, ...data.range) : value);

/** Return an interval in words. */
const interval = (low, high) => `${number(low)} to ${number(high)}`;

const LEVEL = "level of row and column";

/** Return what makes up a prediction, largest first: the level of row and column together, and each part. */
const contributions = (names, parts, of) => {
  const shares = names.slice(0, parts).map((name, at) => [name, of(at)]);
  if (parts < names.length) shares.unshift([LEVEL, names.slice(parts).reduce((total, _, at) => total + of(parts + at), 0)]);
  return shares.sort((a, b) => b[1] - a[1]);
};

/** Return what is told of a picture's cell: pairs of a term and its text, and what the prediction is made of. */
const factsOf = (picture, data, [row, column]) => {
  const { table, view, name } = picture;
  const [rows, columns] = [table.sides[view.down], table.sides[view.across]];
  const told = [
    [rows.one, named(rows, row)],
    [columns.one, named(columns, column)],
  ];
  if (view.across !== "columns" || view.down !== "rows") {
    const value = table.value[name](row, column);
    const term = { correlation: "correlation", consensus: "share of restarts" }[name] ?? "weight";
    return { told: [...told, [term, Number.isNaN(value) ? "not known" : number(value)]], shares: [] };
  }
  const [known, predicted, left] = ["input", "reconstruction", "residual"].map((kind) => table.value[kind](row, column));
  const mean = rows.sizes || columns.sizes ? "mean " : "";
  told.push([`${mean}table`, Number.isNaN(known) ? "not rated" : number(known)], [`${mean}prediction`, number(predicted)]);
  if (table.interval) told.push([`${mean && "mean ends of "}90\u00a0% of values`, interval(...table.interval(row, column))]);
  if (!Number.isNaN(left)) told.push([`${mean}left over`, number(left)]);
  if (picture.shares) told.push(["share shown", percent(picture.value(row, column))]);
  const gives = table.gives ?? ((row, column, at) => table.value.W(row, at) * table.value.H(at, column));
  const whole = data.predicted && !table.gives ? predicted : data.components.reduce((total, _, at) => total + gives(row, column, at), 0);
  const beyond = predicted - whole;
  if (data.unknown && Math.abs(beyond) >= 5e-3 * predicted) told.push(["beyond the scale", number(beyond)]);
  const shares = contributions(data.components, data.parts, (at) => (whole ? gives(row, column, at) / whole : 0));
  const rest = whole && data.predicted ? 1 - shares.reduce((total, [, share]) => total + share, 0) : 0;
  if (rest) shares.push(["what parts vary together", rest]);
  const first = shares.filter(([, share]) => share >= 0.005).slice(0, 6);
  const others = first.reduce((left, [, share]) => left - share, 1);
  return { told, shares: first.length && others >= 0.005 ? [...first, ["all others", others]] : first };
};

/** Return a list of terms and texts, and one of shares with bars. */
const factsList = (told) => {
  const list = element("dl", "facts");
  for (const [term, text] of told) {
    const value = element("bdi", "", text);
    value.title = text;
    list.append(element("dt", "", term), element("dd", "", value));
  }
  return list;
};
const bars = (shares, textOf = percent) => {
  const largest = Math.max(...shares.map(([, share]) => share), 1e-300);
  return element("ul", "shares", ...shares.map(([name, share]) => {
    const bar = element("span", "bar");
    bar.style.width = `${((100 * share) / largest).toFixed(1)}%`;
    return element("li", "", element("bdi", "", name), element("span", "", textOf(share)), bar);
  }));
};
