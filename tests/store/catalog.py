"""What a database really has, as PostgreSQL's own catalog tells it; for comparing two."""

import psycopg

_COLUMNS = """
    SELECT c.relname || '.' || a.attname AS name,
        concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
            a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""
_CONSTRAINTS = """
    SELECT c.relname || ': ' || k.conname, pg_get_constraintdef(k.oid)
    FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
    WHERE k.connamespace = 'public'::regnamespace AND k.contype <> 'n'
"""
_INDEXES = "SELECT tablename || ': ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


def catalog(url: str) -> dict[str, str]:
    """Every column, constraint and index of the public schema, with its definition; Alembic's own table left out."""
    found: dict[str, str] = {}
    with psycopg.connect(url) as connection:
        for query in (_COLUMNS, _CONSTRAINTS, _INDEXES):
            found.update(connection.execute(query).fetchall())
    return {name: definition for name, definition in found.items() if not name.startswith("alembic_version")}
