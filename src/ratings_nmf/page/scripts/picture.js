/** Heatmaps as drawn: the order of lines, sizes, colours; nothing here knows of pointers, keys or scrolling panes. */
const TALLEST = 620; // pixels of the pane
const SHEET = 860; // pixels that a picture has on paper, with its caption and legend below
const STRIP_GAP = 8; // pixels between the parts and the levels
const NUMBER = 46; // pixels that a cell with a number is wide at least
const EDGE = 8; // pixels around the cells: half a label, which may be taller than its line

const font = (size) => `${size}px system-ui, sans-serif`;

/** Return the lines of a side that its filter leaves, in the order chosen. */
const arranged = (table, name, orders) => {
  const side = table.sides[name];
  let lines = side.labels.map((_, line) => line);
  if (side.fixed) return lines;
  const { sort, text } = orders[name === "others" ? "rows" : name];
  if (text) {
    const [labels, { starts }] = [(side.folded ??= (side.all ?? side.labels).map(folded)), side];
    lines = lines.filter((line) => labels.slice(starts?.[line] ?? line, starts?.[line + 1] ?? line + 1).some((label) => label.includes(text)));
  }
  if (sort === "label") lines.sort((a, b) => collator.compare(side.labels[a], side.labels[b]));
  else if (sort !== "given") {
    const loading = table.loading[name === "others" ? "rows" : name];
    lines.sort((a, b) => loading(b, +sort) - loading(a, +sort));
  }
  return lines;
};

/**
 * Return a view's picture: its lines, the shown value of a cell, and the place of a value on the scale of colours.
 *
 * `scale` is linear, log, row or column: the last two show a cell's share of the total of its row or column.
 */
const pictureOf = (table, name, { orders, scale }) => {
  const view = name === "correlation" && table.sides.some ? { ...VIEWS[name], down: "some" } : VIEWS[name];
  const [down, across] = [arranged(table, view.down, orders), arranged(table, view.across, orders)];
  const raw = table.value[name];
  let value = raw;
  if (scale === "row" || scale === "column") {
    const totals = new Float64Array(table.sides[scale === "row" ? view.down : view.across].labels.length);
    for (const row of down) for (const column of across) totals[scale === "row" ? row : column] += raw(row, column) || 0;
    value = (row, column) => raw(row, column) / (totals[scale === "row" ? row : column] || 1);
  }
  const values = new Float64Array(down.length * across.length);
  let at = 0;
  for (const row of down) for (const column of across) values[at++] = value(row, column);
  const known = values.map((number) => number || 0);
  const kind = scale === "log" ? "log" : "linear";
  const colours = name === "correlation" ? differences("linear", Float64Array.of(1)) : (view.colours === "amount" ? amounts : differences)(kind, known, name === "consensus" ? 1 : value === raw && table.limits[name]?.());
  const strip = view.level !== undefined && table.levels && {
    values: view.level ? table.levels.columns : table.levels.rows,
    lines: view.level ? across : down,
    label: view.level ? "column level" : "row level",
  };
  if (strip) strip.limit = Math.max(...strip.lines.slice(0, 1e5).map((line) => strip.values[line])) || 1;
  return { table, name, view, down, across, values, value, strip, shares: value !== raw, ...colours };
};

/** Return the picture's cells as an image, a pixel each. */
const imageOf = (picture, palette) => {
  const [width, height] = [picture.across, picture.down].map((lines) => Math.max(lines.length, 1));
  const image = Object.assign(document.createElement("canvas"), { width, height });
  const painted = new ImageData(width, height);
  const cells = new Uint32Array(painted.data.buffer);
  const pixels = palette.pixels[picture.view.colours];
  picture.values.forEach((value, at) => {
    cells[at] = Number.isNaN(value) ? palette.unrated : pixels[Math.round(picture.place(value) * 255)];
  });
  image.getContext("2d").putImageData(painted, 0, 0);
  return image;
};

/** Return how numbers are written into cells: as many decimals as three digits of the largest leave. */
const writing = (picture) => {
  const known = picture.values.filter((value) => !Number.isNaN(value));
  const peak = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (picture.shares) return percent;
  if (peak >= 1e7 || (peak > 0 && peak < 5e-3)) return (value) => scientific(value, 1);
  return fixed(peak >= 1000 || known.every(Number.isInteger) ? 0 : peak >= 100 ? 1 : 2);
};

/**
 * Return the sizes of a picture that is `width` pixels wide: every cell has 3 pixels at least, labels stand where they
 * fit, numbers where no more than 20 columns would have to scroll for them. In print the picture is as wide as the
 * paper, whatever that leaves for a cell, and letters are smaller, so that two pictures stand on a sheet.
 */
