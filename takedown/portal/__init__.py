"""Portal sheets: a notice as the fields of its recipient's web form, in the form's own order, ready to copy."""

from takedown.portal.page import page
from takedown.portal.plain_text import plain_text
from takedown.portal.sheet import Row, Sheet, sheet

__all__ = ["Row", "Sheet", "page", "plain_text", "sheet"]
