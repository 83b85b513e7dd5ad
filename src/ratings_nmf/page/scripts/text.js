const collator = new Intl.Collator(undefined, { numeric: true });
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Return a number for people: three significant digits, whole from 1,000 on. */
const number = (value) =>
  (Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString("en-US")
    : value.toLocaleString("en-US", { maximumSignificantDigits: 3 })
  ).replace("-", "−");

/** Return an element with text and children; texts are never parsed as markup. */
const element = (name, className, ...children) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
};
