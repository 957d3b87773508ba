"""Inputs that were made to do harm, and where they are sent in. All constructed for this project."""
