"""One module per format of codebooks: read, write."""
