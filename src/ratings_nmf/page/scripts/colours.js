const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
const unrated = channels(page.colours.unrated);

/** Return a colour's channels as one number, as a canvas holds it. */
const packed = ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red;

/** Return 256 colours between the stops of a scale. */
const ramp = (stops) =>
  Array.from({ length: 256 }, (_, step) => {
    const place = (step / 255) * (stops.length - 1);
    const [from, to] = [Math.floor(place), Math.ceil(place)].map((stop) => channels(stops[stop]));
    return from.map((channel, at) => Math.round(channel + (to[at] - channel) * (place % 1)));
  });
const unratedPixel = packed(unrated);
const ramps = { amount: ramp(page.colours.amount), difference: ramp(page.colours.difference) };

const pixels = { amount: ramps.amount.map(packed), difference: ramps.difference.map(packed) };

const step = (value, scale, limit) =>
  clamp(Math.round((scale === "amount" ? value / limit : (value / limit + 1) / 2) * 255), 0, 255);
