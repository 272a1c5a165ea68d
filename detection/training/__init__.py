"""How the text model is made: labelled listings, and one command that trains and describes it."""
