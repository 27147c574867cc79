"""What follows the ranking of a challenge: notice, award, contract, milestones, payments, acceptance, its case file."""
