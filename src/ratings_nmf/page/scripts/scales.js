const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** Return a colour's channels as one number, as a canvas holds it. */
const pixel = ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red;

/** Return 256 colours between the stops of a scale, which are channels, too. */
const ramp = (stops) =>
  Array.from({ length: 256 }, (_, step) => {
    const place = (step / 255) * (stops.length - 1);
    const [from, to] = [Math.floor(place), Math.ceil(place)].map((stop) => stops[stop]);
    return from.map((channel, at) => Math.round(channel + (to[at] - channel) * (place % 1)));
  });

/** Return the relative luminance of a colour (WCAG 2). */
const luminance = (colour) =>
  colour.reduce((total, channel, at) => {
    const share = channel / 255;
    return total + [0.2126, 0.7152, 0.0722][at] * (share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
  }, 0);

/** Return black or white, whichever has more contrast: at least 4.58 on any colour. */
const inkOn = (colour) => (luminance(colour) > 0.179 ? "#000000" : "#ffffff");

const FAINT = 0.06; // where a logarithmic scale begins, so that little is not nothing

/**
 * Return how values become places from 0 to 1 on a scale of amounts, and the values that its legend names. The scale
 * ends at the largest of them, where no other limit is given.
 *
 * On a logarithmic scale 0 is at 0, and what is not above the second hundredth of the amounts, or a hundred thousandth of
 * the largest, at `FAINT`.
 */
const amounts = (kind, values, given) => {
  const limit = given || values.reduce((most, value) => Math.max(most, value), 0) || 1;
  if (kind !== "log") return { limit, place: (value) => clamp(value / limit, 0, 1), ticks: [0, limit / 2, limit] };
  const above = values.filter((value) => value > 0).sort();
  const floor = Math.max(above[Math.floor(above.length / 50)] ?? limit, limit * 1e-5);
  const width = Math.log(limit / floor) || 1;
  const place = (value) =>
    value <= 0 ? 0 : FAINT + (1 - FAINT) * clamp(Math.log(value / floor) / width, 0, 1);
  const middle = 10 ** Math.round(Math.log10(floor * Math.exp(width / 2)));
  return { limit, place, ticks: floor < limit ? [0, floor, middle, limit].filter((tick, at, all) => !at || tick > all[at - 1]) : [0, limit] };
};

/** Return the same for differences: 0 is at the middle, and both sides have the scale of their amounts. */
const differences = (kind, values) => {
  const { limit, place, ticks } = amounts(kind, values.map(Math.abs));
  const around = (value) => 0.5 + (Math.sign(value) * place(Math.abs(value))) / 2;
  const ends = kind === "log" ? ticks.slice(1) : [limit];
  return { limit, place: around, ticks: [...ends.map((tick) => -tick).reverse(), 0, ...ends] };
};
