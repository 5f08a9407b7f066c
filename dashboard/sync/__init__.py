"""The machinery between the platforms and the pages: connections, feeds, commands, callbacks."""
