"""One HTML page about every dataset: what the stages made may enter, a text leaves that loads nothing from elsewhere.

What was measured, and decided:

- Charts are Vega-Lite, made by Altair and drawn to SVG here (vl-convert). Vega in the page also runs under the page's
  content security policy (`ast: true`), but costs 0.9 MB and 0.3 s to the first paint for what 8 kB of SVG show,
  and a page kept in Git would store those scripts again at every change. The SVGs leave nothing to the fonts of the
  machine (`charts`), take their colours from the style sheet and need no script.
- Heatmaps are one canvas (`scripts/picture.js`): 40,000 cells are painted as one image, so that sorting, filtering and
  switching redraw in a few milliseconds. Larger tables are shown as blocks (`matrices`).
- Loadings, cells and lists of every line come as base64 of 1 or 2 bytes a number (`codes`), as far as the page stays
  below 3 MB: layer by layer, the smaller datasets first. Compressing them (the browser can inflate) would give other
  bytes with another zlib.
- Profiles, blocks that open, and what changes while one looks are made by the script; what a reader without scripts or
  on paper needs is in the templates, or drawn when it is printed.
- The scripts and styles stand in the page once, and its policy allows these by hash and nothing else.
"""
