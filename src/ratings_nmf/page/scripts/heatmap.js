const heatmap = (section, data) => {
  const part = (name) => section.querySelector(`[data-part="${name}"]`);
  const [pane, spacer, canvas] = ["pane", "spacer", "canvas"].map(part);
  const context = canvas.getContext("2d");
  const image = document.createElement("canvas");
  const sides = {
    rows: { ...data.rows, one: "row", many: "rows", loading: (line, component) => data.W[line][component] },
    columns: { ...data.columns, one: "column", many: "columns", loading: (line, at) => data.H[at][line] },
    components: { labels: data.components, one: "component", many: "components" },
  };
  const counts = { rows: sides.rows.labels.length, columns: sides.columns.labels.length };

  const predicted = data.W.map((weights) => {
    const line = new Float64Array(counts.columns);
    weights.forEach((weight, component) => {
      if (weight) data.H[component].forEach((share, column) => (line[column] += weight * share));
    });
    return line;
  });
  const residual = (row, column) => {
    if (data.residuals) return data.residuals[row][column];
    const value = data.values[row][column];
    return value === null ? null : value - predicted[row][column];
  };
  const views = {
    input: { down: "rows", across: "columns", scale: "amount", value: (row, column) => data.values[row][column] },
    reconstruction: { down: "rows", across: "columns", scale: "amount", value: (row, column) => predicted[row][column] },
    residual: { down: "rows", across: "columns", scale: "difference", value: residual },
    W: { down: "rows", across: "components", scale: "amount", value: (row, at) => data.W[row][at] },
    H: { down: "components", across: "columns", scale: "amount", value: (at, column) => data.H[at][column] },
    correlation: { down: "rows", across: "rows", scale: "difference", value: (a, b) => data.correlation[a][b] },
  };
  const largest = (view) => {
    let found = 0;
    const [down, across] = [sides[view.down].labels.length, sides[view.across].labels.length];
    for (let row = 0; row < down; row++)
      for (let column = 0; column < across; column++) found = Math.max(found, Math.abs(view.value(row, column) ?? 0));
    return found || 1;
  };
  views.input.limit = views.reconstruction.limit = Math.max(largest(views.input), largest(views.reconstruction));
  views.correlation.limit = 1;

  const state = { view: "input", rows: ["given", ""], columns: ["given", ""], at: null, example: true };
  let view, down, across, size, marked;

  /** Return the lines of a side that the filter leaves, in the chosen order. */
  const arranged = (name) => {
    const side = sides[name];
    let lines = side.labels.map((_, line) => line);
    if (name === "components") return lines;
    const [sort, text] = state[name];
    if (text) lines = lines.filter((line) => side.labels[line].toLowerCase().includes(text));
    if (sort === "label") lines.sort((a, b) => collator.compare(side.labels[a], side.labels[b]));
    else if (sort !== "given") lines.sort((a, b) => side.loading(b, +sort) - side.loading(a, +sort));
    return lines;
  };

  const paint = () => {
    view = views[state.view];
    view.limit ??= largest(view);
    [down, across] = [arranged(view.down), arranged(view.across)];
    image.width = Math.max(across.length, 1);
    image.height = Math.max(down.length, 1);
    const painted = new ImageData(image.width, image.height);
    const cells = new Uint32Array(painted.data.buffer);
    let at = 0;
    for (const row of down)
      for (const column of across) {
        const value = view.value(row, column);
        cells[at++] = value === null ? unratedPixel : pixels[view.scale][step(value, view.scale, view.limit)];
      }
    image.getContext("2d").putImageData(painted, 0, 0);
    layout();
    describe();
  };

  const font = (pixels) => `${pixels}px system-ui, sans-serif`;
  const widest = (side) => {
    context.font = font(13);
    side.widest ??= Math.max(...side.labels.slice(0, 400).map((label) => context.measureText(label.slice(0, 60)).width));
    return side.widest;
  };
  const weights = (side) => {
    const parts = data.components.slice(0, data.parts).map((_, at) => at);
    side.weights ??= side.labels.map((_, line) => parts.reduce((most, at) => Math.max(most, side.loading(line, at)), 0));
    return side.weights;
  };

  /** Choose sizes: every cell at least 3 pixels, numbers and labels where they fit; the pane scrolls the rest. */
  const layout = () => {
    const width = pane.clientWidth;
    const [rows, columns] = [sides[view.down], sides[view.across]];
    const gutter = Math.ceil(clamp(widest(rows) + 14, 24, Math.min(170, width * 0.34)));
    const numbers = down.length * across.length <= 400 && Math.max(down.length, across.length) <= 60;
    let cellWidth = clamp((width - gutter) / Math.max(across.length, 1), numbers ? 44 : 3, across.length <= 20 ? 110 : 48);
    let cellHeight = numbers ? (down.length <= 20 ? 36 : 24) : clamp(560 / Math.max(down.length, 1), 3, 24);
    if (cellWidth >= 8) cellWidth = Math.floor(cellWidth);
    if (cellHeight >= 8) cellHeight = Math.floor(cellHeight);
    const upright = widest(columns) + 10 <= cellWidth;
    const head = upright ? 28 : Math.ceil(clamp(widest(columns) + 14, 28, 120));
    size = { gutter, head, cellWidth, cellHeight, numbers, upright };
    marked = [shownLabels(view.down, down, cellHeight), shownLabels(view.across, across, upright ? 99 : cellWidth)];
    const full = { width: gutter + across.length * cellWidth, height: head + down.length * cellHeight };
    spacer.style.width = `${full.width}px`;
    spacer.style.height = `${full.height}px`;
    pane.style.height = `${Math.min(full.height, 620) + (full.width > width ? 16 : 0) + 2}px`;
    draw();
  };

  /** Return the places of a side that get a label: all where there is room, else the heaviest lines. */
  const shownLabels = (name, lines, room) => {
    if (room >= 13 || name === "components") return lines.map((_, place) => place);
    const weight = weights(sides[name]);
    const places = lines.map((_, place) => place).sort((a, b) => weight[lines[b]] - weight[lines[a]]);
    const taken = new Set();
    return places.filter((place) => {
      const slot = Math.floor((place * room) / 14);
      if ([slot - 1, slot, slot + 1].some((near) => taken.has(near))) return false;
      return taken.add(slot);
    });
  };

  /** Return how numbers are written into cells: as many decimals as three digits of the largest leave. */
  const written = () => {
    const values = down.flatMap((row) => across.map((column) => view.value(row, column) ?? 0));
    const peak = Math.max(...values.map(Math.abs));
    if (peak >= 1e7 || (peak > 0 && peak < 5e-3)) return (value) => value.toExponential(1);
    const decimals = peak >= 1000 || values.every(Number.isInteger) ? 0 : peak >= 100 ? 1 : 2;
    const form = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, signDisplay: "negative" };
    return (value) => value.toLocaleString("en-US", form).replace("-", "−");
  };

  const fitted = (label, room) => {
    if (context.measureText(label.slice(0, 80)).width <= room && label.length <= 80) return label;
    let length = Math.min(label.length, 80);
    while (length > 1 && context.measureText(`${label.slice(0, length)}…`).width > room) length -= 1;
    return `${label.slice(0, length)}…`;
  };

  const draw = () => {
    const { gutter, head, cellWidth, cellHeight } = size;
    const [width, height] = [pane.clientWidth, pane.clientHeight];
    const density = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const style = getComputedStyle(pane);
    const [ink, paper] = [style.color, style.backgroundColor];
    const [left, top] = [gutter - pane.scrollLeft, head - pane.scrollTop];
    const seen = (lines, start, room, end) => [
      clamp(Math.floor(-start / room), 0, lines.length),
      clamp(Math.ceil((end - start) / room), 0, lines.length),
    ];
    const [firstRow, lastRow] = seen(down, top - head, cellHeight, height - head);
    const [firstColumn, lastColumn] = seen(across, left - gutter, cellWidth, width - gutter);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    context.save();
    context.beginPath();
    context.rect(gutter, head, width - gutter, height - head);
    context.clip();
    context.imageSmoothingEnabled = false;
    if (down.length && across.length) context.drawImage(image, left, top, across.length * cellWidth, down.length * cellHeight);
    if (cellWidth >= 14 && cellHeight >= 14) {
      context.fillStyle = paper;
      for (let row = firstRow; row <= lastRow; row++) context.fillRect(gutter, top + row * cellHeight - 1, width, 1.5);
      for (let column = firstColumn; column <= lastColumn; column++)
        context.fillRect(left + column * cellWidth - 1, head, 1.5, height);
    }
    if (size.numbers) {
      context.textBaseline = "middle";
      context.font = font(13);
      context.textAlign = "center";
      const text = written();
      for (let row = firstRow; row < lastRow; row++)
        for (let column = firstColumn; column < lastColumn; column++) {
          const value = view.value(down[row], across[column]);
          if (value === null) continue;
          const [red, green, blue] = ramps[view.scale][step(value, view.scale, view.limit)];
          context.fillStyle = red * 0.299 + green * 0.587 + blue * 0.114 > 140 ? "#18181b" : "#ffffff";
          context.fillText(text(value), left + (column + 0.5) * cellWidth, top + (row + 0.5) * cellHeight);
        }
    }
    const place = state.at && [down.indexOf(state.at[0]), across.indexOf(state.at[1])];
    if (place && place[0] >= 0 && place[1] >= 0) {
      const box = [left + place[1] * cellWidth, top + place[0] * cellHeight, cellWidth, cellHeight];
      context.lineWidth = 4;
      context.strokeStyle = "#ffffff";
      context.strokeRect(...box);
      context.lineWidth = 2;
      context.strokeStyle = "#18181b";
      context.strokeRect(...box);
    }
    context.restore();
    context.textBaseline = "middle";
    context.fillStyle = ink;
    context.font = font(13);
    context.textAlign = "right";
    context.save();
    context.beginPath();
    context.rect(0, head, gutter, height - head);
    context.clip();
    for (const at of marked[0])
      if (at >= firstRow - 1 && at <= lastRow)
        context.fillText(fitted(sides[view.down].labels[down[at]], gutter - 12), gutter - 8, top + (at + 0.5) * cellHeight);
    context.restore();
    context.save();
    context.beginPath();
    context.rect(gutter - 4, 0, width - gutter + 4, head);
    context.clip();
    for (const at of marked[1]) {
      if (at < firstColumn - 1 || at > lastColumn) continue;
      const label = sides[view.across].labels[across[at]];
      context.save();
      context.translate(left + (at + 0.5) * cellWidth, head - 8);
      context.textAlign = size.upright ? "center" : "left";
      if (size.upright) context.translate(0, -6);
      else context.rotate(-Math.PI / 2);
      context.fillText(fitted(label, size.upright ? cellWidth - 4 : head - 12), 0, 0);
      context.restore();
    }
    context.restore();
  };

  // What stands beside the heatmap: the legend, what is shown, and one cell in words.
  const legend = part("legend").getContext("2d");
  const describe = () => {
    const ticks = view.scale === "amount" ? [0, view.limit / 2, view.limit] : [-view.limit, 0, view.limit];
    ramps[view.scale].forEach((colour, at) => {
      legend.fillStyle = `rgb(${colour.join(",")})`;
      legend.fillRect(at, 0, 1, 12);
    });
    part("ticks").replaceChildren(...ticks.map((tick) => element("span", "", number(tick))));
    for (const help of section.querySelectorAll("[data-help]")) help.hidden = help.dataset.help !== state.view;
    part("grey").hidden = !["input", "residual"].includes(state.view) || !page.datasets[section.dataset.name].unknown;
    const told = ["down", "across"].map((way) => {
      const side = sides[view[way]];
      const [shown, all] = [(way === "down" ? down : across).length, side.labels.length];
      const unit = side.sizes ? `blocks of ${side.many}` : all === 1 ? side.one : side.many;
      return `${shown === all ? "" : `${shown.toLocaleString("en-US")} of `}${all.toLocaleString("en-US")} ${unit}`;
    });
    part("shown").textContent = down.length && across.length ? `Shown: ${told.join(" × ")}.` : "Nothing matches the filter.";
    pane.setAttribute("aria-label", `Heatmap, ${part("view-" + state.view).dataset.title}: ${told.join(" by ")}. Arrow keys move from cell to cell.`);
  };

  const named = (side, line) =>
    side.sizes?.[line] > 1
      ? `${side.labels[line]} and ${(side.sizes[line] - 1).toLocaleString("en-US")} more`
      : side.labels[line];

  /** Return what is told of a cell: pairs of a term and its text, and the components' shares. */
  const facts = (row, column) => {
    const [rows, columns] = [sides[view.down], sides[view.across]];
    const told = [
      [rows.one, named(rows, row)],
      [columns.one, named(columns, column)],
    ];
    const value = view.value(row, column);
    if (view.across !== "columns" || view.down !== "rows") {
      const term = state.view === "correlation" ? "correlation" : "weight";
      return { told: [...told, [term, value === null ? "not known" : number(value)]], shares: [] };
    }
    const known = data.values[row][column];
    const prediction = predicted[row][column];
    const left = residual(row, column);
    const mean = data.aggregated ? "mean " : "";
    told.push([`${mean}table`, known === null ? "not rated" : number(known)], [`${mean}prediction`, number(prediction)]);
    if (left !== null) told.push([`${mean}left over`, number(left)]);
    const shares = data.components.map((name, at) => [name, prediction ? (data.W[row][at] * data.H[at][column]) / prediction : 0]);
    shares.sort((a, b) => b[1] - a[1]);
    return { told, shares: shares.filter(([, share]) => share >= 0.005).slice(0, 6) };
  };

  const tell = (aloud) => {
    const [row, column] = state.at;
    const { told, shares } = facts(row, column);
    const list = element("dl", "facts");
    for (const [term, text] of told) list.append(element("dt", "", term), element("dd", "", element("bdi", "", text)));
    const bars = shares.map(([name, share]) => {
      const bar = element("span", "bar");
      bar.style.width = `${(100 * share).toFixed(1)}%`;
      return element("li", "", element("span", "", name), element("span", "", `${Math.round(100 * share)} %`), bar);
    });
    part("cell").replaceChildren(list);
    if (bars.length) part("cell").append(element("p", "muted", "The prediction is made of"), element("ul", "shares", ...bars));
    if (aloud) {
      const spoken = [...told, ...shares.map(([name, share]) => [name, `${Math.round(100 * share)} %`])];
      part("spoken").textContent = spoken.map(([term, text]) => `${term} ${text}`).join(", ");
    }
  };

  /** Explain the largest value before anybody has pointed at a cell, so that a reader sees what there is to see. */
  const explain = () => {
    let most = -1;
    data.values.forEach((line, row) =>
      line.forEach((value, column) => {
        if (value === null || value <= most) return;
        most = value;
        state.at = [row, column];
      })
    );
    tell(false);
    part("cell").prepend(element("p", "muted", "For example, the largest value:"));
    draw();
  };

  const go = (row, column, aloud) => {
    if (!state.example && state.at && state.at[0] === down[row] && state.at[1] === across[column]) return;
    state.example = false;
    state.at = [down[row], across[column]];
    tell(aloud);
    draw();
  };

  const under = (event) => {
    const box = pane.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - pane.clientLeft, event.clientY - box.top - pane.clientTop];
    if (x < size.gutter || y < size.head) return;
    const column = Math.floor((x - size.gutter + pane.scrollLeft) / size.cellWidth);
    const row = Math.floor((y - size.head + pane.scrollTop) / size.cellHeight);
    if (row >= 0 && row < down.length && column >= 0 && column < across.length) go(row, column, false);
  };
  pane.addEventListener("pointermove", under);
  pane.addEventListener("pointerdown", under);
  pane.addEventListener("scroll", draw, { passive: true });

  const moves = {
    ArrowUp: ([row, column]) => [row - 1, column],
    ArrowDown: ([row, column]) => [row + 1, column],
    ArrowLeft: ([row, column]) => [row, column - 1],
    ArrowRight: ([row, column]) => [row, column + 1],
    PageUp: ([row, column]) => [row - 10, column],
    PageDown: ([row, column]) => [row + 10, column],
    Home: ([row]) => [row, 0],
    End: ([row]) => [row, Infinity],
  };
  pane.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move || !down.length || !across.length || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const old = state.at ? [down.indexOf(state.at[0]), across.indexOf(state.at[1])] : [-1, -1];
    const [row, column] = state.example || Math.min(...old) < 0 ? [0, 0] : move(old);
    const to = [clamp(row, 0, down.length - 1), clamp(column, 0, across.length - 1)];
    const { gutter, head, cellWidth, cellHeight } = size;
    const into = (start, room, from, end) => clamp(from, start + room - end, start);
    pane.scrollTop = into(to[0] * cellHeight, cellHeight, pane.scrollTop, pane.clientHeight - head);
    pane.scrollLeft = into(to[1] * cellWidth, cellWidth, pane.scrollLeft, pane.clientWidth - gutter);
    go(...to, true);
  });

  part("controls").addEventListener("change", (event) => {
    const { name, value } = event.target;
    if (name.startsWith("view")) {
      state.view = value;
      state.at = null;
      part("cell").replaceChildren(part("hint").content.cloneNode(true));
      state.example = true;
    }
    if (event.target.dataset.sort) state[event.target.dataset.sort][0] = value;
    pane.scrollTop = pane.scrollLeft = 0;
    paint();
  });
  part("controls").addEventListener("input", (event) => {
    if (!event.target.dataset.filter) return;
    state[event.target.dataset.filter][1] = event.target.value.trim().toLowerCase();
    pane.scrollTop = pane.scrollLeft = 0;
    paint();
  });
  new ResizeObserver(() => pane.clientWidth && layout()).observe(section);
  paint();
  explain();
  return draw;
};
