"""How well detection does on labelled listings: predictions, figures with intervals, comparison with earlier ones."""
