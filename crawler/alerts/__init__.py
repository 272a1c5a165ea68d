"""Telling people that a run needs them: what is said (`words`), in which form (`robots`), and on which way (`post`)."""
