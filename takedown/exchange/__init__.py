"""What is handed to other people's threat intelligence: the same observations for STIX and MISP."""
