"""The machinery every page shares; no domain knowledge and no platform's name."""
