"""The folder of a project: made, read, brought over to another codebook, exported, coordinated."""
