"""Timetables as jobs: solver processes, and the engines that give them work."""
