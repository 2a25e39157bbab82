"""PostgreSQL: tables by area, sessions, idempotent writes, and queries."""
