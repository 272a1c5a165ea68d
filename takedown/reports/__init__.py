"""Reports of a day, a week or a campaign: a snapshot is taken once, and every document is made from it alone."""
