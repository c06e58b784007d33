"""Marks for the assignments of the book, whatever is handed in."""
