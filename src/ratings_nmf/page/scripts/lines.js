/** Return the command that prints the known cells of lines: for each side that is limited, their places in the files. */
const cellsCommand = (data, places) =>
  pandas(data.files.cells.replace("WHERE", Object.entries(places).map(([side, some]) => `c["${side.slice(0, -1)}"].isin([${some.join(", ")}])`).join(" & ")));

/** Every row and every column of a dataset: labels, loadings, known cells, recommendations; what the page does not hold is null. */
const linesOf = (data) => {
  const labels = { rows: data.rows.labels, columns: data.columns.labels };
  const shape = { rows: labels.rows.length, columns: labels.columns.length };
  const other = { rows: "columns", columns: "rows" };
  const { parts } = data;

  /** Return the place of a line in the files, by which commands ask for it: a label as shown may be shortened. */
  const places = once(() => Object.fromEntries(Object.keys(labels).map((side) => [side, data[side].places && integers(data[side].places)])));
  const placeOf = (side, line) => places()[side]?.[line] ?? line;

  // of rows and columns as shown, which may be blocks, and of every one
  const shown = { rows: data.components.map((_, at) => Float64Array.from(data.W, (line) => line[at])), columns: data.H.map((line) => Float64Array.from(line)) };
  const every = data.lines ? { rows: data.lines.rows.map(numbers), columns: data.lines.columns.map(numbers) } : null;
  const loadings = data.aggregated ? every : shown;

  const cells = once(() => {
    if (data.aggregated && !data.cells) return null;
    const source = data.aggregated ? data.cells : { values: data.values };
    const values = numbers(source.values);
    if (!source.lengths) return { at: (row, column) => values[row * shape.columns + column] };
    const starts = startsOf(integers(source.lengths));
    const columns = integers(source.columns);
    const at = (row, column) => {
      let [low, high] = [starts[row], starts[row + 1]];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (columns[middle] < column) low = middle + 1;
        else high = middle;
      }
      return low < starts[row + 1] && columns[low] === column ? values[low] : data.unknown ? NaN : 0;
    };
    return { at, starts, columns, values };
  });

  /** Return the known cells of a line above 0, as pairs of the other side's line and the value, largest value first. */
  const known = (side, line) => {
    const pairs = [];
    const { at: value, starts, columns, values } = cells();
    const add = (place, value) => value > 0 && pairs.push([place, value]);
    if (side === "rows" && starts) for (let at = starts[line]; at < starts[line + 1]; at++) add(columns[at], values[at]);
    else for (let place = 0; place < shape[other[side]]; place++) add(place, side === "rows" ? value(line, place) : value(place, line));
    return pairs.sort((a, b) => b[1] - a[1]);
  };

  /** Return the prediction of a cell: that of draws, or by W @ H. */
  const drawn = data.predicted && !data.aggregated && numbers(data.predicted);
  const predicted = (row, column) => {
    if (drawn) return drawn[row * shape.columns + column];
    let total = 0;
    for (let at = 0; at < data.components.length; at++) total += loadings.rows[at][row] * loadings.columns[at][column];
    return within(total, data);
  };

  const lengths = {};
  const unit = (side) => {
    // parts are compared in the unit of the cells: a loading counts times the length of the other side's
    lengths[side] ??= (() => {
      const weights = loadings[other[side]].slice(0, parts).map((values) => Math.sqrt(values.reduce((total, value) => total + value ** 2, 0)));
      const norms = new Float64Array(shape[side]);
      weights.forEach((weight, at) => loadings[side][at].forEach((value, line) => (norms[line] += (value * weight) ** 2)));
      return { weights, norms: norms.map(Math.sqrt) };
    })();
    return lengths[side];
  };

  /** Return the lines of a side whose parts are most alike, as pairs of line and cosine. */
  const nearest = (side, line, count) => {
    const { weights, norms } = unit(side);
    if (!norms[line]) return [];
    const products = new Float64Array(shape[side]);
    weights.forEach((weight, at) => {
      const factor = loadings[side][at][line] * weight ** 2;
      if (factor) loadings[side][at].forEach((value, place) => (products[place] += value * factor));
    });
    const best = [];
    products.forEach((product, place) => {
      const cosine = product / (norms[place] * norms[line] || Infinity);
      if (place === line || !(cosine > 0) || (best.length === count && cosine <= best[count - 1][1])) return;
      best.push([place, cosine]);
      best.sort((a, b) => b[1] - a[1]);
      best.length = Math.min(best.length, count);
    });
    return best;
  };

  const lists = once(() => {
    if (!data.lists) return null;
    const [lengths, items, parts, known] = ["lengths", "items", "parts", "known"].map((name) => integers(data.lists[name]));
    const [predicted, gives, rest, beyond] = ["predicted", "gives", "rest", "beyond"].map((name) => numbers(data.lists[name]));
    const [low, high] = ["low", "high"].map((name) => data.lists[name] && numbers(data.lists[name]));
    return { starts: startsOf(lengths), items, parts, known, predicted, low, high, gives, rest, beyond };
  });

  /** Return what is recommended to a line, best first, and why: pairs of part and what it gives, and known items. */
  const recommended = (line) => {
    const { starts, ...all } = lists();
    const list = [];
    for (let at = starts[line]; at < starts[line + 1]; at++) {
      const three = [3 * at, 3 * at + 1, 3 * at + 2];
      const parts = three.filter((place) => all.parts[place]).map((place) => [all.parts[place] - 1, all.gives[place]]);
      const level = all.predicted[at] - all.beyond[at] - all.rest[at] - parts.reduce((total, [, gives]) => total + gives, 0);
      const known = three.filter((place) => all.known[place]).map((place) => all.known[place] - 1);
      const ends = all.low && [all.low[at], all.high[at]];
      list.push({ item: all.items[at], predicted: all.predicted[at], ends, level, parts, rest: all.rest[at], beyond: all.beyond[at], known });
    }
    return list;
  };
  const unpack = () => [places, cells, lists].forEach((read) => read());
  return { labels, shape, other, unpack, placeOf, shown, loadings, cells, lists, known, predicted, nearest, recommended };
};
