const collator = new Intl.Collator(undefined, { numeric: true });
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const whole = (count) => count.toLocaleString("en-US");
const counted = (count, one, many) => `${whole(count)} ${count === 1 ? one : (many ?? `${one}s`)}`;

/** Return a number for people: three significant digits, whole from 1,000 on. */
const number = (value) =>
  (Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString("en-US")
    : value && Math.abs(value) < 1e-4
      ? value.toExponential(2)
      : value.toLocaleString("en-US", { maximumSignificantDigits: 3 })
  ).replace("-", "−");

/** Return numbers that stand together, to the third digit of the largest. */
const aligned = (values) => {
  const digits = clamp(2 - Math.floor(Math.log10(Math.max(...values.map(Math.abs), 1e-9))), 0, 9);
  return values.map((value) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" }).replace("-", "−"));
};

const percent = (share) => `${share >= 0.01 || !share ? Math.round(100 * share) : number(+(100 * share).toPrecision(1))} %`;

/** Return a function that makes something when it is first called, and gives it from then on. */
const once = (make) => {
  let [made, given] = [false, null];
  return () => {
    if (!made) [made, given] = [true, make()];
    return given;
  };
};

/** Do something when there is time. */
const whenIdle = (act) => (window.requestIdleCallback ?? setTimeout)(act);

/** Return an element with text and children; texts are never parsed as markup. */
const element = (name, className, ...children) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

/** Return a label as Python writes it within a command that stands in single quotes. */
const quoted = (label) => JSON.stringify(label).replaceAll("'", "'\\''");

/** Return the command that prints what a pandas expression gives. */
const pandas = (expression) => `python -c 'import pandas as pd; print(${expression}.to_string())'`;

/** Return a text as it is compared with what people type: small letters without accents. */
const folded = (text) => {
  const small = text.toLowerCase();
  return /[^\x00-\x7f]/.test(small) ? small.normalize("NFKD").replace(/\p{M}/gu, "") : small;
};

/**
 * Return labels of at most so many characters each; of a longer one the middle is left out.
 *
 * Labels that would come out the same are told apart: of each of them the start, and what follows from the first
 * character in which they differ.
 */
const shortened = (labels, longest) => {
  const tail = Math.floor(longest / 3);
  const short = labels.map((label) =>
    label.length <= longest ? label : `${label.slice(0, longest - tail - 1).trimEnd()}…${label.slice(-tail).trimStart()}`
  );
  const alike = new Map();
  short.forEach((text, at) => alike.set(text, [...(alike.get(text) ?? []), at]));
  for (const places of alike.values()) {
    const texts = places.map((at) => labels[at]);
    if (new Set(texts).size < 2) continue;
    const differ = (depth) => new Set(texts.map((text) => text[depth])).size > 1;
    let first = 0;
    while (!differ(first)) first += 1;
    const head = Math.max(Math.floor(longest / 4), 1);
    const room = longest - head - 2;
    const ends = shortened(texts.map((text) => text.slice(first)), Math.max(room, 2));
    places.forEach((at, order) => (short[at] = `${labels[at].slice(0, head).trimEnd()}…${ends[order]}`));
  }
  return short;
};
