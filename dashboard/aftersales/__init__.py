"""Buyers' refund requests, and what the seller decides on them."""
