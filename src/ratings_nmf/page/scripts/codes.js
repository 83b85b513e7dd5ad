/** Return the whole numbers that `integers` of codes.py made. */
const integers = ({ bytes, codes }) => {
  const text = atob(codes);
  const raw = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) raw[at] = text.charCodeAt(at);
  return new { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[bytes](raw.buffer);
};

/** Return the numbers that `numbers` of codes.py made; NaN where one is not known. */
const numbers = (packed) => {
  const codes = integers(packed);
  if (packed.values) {
    const values = packed.values.map((value) => value ?? NaN);
    return new Float64Array(codes).map((code) => values[code]);
  }
  const powers = 10 ** (packed.digits - 1);
  const tens = Array.from({ length: 80 }, (_, power) => 10 ** (power + packed.first));
  return new Float64Array(codes).map((code) => {
    if (code === 0) return 0;
    if (code === 0xffff) return NaN;
    const place = packed.signed ? (code - 1) >> 1 : code - 1;
    const value = (powers + (place % (9 * powers))) * tens[Math.floor(place / (9 * powers))];
    return packed.signed && (code - 1) & 1 ? -value : value;
  });
};

/** Return where each of successive groups of so many begins, and where the last one ends. */
const startsOf = (lengths) => {
  const starts = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, at) => (starts[at + 1] = starts[at] + length));
  return starts;
};
