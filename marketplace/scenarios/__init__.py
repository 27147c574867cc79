"""What firms and cities need done: scenarios with must-have requirements and targets."""
