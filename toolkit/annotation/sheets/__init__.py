"""Spreadsheets out and in, with every change reported."""
