"""Families of marketplaces: what all members share. A member is a spider of a few lines in `spiders/`."""
