"""Pictures of a dataset: tables, factors and what was measured may enter, matplotlib figures leave; nothing is saved.

Heatmaps stay legible from 5 × 4 cells to 138,000 × 27,000: numbers are written into up to 400 cells, on sides of up to
60 lines. Such a side keeps its order and has every label. A longer side is ordered by dominant component, then by
falling loading, drawn as up to 300 blocks of neighbours whose mean is shown, and labelled at the lines with the largest
loadings, as many as do not overlap; the caption says what was put together or left out.
"""
