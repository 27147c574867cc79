"""The front door: home page, help, and the two addresses that machines ask."""
