"""Exports: each format read back by a program that is not ours."""
