"""Taking over an organization compiled from public material: a person of it shows who he is, an official decides."""
