const collator = new Intl.Collator(undefined, { numeric: true });
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Return a function that writes numbers; to make one takes as long as to write a hundred. */
const writer = (options) => {
  const { format } = new Intl.NumberFormat("en-US", { signDisplay: "negative", ...options });
  return (value) => format(value).replace("-", "−");
};
const [whole, significant] = [{ maximumFractionDigits: 0 }, { maximumSignificantDigits: 3 }].map(writer);
const fixed = (digits) => writer({ minimumFractionDigits: digits, maximumFractionDigits: digits });
const scientific = (value, digits) => value.toExponential(digits).replaceAll("-", "−");
const counted = (count, one, many) => `${whole(count)} ${count === 1 ? one : (many ?? `${one}s`)}`;

/** Return a number for people: three significant digits, whole from 1,000 on. */
const number = (value) => {
  if (Math.abs(value) >= 1000) return whole(value);
  return value && Math.abs(value) < 1e-4 ? scientific(value, 2) : significant(value);
};

/** Return numbers that stand together, to the third digit of the largest. */
const aligned = (values) => values.map(fixed(clamp(2 - Math.floor(Math.log10(Math.max(...values.map(Math.abs), 1e-9))), 0, 9)));

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

/** Return the command that prints what a pandas expression, which has no single quote, gives. */
const pandas = (expression) => `python -c 'import pandas as pd; print(${expression}.to_string())'`;

/** Return a button that does something. */
const button = (text, act) => {
  const made = Object.assign(element("button", "", text), { type: "button" });
  made.addEventListener("click", act);
  return made;
};

/** Return a note that something would make the page too large, and the command that prints it. */
const absent = (what, command) => {
  const opened = element("details", "", element("summary", "", "The command that prints them"), element("code", "", command));
  return element("div", "", element("p", "muted", `${what} would make this page too large.`), opened);
};

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
