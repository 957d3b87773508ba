"""One module per format: recognise, read, write."""
