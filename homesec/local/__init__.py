"""Embedded PostgreSQL and Redis for one machine."""
