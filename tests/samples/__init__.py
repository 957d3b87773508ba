"""Small valid files of every format, built in code; all constructed."""
