"""A coder's log: what can be decided, the lines on disk, the state they lead to, and what a session lets in."""
