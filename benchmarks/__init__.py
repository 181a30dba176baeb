"""What `make bench` runs: one file a section, each figure the median of interleaved rounds beside a ceiling."""
