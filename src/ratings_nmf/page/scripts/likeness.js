const PICTURED = 0.01; // a line counts to a part above this share of the largest loading, as on the cards

/** Return a sum over two arrays of the products of their numbers. */
const dot = (one, other) => one.reduce((total, value, at) => total + value * other[at], 0);

/**
 * Return places of parts on a plane, pairs from −1 to 1: the nearer, the more alike are the lines that hold them.
 *
 * `sides` has for each side of the table an array of loadings a part. How alike two parts are is the mean over sides of
 * the cosine; places are the first two principal coordinates, by the power method.
 */
const placesOf = (sides) => {
  const count = sides[0].length;
  const lengths = sides.map((loadings) => loadings.map((line) => Math.sqrt(dot(line, line)) || 1));
  const alike = Array.from({ length: count }, (_, one) => Array.from({ length: count }, (__, other) =>
    sides.reduce((total, loadings, side) => total + dot(loadings[one], loadings[other]) / (lengths[side][one] * lengths[side][other]), 0) / sides.length));
  const means = alike.map((line) => line.reduce((total, value) => total + value, 0) / count);
  const mean = means.reduce((total, value) => total + value, 0) / count;
  const left = alike.map((line, one) => line.map((value, other) => value - means[one] - means[other] + mean));
  const axes = [0, 1].map((axis) => {
    let vector = left.map((_, at) => Math.cos((at + 1) * (axis + 1)));
    let root = 0;
    for (let round = 0; round < 200; round++) {
      const next = left.map((line) => dot(line, vector));
      root = Math.sqrt(dot(next, next));
      if (root < 1e-9) return left.map(() => 0);
      vector = next.map((value) => value / root);
    }
    left.forEach((line, one) => line.forEach((_, other) => (line[other] -= root * vector[one] * vector[other])));
    return vector.map((value) => value * Math.sqrt(root));
  });
  const most = Math.max(...axes.flat().map(Math.abs)) || 1;
  return axes[0].map((x, at) => [x / most, axes[1][at] / most]);
};

/** Return places in pixels, moved as little as keeps circles of such sizes apart and within the room. */
const apart = (places, sizes, [width, height]) => {
  const edge = Math.max(...sizes) / 2 + 6;
  const at = places.map(([x, y]) => [width / 2 + x * (width / 2 - edge), height / 2 + y * (height / 2 - edge)]);
  for (let round = 0; round < 200; round++)
    for (let one = 0; one < at.length; one++)
      for (let other = 0; other < one; other++) {
        const between = [at[one][0] - at[other][0] || 1e-3, at[one][1] - at[other][1] || 1e-3 * (one + 1)];
        const distance = Math.hypot(...between);
        const lack = (sizes[one] + sizes[other]) / 2 + 6 - distance;
        if (lack <= 0) continue;
        between.forEach((step, way) => {
          for (const [circle, turn] of [[one, 1], [other, -1]]) {
            const margin = sizes[circle] / 2 + 6;
            at[circle][way] = clamp(at[circle][way] + turn * (step / distance) * (lack / 2), margin, [width, height][way] - margin);
          }
        });
      }
  return at;
};

/**
 * Return the lines that count to a part, those of the largest weight · relevance first, and what share of each is its.
 *
 * Relevance is λ log φ + (1 − λ) log (φ / p), φ being a line's share of the part, p its share of all parts: 1 sorts by
 * weight, 0 by what sets the part apart. Source: Sievert & Shirley 2014, section 3.1.
 */
const relevantOf = (loadings, totals, part, lambda) => {
  const own = loadings[part];
  const most = own.reduce((largest, value) => Math.max(largest, value), 0);
  const shares = new Float64Array(own.length);
  totals.forEach((total, at) => loadings[at].forEach((value, line) => (shares[line] += value * total)));
  const scores = own.map((value, line) => (value > PICTURED * most ? Math.log(value) - (1 - lambda) * Math.log(shares[line]) : -Infinity));
  const lines = Array.from(own.keys()).filter((line) => scores[line] > -Infinity);
  lines.sort((a, b) => scores[b] - scores[a] || a - b);
  return lines.map((line) => ({ line, weight: own[line], share: (own[line] * totals[part]) / shares[line] }));
};
