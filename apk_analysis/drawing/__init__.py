"""Drawables of Android as pictures: vectors, shapes, layers and adaptive icons, without anything of Android."""