const layoutOf = (picture, context, width, { print = false } = {}) => {
  const { down, across, view, table, strip } = picture;
  const [rows, columns] = [table.sides[view.down], table.sides[view.across]];
  const letters = print ? 10 : 13;
  context.font = font(letters);
  // of the longest of some labels, in letters
  const widthOf = (label) => context.measureText(label.slice(0, 60)).width / letters;
  const widest = (side) => letters * (side.widest ??= Math.max(...side.labels.slice(0, 400).sort((a, b) => b.length - a.length).slice(0, 30).map(widthOf)));
  const stripAcross = strip && !view.level ? 1 : 0;
  const longest = Math.max(widest(columns), stripAcross ? 4.6 * letters : 0);
  const most = across.length > 20 ? 48 : print ? clamp(longest + 11, 40, 110) : 110;
  const beside = EDGE + stripAcross * STRIP_GAP;
  // labels of rows have what the widest cells would leave, and a good third in any case
  const share = Math.max(Math.min(print ? 220 : 190, width * 0.38), width - beside - (across.length + stripAcross) * most);
  const gutter = Math.ceil(clamp(Math.max(widest(rows), strip && view.level ? 6.5 * letters : 0) + 14, 24, share));
  const room = width - gutter - beside;
  const fits = print || across.length <= 20 || across.length * NUMBER <= room;
  const numbers = down.length * across.length <= 400 && Math.max(down.length, across.length) <= 60 && fits;
  const least = print ? 0 : numbers ? NUMBER : 3;
  let cellWidth = clamp(room / Math.max(across.length + stripAcross, 1), least, most);
  if (cellWidth >= 8) cellWidth = Math.floor(cellWidth);
  const upright = longest + 10 <= cellWidth;
  const head = upright ? 28 : Math.ceil(clamp(longest + 14, 28, print ? 220 : 180));
  const tall = (print ? 400 : TALLEST) - head - EDGE;
  const sheet = (SHEET - head) / Math.max(down.length, 1);
  let cellHeight = numbers ? (print ? clamp(sheet, letters + 1, 20) : down.length <= 20 ? 36 : 24) : clamp(tall / Math.max(down.length, 1), print ? 0 : 3, 24);
  if (cellHeight >= 8) cellHeight = Math.floor(cellHeight);
  const size = {
    letters,
    gutter,
    head,
    cellWidth,
    cellHeight,
    numbers: numbers && cellWidth >= 2.6 * letters,
    upright,
    width: gutter + EDGE + across.length * cellWidth + (stripAcross ? STRIP_GAP + Math.max(cellWidth, 12) : 0),
    height: head + EDGE + down.length * cellHeight + (strip && view.level ? STRIP_GAP + Math.max(cellHeight, 18) : 0),
  };
  size.marked = [
    labelled(table, view.down, down, cellHeight, letters),
    labelled(table, view.across, across, upright ? 99 : cellWidth, letters),
  ];
  // labels that are shown are shortened together, so that no two become the same
  size.texts = [
    [rows, down, gutter - 12],
    [columns, across, upright ? cellWidth - 4 : head - 12],
  ].map(([side, lines, space], way) => {
    const labels = size.marked[way].map((place) => side.labels[lines[place]]);
    let short;
    for (let length = Math.max(Math.floor(space / 4), 4), widest = Infinity; widest > space && length > 3; ) {
      short = shortened(labels, length);
      widest = Math.max(...short.map((text) => context.measureText(text).width));
      length = Math.min(length - 1, Math.floor((length * space) / widest));
    }
    return new Map(size.marked[way].map((place, order) => [place, short[order]]));
  });
  return size;
};

/** Return the places of a side that get a label: all where there is room, else the heaviest lines. */
const labelled = (table, name, lines, room, letters) => {
  if (room >= letters || name === "components") return lines.map((_, place) => place);
  const side = table.sides[name];
  if (side.fixed) return lines.filter((place) => place % Math.ceil((letters + 1) / room) === 0);
  const loading = table.loading[name === "others" ? "rows" : name];
  side.weights ??= side.labels.map((_, line) => table.sides.components.labels.reduce((most, _, at) => Math.max(most, loading(line, at)), 0));
  const taken = new Set();
  const places = lines.map((_, place) => place).sort((a, b) => side.weights[lines[b]] - side.weights[lines[a]]);
  return places
    .filter((place) => {
      const slot = Math.floor((place * room) / (letters + 1));
      if ([slot - 1, slot, slot + 1].some((near) => taken.has(near))) return false;
      return taken.add(slot);
    })
    .sort((a, b) => a - b);
};

