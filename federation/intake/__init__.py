"""Bringing people in, wherever they come from: what rows say, what comes of them, and doing it."""
