"""Whose code a sample holds: libraries set aside, the app's own code as sets of features, and how such sets compare."""
