"""What we know and where it is kept. Here: the domain model and the protocols, nothing that opens a store."""
