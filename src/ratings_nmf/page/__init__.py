"""One HTML page about every dataset, and what differs between two: what the stages made may enter, texts leave.

The page loads nothing from elsewhere.

What was measured, and decided:

- Charts are lines on two axes: a template of 20 lines draws them as SVG (`charts`), and bars are a list with widths.
  Altair and vl-convert did so before, for 95 MB of packages that nothing else needed; Vega in the page itself costs
  0.9 MB and 0.3 s to the first paint. The SVGs leave nothing to the fonts of the machine, take their colours from the
  style sheet and need no script. Figures as files remain matplotlib's, which has the glyphs of its own font.
- Heatmaps are one canvas (`scripts/picture.js`): 40,000 cells are painted as one image, so that sorting, filtering and
  switching redraw in a few milliseconds. Larger tables are shown as blocks (`matrices`).
- Loadings, cells and lists of every line come as base64 of 1 or 2 bytes a number (`codes`), as far as the page stays
  below 3 MB: layer by layer, the smaller datasets first. Compressing them (the browser can inflate) would give other
  bytes with another zlib. Where whole labels alone are too much, those of large sides are shortened to what tells them
  apart, which is then what the search finds: 20,000 of 100 characters to 60.
- Profiles, blocks that open, and what changes while one looks are made by the script; what a reader without scripts or
  on paper needs is in the templates, or drawn when it is printed.
- The scripts and styles stand in the page once, and its policy allows these by hash and nothing else.
"""