/** Draw what of a picture is seen through a window of so many pixels that is scrolled to a place. */
const drawPicture = (context, picture, size, image, { width, height, scroll, ink, paper, palette, mark }) => {
  const { gutter, head, cellWidth, cellHeight } = size;
  const { down, across, strip, view } = picture;
  const [left, top] = [gutter - scroll[0], head - scroll[1]];
  const seen = (lines, start, room, end) => [
    clamp(Math.floor(-start / room), 0, lines.length),
    clamp(Math.ceil((end - start) / room), 0, lines.length),
  ];
  const [firstRow, lastRow] = seen(down, top - head, cellHeight, height - head);
  const [firstColumn, lastColumn] = seen(across, left - gutter, cellWidth, width - gutter);
  const clipped = (x, y, wide, high, paint) => {
    context.save();
    context.beginPath();
    context.rect(x, y, wide, high);
    context.clip();
    paint();
    context.restore();
  };
  const colourOf = (value) => palette.ramps[view.colours][Math.round(picture.place(value) * 255)];
  const write = (text, colour, x, y) => {
    context.fillStyle = inkOn(colour);
    context.fillText(text, x, y);
  };
  context.clearRect(0, 0, width, height);
  context.textBaseline = "middle";
  clipped(gutter, head, width - gutter, height - head, () => {
    context.imageSmoothingEnabled = Math.min(cellWidth, cellHeight) < 1; // on paper several cells may share a dot
    context.font = font(size.letters);
    context.textAlign = "center";
    if (down.length && across.length) context.drawImage(image, left, top, across.length * cellWidth, down.length * cellHeight);
    if (strip) {
      const end = view.level ? top + down.length * cellHeight + STRIP_GAP : left + across.length * cellWidth + STRIP_GAP;
      const [from, to] = view.level ? [firstColumn, lastColumn] : [firstRow, lastRow];
      for (let place = from; place < to; place++) {
        const value = strip.values[strip.lines[place]];
        const colour = palette.ramps.level[Math.round(clamp(value / strip.limit, 0, 1) * 255)];
        const box = view.level
          ? [left + place * cellWidth, end, cellWidth, Math.max(cellHeight, 18)]
          : [end, top + place * cellHeight, Math.max(cellWidth, 12), cellHeight];
        context.fillStyle = `rgb(${colour.join(",")})`;
        context.fillRect(...box);
        if (size.numbers) write(number(value), colour, box[0] + box[2] / 2, box[1] + box[3] / 2);
      }
    }
    if (size.numbers || Math.min(cellWidth, cellHeight) >= 20) {
      context.fillStyle = paper;
      for (let row = firstRow; row <= lastRow; row++) context.fillRect(gutter, top + row * cellHeight - 1, width, 1.5);
      for (let column = firstColumn; column <= lastColumn; column++) context.fillRect(left + column * cellWidth - 1, head, 1.5, height);
    }
    const text = size.numbers && writing(picture);
    if (size.numbers)
      for (let row = firstRow; row < lastRow; row++)
        for (let column = firstColumn; column < lastColumn; column++) {
          const value = picture.values[row * across.length + column];
          if (!Number.isNaN(value)) write(text(value), colourOf(value), left + (column + 0.5) * cellWidth, top + (row + 0.5) * cellHeight);
        }
    if (mark) {
      const box = [left + mark[1] * cellWidth, top + mark[0] * cellHeight, cellWidth, cellHeight];
      for (const [line, colour] of [[4, "#ffffff"], [2, "#000000"]]) {
        context.lineWidth = line;
        context.strokeStyle = colour;
        context.strokeRect(...box);
      }
    }
  });
  context.fillStyle = ink;
  context.font = font(size.letters);
  clipped(0, head - EDGE, gutter, height - head + EDGE, () => {
    context.textAlign = "right";
    for (const at of size.marked[0])
      if (at >= firstRow - 1 && at <= lastRow) context.fillText(size.texts[0].get(at), gutter - 8, top + (at + 0.5) * cellHeight);
    if (strip && view.level) context.fillText(strip.label, gutter - 8, top + down.length * cellHeight + STRIP_GAP + Math.max(cellHeight, 18) / 2);
  });
  clipped(gutter - EDGE, 0, width - gutter + EDGE, head, () => {
    const heading = (text, x) => {
      context.save();
      context.translate(x, head - 8);
      context.textAlign = size.upright ? "center" : "left";
      if (size.upright) context.translate(0, -6);
      else context.rotate(-Math.PI / 2);
      context.fillText(text, 0, 0);
      context.restore();
    };
    for (const at of size.marked[1])
      if (at >= firstColumn - 1 && at <= lastColumn) heading(size.texts[1].get(at), left + (at + 0.5) * cellWidth);
    if (strip && !view.level) heading(strip.label, left + across.length * cellWidth + STRIP_GAP + Math.max(cellWidth, 12) / 2);
  });
};
