"""The pages of the staff app."""
