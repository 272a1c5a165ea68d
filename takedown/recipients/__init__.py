"""Recipients of notices: one YAML file each, shipped here; the operator's own are read after them.

Whoever adds or corrects one edits a file (docs/recipients.md), never code.
"""

from takedown.recipients.choosing import Proposal, proposed
from takedown.recipients.model import Choice, Deadline, Field, Form, Limits, Recipient
from takedown.recipients.paths import Filled, filled, real, values_at
from takedown.recipients.reading import parse_recipient, read_recipient, recipients

__all__ = [
    "Choice",
    "Deadline",
    "Field",
    "Filled",
    "Form",
    "Limits",
    "Proposal",
    "Recipient",
    "filled",
    "parse_recipient",
    "proposed",
    "read_recipient",
    "real",
    "recipients",
    "values_at",
]
