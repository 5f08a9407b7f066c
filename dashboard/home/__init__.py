"""The day's work: queues, deadlines, what came in, search, and what the palette can do."""
