"""A team's index on Elasticsearch."""
