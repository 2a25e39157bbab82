"""`python -m homesec.store.new_migration URL "what changes"`: a new script from what the tables have and URL lacks.

URL is a database at the newest revision, for example the one that `homesec env` prints. The script is a draft: read it,
tidy it, and add what Alembic does not see (checks, extensions, rows).
"""

import sys
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from homesec.errors import HomesecError, MigrationFailed
from homesec.store.migrate import alembic_config, connected, current, needs_migration


def draft(url: str, message: str) -> Path:
    """Write the script and give its path. Scripts are numbered: 0001, 0002, ..."""
    if needs_migration(url):
        raise MigrationFailed(f"the database is at revision {current(url)}: migrate it first")
    config = alembic_config()
    scripts = len(list(ScriptDirectory.from_config(config).walk_revisions()))
    with connected(url) as connection:
        config.attributes["connection"] = connection
        made = command.revision(config, message, autogenerate=True, rev_id=f"{scripts + 1:04d}")
    if made is None or isinstance(made, list):
        raise MigrationFailed("Alembic wrote no script")
    return Path(made.path)


if __name__ == "__main__":
    try:
        _, given_url, given_message = sys.argv
        print(draft(given_url, given_message))
    except ValueError:
        sys.exit(str(__doc__))
    except HomesecError as error:
        sys.exit(str(error))
