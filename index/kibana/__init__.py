"""What analysts see in Kibana: one readable file per object, built to one NDJSON, checked offline, and imported."""
