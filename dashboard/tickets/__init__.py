"""Tickets on the platforms' desks."""
