"""What one decision covers: findings that are the same case, and why they are one."""
