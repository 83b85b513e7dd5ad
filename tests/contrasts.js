/** Return the contrast (WCAG 2) of every text that is seen, and the text; that of a field's placeholder, and of what the heatmap writes beside its cells. */
() => {
  const paint = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const over = (colour, below) => {
    paint.clearRect(0, 0, 1, 1);
    for (const each of [below, colour]) {
      paint.fillStyle = each;
      paint.fillRect(0, 0, 1, 1);
    }
    return `rgb(${paint.getImageData(0, 0, 1, 1).data.slice(0, 3).join(",")})`;
  };
  const ground = (element) => over(getComputedStyle(element).backgroundColor, element.parentElement ? ground(element.parentElement) : "white");
  const luminance = (colour) => colour.match(/\d+/g).reduce((total, channel, at) => {
    const share = channel / 255;
    return total + [0.2126, 0.7152, 0.0722][at] * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
  }, 0);
  const contrast = (ink, element) => {
    const below = ground(element);
    const [low, high] = [luminance(over(ink, below)), luminance(below)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: parent, data } = texts.currentNode;
    if (!data.trim() || !parent.checkVisibility() || parent.closest("option, script, .spoken, .skip")) continue;
    const { fill, color } = getComputedStyle(parent);
    found.push([contrast(parent.closest("svg") ? fill : color, parent), data.trim().slice(0, 60)]);
  }
  for (const field of document.querySelectorAll("input[placeholder], select, [data-part=pane]"))
    if (field.checkVisibility()) found.push([contrast(getComputedStyle(field, field.placeholder ? "::placeholder" : null).color, field), field.name || field.dataset.part]);
  return found;
}
