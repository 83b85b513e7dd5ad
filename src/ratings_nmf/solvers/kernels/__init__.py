"""Compiled coordinate descent for non-negative factors, a line (a row or a column of the table) at a time.

Factor tables are padded with zeros to multiples of 8, both ways, and have at least one line of zeros, which
the padding of cells points to. Lines are independent, so that any split over threads gives the same bits, and
`lanes` fixes the order of the sums within a line.
"""
