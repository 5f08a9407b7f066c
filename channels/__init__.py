"""The platforms: service classes that speak to each one. Pure Python; never imports Django or ``dashboard``."""
