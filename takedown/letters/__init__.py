"""Letters: what a notice says to a person, worked out once (`writing`), and drawn as DOCX, PDF, mail or sheets."""
