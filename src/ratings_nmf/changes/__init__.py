"""What differs between two revisions or experiments: results as data, compared, then said as text or as Markdown."""
