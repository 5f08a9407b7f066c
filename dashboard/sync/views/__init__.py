"""Pages and endpoints of the machinery."""
