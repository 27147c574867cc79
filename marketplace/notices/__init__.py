"""Public notices and objections: a decision shown for N working days, and what is raised against it."""
