"""What differs between two revisions or experiments: results as data, compared, then said for whoever shows it."""
