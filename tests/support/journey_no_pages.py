"""Addresses that are no page to look at, and why."""

from __future__ import annotations

NO_PAGES = {
    "saved_searches.edit": "the form of saved_searches.new, filled in",
    "saved_searches.leave": "behind the signed link of a mail; tests/saved_searches draws it",
    "matching.file_of_scenario": "matches as CSV and Excel",
    "static": "files of the site itself",
    "files.show": "uploaded files",
    "bids.receipt": "a receipt to keep",
    "bids.paper": "files of an opened bid",
    "accounts.own_copy": "a file to keep",
    "accounts.second_step": "follows the password: tests/journeys/test_people.py",
    "accounts.recovery_codes": "needs a second factor: tests/journeys/test_people.py",
    "accounts.turn_off": "needs a second factor: tests/journeys/test_people.py",
    "lists.twin": "lists as CSV, Excel and JSON",
    "challenge_list.twin": "the list as CSV, Excel and JSON",
    "notice_list.twin": "the list as JSON",
    "pilot_files.twin": "the list as CSV, Excel and JSON",
    "challenges.feed": "for feed readers",
    "notices.feed": "for feed readers",
    "challenges.edition": "the terms that were hashed, as JSON",
    "notices.text": "the text that was hashed, as JSON",
    "enquiry_ways.answers_file": "the comparison as CSV and Excel",
    "pilots.export": "readings as CSV and Excel",
    "pilots.template": "an Excel template",
    "lists.template": "Excel templates",
    "search.suggestions": "the list that the script draws under a search box",
    "site.healthz": "for machines",
    "site.readyz": "for machines",
    "products.edit": "leads to the first page of the form",
    "scenarios.edit": "leads to the first page of the form",
}
