"""Who signed a sample: verified after Android's rules, never only parsed."""
