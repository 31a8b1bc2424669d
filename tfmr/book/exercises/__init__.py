"""Checks for the exercises, one module a chapter: each compares the reader's function with a right one."""
