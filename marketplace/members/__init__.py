"""Who belongs to an organization: requests to join, invitations, roles, and how people leave."""
