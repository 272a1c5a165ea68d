"""What could not reach a team's index yet, kept on this machine."""
