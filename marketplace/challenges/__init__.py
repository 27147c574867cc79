"""揭榜挂帅: a hard need posted for bids; its posting, its questions, its addenda, its public pages."""
