const BAR = 16; // pixels that a scroll bar takes
const MOVES = {
  ArrowUp: ([row, column]) => [row - 1, column],
  ArrowDown: ([row, column]) => [row + 1, column],
  ArrowLeft: ([row, column]) => [row, column - 1],
  ArrowRight: ([row, column]) => [row, column + 1],
  PageUp: ([row, column]) => [row - 10, column],
  PageDown: ([row, column]) => [row + 10, column],
  Home: ([row]) => [row, 0],
  End: ([row]) => [row, Infinity],
};

/**
 * Let a section's heatmap be looked at: its view, scale, order, filters, and one cell; `look` sets any of these,
 * `changed` is told what a person changed, `ordered` the part that both sides are sorted by, or null.
 */
const heatmap = (section, data, lines, palette, { changed, openLine, ordered }) => {
  const found = Object.fromEntries([...section.querySelectorAll("[data-part]")].map((made) => [made.dataset.part, made]));
  const part = (name) => found[name];
  const [pane, spacer, canvas] = ["pane", "spacer", "canvas"].map(part);
  const context = canvas.getContext("2d");
  const whole_ = wholeTable(data);
  // before anybody has pointed at a cell, the largest value shows what there is to see
  const [largest, columnCount] = [whole_.values.indexOf(largestOf(whole_.values)), whole_.sides.columns.labels.length];
  const at = largest < 0 ? {} : { rows: Math.floor(largest / columnCount), columns: largest % columnCount };
  const start = () => ({ view: "input", scale: null, block: null, at, rows: { sort: "given", text: "" }, columns: { sort: "given", text: "" } });
  let state = start();
  let example = true;
  let [table, picture, size, image, room, frame, isScrolled] = [whole_, null, null, null, 0, 0, false];

  const scaleOf = () => state.scale ?? data.scales[state.view] ?? "linear";
  const place = () => {
    const at = [state.at[picture.view.down], state.at[picture.view.across]];
    const found = [picture.down.indexOf(at[0]), picture.across.indexOf(at[1])];
    return Math.min(...found) < 0 ? null : found;
  };

  const paint = () => {
    picture = pictureOf(table, state.view, { orders: state, scale: scaleOf() });
    image = imageOf(picture, palette);
    layout();
    describe();
    tell(false);
  };
  const layout = () => {
    if (!picture || !room) return;
    size = layoutOf(picture, context, room - BAR);
    spacer.style.width = `${size.width}px`;
    spacer.style.height = `${size.height}px`;
    const isWide = size.width > room - (size.height > TALLEST ? BAR : 0);
    pane.style.height = `${Math.min(size.height, TALLEST) + (isWide ? BAR : 0) + 2}px`;
    redraw();
  };
  /** Draw before the next frame, once, whatever changes until then. */
  const redraw = () => (frame ||= requestAnimationFrame(draw));
  const draw = () => {
    frame = 0;
    if (!size) return;
    const [width, height] = [pane.clientWidth, pane.clientHeight];
    part("cell").scrollTop = 0; // where it scrolls, what is new is at its top
    const density = window.devicePixelRatio || 1;
    for (const [side, pixels] of [["width", width], ["height", height]]) {
      canvas.style[side] = `${pixels}px`;
      if (canvas[side] !== Math.round(pixels * density)) canvas[side] = Math.round(pixels * density); // which clears it
    }
    context.setTransform(density, 0, 0, density, 0, 0);
    const { color, backgroundColor } = getComputedStyle(pane);
    drawPicture(context, picture, size, image, { width, height, scroll: [pane.scrollLeft, pane.scrollTop], ink: color, paper: backgroundColor, palette, mark: place() });
  };

  // What stands beside the heatmap: the legend, what is shown, and one cell in words.
  const describe = () => {
    legendOf(part("legend"), part("ticks"), picture, palette);
    for (const help of section.querySelectorAll("[data-help]")) help.hidden = help.dataset.help !== state.view;
    part("grey").hidden = !["input", "residual"].includes(state.view) || !data.unknown;
    part("level").hidden = !picture.strip;
    const told = ["down", "across"].map((way) => {
      const side = table.sides[picture.view[way]];
      const [shown, all] = [picture[way].length, side.labels.length];
      const unit = side.sizes ? counted(all, `block of ${side.many}`, `blocks of ${side.many}`) : counted(all, side.one, side.many);
      return `${shown === all ? "" : `${whole(shown)} of `}${unit}`;
    });
    part("shown").textContent = picture.down.length && picture.across.length ? `Shown: ${told.join(" × ")}.` : "Nothing matches the filter.";
    pane.setAttribute("aria-label", `Heatmap, ${part(`view-${state.view}`).dataset.title}: ${told.join(" by ")}. Arrow keys move from cell to cell.`);
    part("back").hidden = !state.block;
    for (const name of Object.keys(VIEWS)) if (part(`view-${name}`)) part(`view-${name}`).disabled = !table.value[name];
    part(`view-${state.view}`).checked = true;
    part("scale").value = scaleOf();
    for (const option of part("scale").options)
      option.disabled = ["correlation", "consensus"].includes(state.view) ? option.value !== "linear" : state.view === "residual" && ["row", "column"].includes(option.value);
    for (const name of ["rows", "columns"]) {
      section.querySelector(`[data-sort="${name}"]`).value = state[name].sort;
      const field = section.querySelector(`[data-filter="${name}"]`);
      if (folded(field.value.trim()) !== state[name].text) field.value = state[name].text;
    }
  };

  const tell = (aloud) => {
    const found = place();
    part("cell").classList.toggle("told", Boolean(found) && !example);
    if (!found) return part("cell").replaceChildren(part("hint").content.cloneNode(true));
    const at = [picture.down[found[0]], picture.across[found[1]]];
    const { told, shares } = factsOf(picture, data, at);
    part("cell").replaceChildren(factsList(told));
    if (example) part("cell").prepend(element("p", "muted", "For example, where the table has its largest value:"));
    if (shares.length) part("cell").append(element("p", "muted", "The prediction is made of"), bars(shares));
    part("cell").append(actions(at));
    if (aloud) part("spoken").textContent = [...told, ...shares.map(([name, share]) => [name, percent(share)])].map(([term, text]) => `${term} ${text}`).join(", ");
  };

  /** Return buttons that lead on from a cell: to the profiles of its lines, and from a block to its cells. */
  const actions = (at) => {
    const box = element("div", "actions");
    const { down, across } = picture.view;
    const pair = { [down]: at[0], [across]: at[1] };
    const blocks = table.sides.rows.sizes || table.sides.columns.sizes;
    const ofBlock = blocks && "rows" in pair && "columns" in pair;
    if (ofBlock && !(data.cells && data.lines)) {
      const places = (name) => {
        const { labels, first } = linesOfBlock(table, lines, name, pair[name]);
        return labels.map((_, at) => lines.placeOf(name, first + at));
      };
      box.append(absent("The cells of blocks", cellsCommand(data, { rows: places("rows"), columns: places("columns") })));
    } else if (ofBlock) box.append(button("Open this block’s cells", () => look({ block: [pair.rows, pair.columns], at: { rows: 0, columns: 0 } }, true)));
    for (const name of ["rows", "columns"]) {
      if (!(name in pair) || table.sides[name].sizes?.[pair[name]] > 1) continue;
      const { one, starts, first = 0 } = table.sides[name];
      box.append(button(`About this ${one}`, () => openLine(name, starts?.[pair[name]] ?? first + pair[name])));
    }
    return box;
  };

  const go = (row, column, aloud) => {
    const { down, across } = picture.view;
    const [one, other] = [picture.down[row], picture.across[column]];
    if (!example && state.at[down] === one && state.at[across] === other) return;
    example = false;
    state.at = { ...state.at, [down]: one, [across]: other };
    tell(aloud);
    redraw();
    changed(state, false);
  };
  const under = (event) => {
    const box = pane.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - pane.clientLeft, event.clientY - box.top - pane.clientTop];
    if (x < size.gutter || y < size.head) return;
    const column = Math.floor((x - size.gutter + pane.scrollLeft) / size.cellWidth);
    const row = Math.floor((y - size.head + pane.scrollTop) / size.cellHeight);
    if (row >= 0 && row < picture.down.length && column >= 0 && column < picture.across.length) go(row, column, false);
  };
  pane.addEventListener("pointermove", under);
  pane.addEventListener("pointerdown", under);
  pane.addEventListener("scroll", () => redraw((isScrolled = true)), { passive: true });
  pane.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move || !picture.down.length || !picture.across.length || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const old = place();
    const [row, column] = example || !old ? [0, 0] : move(old);
    const to = [clamp(row, 0, picture.down.length - 1), clamp(column, 0, picture.across.length - 1)];
    const { gutter, head, cellWidth, cellHeight } = size;
    const into = (start, room, from, end) => clamp(from, start + room + EDGE - end, start);
    pane.scrollTop = into(to[0] * cellHeight, cellHeight, pane.scrollTop, pane.clientHeight - head);
    pane.scrollLeft = into(to[1] * cellWidth, cellWidth, pane.scrollLeft, pane.clientWidth - gutter);
    go(...to, true);
  });

  /** Show what is given of a state, the rest as it is; a person's own step is told of. */
  const look = (wanted, own) => {
    const before = state;
    state = { ...state, ...wanted };
    if (state.block !== before.block) {
      table = state.block ? cellsOfBlock(data, lines, whole_, state.block) : whole_;
      for (const name of ["rows", "columns"]) state[name] = wanted[name] ?? { sort: "given", text: "" };
    }
    if (!part(`view-${state.view}`) || !table.value[state.view]) state.view = "input"; // an address may ask for what is not there
    if (own && wanted.at) example = false;
    if (isScrolled) pane.scrollTop = pane.scrollLeft = 0; // which needs a layout
    isScrolled = false;
    paint();
    ordered(state.rows.sort === state.columns.sort && state.rows.sort in data.components ? +state.rows.sort : null);
    if (own) changed(example ? { ...state, at: {} } : state, true);
  };
  part("controls").addEventListener("change", (event) => {
    const { name, value, dataset } = event.target;
    if (name.startsWith("view")) look({ view: value, scale: null }, true);
    else if (name === "scale") look({ scale: value }, true);
    else if (dataset.sort) look({ [dataset.sort]: { ...state[dataset.sort], sort: value } }, true);
  });
  part("controls").addEventListener("input", (event) => {
    const name = event.target.dataset.filter;
    if (name) look({ [name]: { ...state[name], text: folded(event.target.value.trim()) } }, false);
  });
  part("back").addEventListener("click", () => look({ block: null, at: { rows: state.block[0], columns: state.block[1] } }, true));
  new ResizeObserver(() => {
    room = pane.offsetWidth;
    layout();
  }).observe(part("controls"));
  return {
    redraw,
    /** Sort rows and columns by a part, or by none. */
    order: (at) => look({ rows: { ...state.rows, sort: String(at ?? "given") }, columns: { ...state.columns, sort: String(at ?? "given") } }, true),
    renamed: (at) => {
      for (const { sides } of new Set([whole_, table])) Object.assign(sides.components, { labels: data.components.slice(0, data.parts), widest: undefined });
      for (const option of section.querySelectorAll(`[data-sort] option[value="${at}"]`)) option.textContent = data.components[at];
      paint();
    },
    look: (wanted) => {
      example = !wanted.at;
      look({ ...start(), ...wanted }, false);
    },
    pictureFor: (view) => pictureOf(whole_, view, { orders: start(), scale: data.scales[view] ?? "linear" }),
  };
};

/** Draw a picture's legend: 256 steps of its colours, a pixel each, and the values that some of them mean. */
const legendOf = (canvas, ticks, picture, palette) => {
  const { buffer } = palette.pixels[picture.view.colours];
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(buffer), 256, 1), 0, 0);
  // a tick that would stand in another's number is left out: the ends have theirs, then 0
  const written = [];
  for (const tick of [picture.ticks[0], picture.ticks.at(-1), 0, ...picture.ticks])
    if (written.every((other) => Math.abs(picture.place(other) - picture.place(tick)) > 0.27)) written.push(tick);
  ticks.replaceChildren(...written.sort((a, b) => a - b).map((tick) => {
    const mark = element("span", "", picture.shares ? percent(tick) : number(tick));
    mark.style.left = `${(100 * picture.place(tick)).toFixed(1)}%`;
    return mark;
  }));
};
