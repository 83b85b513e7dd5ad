const PAPER = 700; // pixels of a page's width

/** Draw a section's heatmaps for paper, whole and in light ink, each with its legend, and say what shortened labels are. */
const printed = (section, map, palette) => {
  const place = section.querySelector('[data-part="printed"]');
  const cut = new Set();
  const figures = [...section.querySelectorAll("[data-part^='view-']")].map((choice) => {
    const picture = map.pictureFor(choice.value);
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    const size = layoutOf(picture, context, PAPER, { print: true });
    for (const [way, lines] of [picture.down, picture.across].entries()) {
      const { labels } = picture.table.sides[picture.view[way ? "across" : "down"]];
      for (const [at, text] of size.texts[way]) if (text !== labels[lines[at]]) cut.add(labels[lines[at]]);
    }
    [canvas.width, canvas.height] = [Math.ceil(size.width * 2), Math.ceil(size.height * 2)];
    canvas.style.width = `${Math.ceil(size.width)}px`;
    context.setTransform(2, 0, 0, 2, 0, 0);
    drawPicture(context, picture, size, imageOf(picture, palette), { width: size.width, height: size.height, scroll: [0, 0], ink: "#1f2023", paper: "#ffffff", palette, mark: null });
    const [legend, ticks] = [Object.assign(document.createElement("canvas"), { width: 256, height: 1 }), element("div")];
    legendOf(legend, ticks, picture, palette);
    const caption = element("figcaption", "", choice.dataset.title.replace(/^./, (letter) => letter.toUpperCase()));
    return element("figure", "", caption, canvas, element("div", "scale", legend, ticks));
  });
  const labels = [...cut].sort(collator.compare);
  place.replaceChildren(...figures);
  if (labels.length) place.append(element("h4", "", "Labels that the heatmaps shorten"), element("ul", "", ...labels.map((label) => element("li", "", element("bdi", "", label)))));
};
