"""The trained text model: how much a text reads like an offer of something illegal, whatever its words are."""
