"""What people bring: sheets, share texts, saved pages and samples, read into listings for `crawler.intake`."""
