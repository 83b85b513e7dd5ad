/** What each view of a heatmap shows: its sides, and which scale of colours. */
const VIEWS = {
  input: { down: "rows", across: "columns", colours: "amount" },
  reconstruction: { down: "rows", across: "columns", colours: "amount" },
  residual: { down: "rows", across: "columns", colours: "difference" },
  interval: { down: "rows", across: "columns", colours: "amount" },
  W: { down: "rows", across: "components", colours: "amount", level: 0 },
  H: { down: "components", across: "columns", colours: "amount", level: 1 },
  correlation: { down: "rows", across: "others", colours: "difference" },
  consensus: { down: "groups", across: "peers", colours: "amount" },
};

/** Return the largest of numbers above 0, some of which may be NaN; 0 if there is none. */
const largestOf = (numbers) => numbers.reduce((most, value) => (value > most ? value : most), 0);

/**
 * Return what a heatmap shows: its sides, and the value of a cell of each view, NaN where none is known.
 *
 * A side has labels, and where its lines are blocks how many lines of the dataset each stands for, and where they start.
 * `draws` has the prediction and its interval where W @ H is not it. Components are the parts; `levels` has the level of each row and of each column, or null.
 */
const tableOf = (sides, data, { values, residuals, draws, W, H, alike, together }) => {
  const [rows, columns] = [sides.rows.labels.length, sides.columns.labels.length];
  const lines = (count, value) => Array.from({ length: count }, (_, line) => value(line));
  const predicted = draws ? draws.predicted : new Float64Array(rows * columns);
  for (let at = 0; at < data.components.length && !draws; at++) {
    const across = lines(columns, (column) => H(at, column));
    for (let row = 0; row < rows; row++) {
      const weight = W(row, at);
      if (weight) for (let column = 0; column < columns; column++) predicted[row * columns + column] += weight * across[column];
    }
  }
  if (!draws) predicted.forEach((value, at) => (predicted[at] = within(value, data)));
  const cell = (numbers) => (row, column) => numbers[row * columns + column];
  const peak = once(() => (data.unknown ? data.range[1] : Math.max(largestOf(values), largestOf(predicted))));
  const levels = data.parts < data.components.length && {
    rows: lines(rows, (row) => W(row, data.parts)),
    columns: lines(columns, (column) => H(data.parts + 1, column)),
  };
  const interval = draws?.low && ((row, column) => [draws.low, draws.high].map((ends) => cell(ends)(row, column)));
  return {
    sides: { others: sides.rows, ...sides, components: { labels: data.components.slice(0, data.parts), one: "component", many: "components", fixed: true } },
    levels: levels || null,
    loading: { rows: W, columns: (line, at) => H(at, line) },
    gives: draws?.gives && ((row, column, at) => draws.gives[(row * columns + column) * data.components.length + at]),
    interval,
    values,
    limits: { input: peak, reconstruction: peak },
    value: {
      input: cell(values),
      reconstruction: cell(predicted),
      residual: residuals ? (row, column) => residuals()[row * columns + column] : (row, column) => values[row * columns + column] - predicted[row * columns + column],
      interval: interval && ((...at) => interval(...at).reduce((low, high) => high - low)),
      W,
      H,
      correlation: alike,
      consensus: together,
    },
  };
};

/** Return the correlation between blocks of rows, S G Sᵀ, computed when one is first asked for. */
const correlation = (standard, gram) => {
  const count = standard.length;
  let values;
  const computed = () => {
    const turned = standard.map((line) => gram.map((weights) => weights.reduce((total, weight, at) => total + weight * line[at], 0)));
    values = new Float64Array(count * count);
    for (let row = 0; row < count; row++)
      for (let other = row; other < count; other++) {
        let total = standard[row][0] === null || standard[other][0] === null ? NaN : 0;
        for (let at = 0; at < gram.length; at++) total += standard[row][at] * turned[other][at];
        values[row * count + other] = values[other * count + row] = clamp(total, -1, 1);
      }
    return values;
  };
  return (row, other) => (values ?? computed())[row * count + other];
};

/** Return a dataset's whole table, in blocks where it is too large for cells. */
const wholeTable = (data) => {
  const side = (name, one) => {
    const { labels, sizes } = data[name];
    if (!sizes) return { labels, one, many: name };
    const starts = startsOf(sizes);
    return { labels: sizes.map((_, block) => labels[starts[block]]), sizes, starts, all: labels, one, many: name };
  };
  const { standard, gram, ...few } = data.alike;
  const sides = { rows: side("rows", "row"), columns: side("columns", "column") };
  if (few.sizes) sides.some = sides.others = { ...few, one: "row", many: "rows", fixed: true };
  const groups = data.consensus;
  const consensus = once(() => numbers(groups.values));
  if (groups) sides.groups = sides.peers = { ...groups, one: "column", many: "columns", fixed: true };
  return tableOf(sides, data, {
    values: numbers(data.values),
    residuals: data.residuals && once(() => numbers(data.residuals)),
    draws: data.predicted && Object.fromEntries(["predicted", "low", "high", "gives"].map((name) => [name, data[name] && numbers(data[name])])),
    W: (row, at) => data.W[row][at],
    H: (at, column) => data.H[at][column],
    alike: correlation(standard, gram),
    together: groups && ((one, other) => consensus()[one * groups.labels.length + other]),
  });
};

/** Return the lines of a block as a side of their own. */
const linesOfBlock = (whole, lines, name, block) => {
  const { sizes, starts, one, many } = whole.sides[name];
  const first = sizes ? starts[block] : block;
  return { labels: lines.labels[name].slice(first, first + (sizes ? sizes[block] : 1)), first, one, many };
};

/** Return the cells of a block as a table of their own. */
const cellsOfBlock = (data, lines, whole, [row, column]) => {
  const sides = { rows: linesOfBlock(whole, lines, "rows", row), columns: linesOfBlock(whole, lines, "columns", column) };
  const values = new Float64Array(sides.rows.labels.length * sides.columns.labels.length);
  let at = 0;
  for (let down = 0; down < sides.rows.labels.length; down++)
    for (let across = 0; across < sides.columns.labels.length; across++)
      values[at++] = lines.cells().at(sides.rows.first + down, sides.columns.first + across);
  return tableOf(sides, data, {
    values,
    W: (line, part) => lines.loadings.rows[part][sides.rows.first + line],
    H: (part, line) => lines.loadings.columns[part][sides.columns.first + line],
  });
};
