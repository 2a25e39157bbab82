"""Work in the background about the people the owner knows: matching history again, and erasing somebody."""
