"""One search over everything public: pages, lists, API, and the upkeep of the index."""
