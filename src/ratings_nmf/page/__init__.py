"""One HTML page about every dataset: what the stages made may enter, a text leaves that loads nothing from elsewhere.

What was measured, and decided:

- Charts are Vega-Lite, made by Altair and drawn to SVG here (vl-convert). Vega in the page also runs under the page's
  content security policy (`ast: true`), but costs 0.9 MB and 0.3 s to the first paint for what 8 kB of SVG show,
  and a page kept in Git would store those scripts again at every change. The SVGs leave nothing to the fonts of the
  machine (`charts`), take their colours from the style sheet and need no script.
- Heatmaps are one canvas (`scripts/heatmap.js`): 40,000 cells are painted as one image, so that sorting, filtering and
  switching redraw in a few milliseconds. Larger tables are shown as blocks (`matrices`).
- The scripts and styles stand in the page once, and its policy allows these by hash and nothing else.
"""
