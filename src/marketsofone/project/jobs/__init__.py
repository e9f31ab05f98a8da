"""Runs started and watched from outside, each in a process of its own."""
