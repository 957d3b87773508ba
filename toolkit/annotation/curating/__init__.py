"""Where coders differ, which rule is at stake, who decides, and what that changed."""
