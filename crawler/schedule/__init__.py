"""When each marketplace is due, and starting what is due."""
