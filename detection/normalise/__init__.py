"""Text as sellers disguise it, made comparable: parallel views of one raw text, each with a way back to it.

`folds` maps single characters, `text` holds the views that all detectors read, `views` lists the further readings that
only the lexicon is searched in (sounds, split characters, encoded runs ...): these would spoil ordinary text.
"""

from detection.normalise.folds import HAN, fold, is_han
from detection.normalise.text import MAX_LENGTH, Normalised, normalise, stands_alone

__all__ = ["HAN", "MAX_LENGTH", "Normalised", "fold", "is_han", "normalise", "stands_alone"]
