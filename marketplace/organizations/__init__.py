"""Organizations: founded, verified, changed, and the members who act for them."""
