"""Evaluation by Inspect, each in a process of its own."""
