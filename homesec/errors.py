"""Every error homesec raises on purpose.

Constructors take a message only, so that an error keeps its type when it crosses a process; the docstring is the
default message.
"""


class HomesecError(Exception):
    """Unexpected homesec error."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class SettingsError(HomesecError):
    """A setting has a value that is not allowed."""


class AlreadyRunning(HomesecError):
    """homesec already runs on this data folder."""


class LocalServiceFailed(HomesecError):
    """An embedded service could not be started."""


class Unavailable(HomesecError):
    """A part that this needs is not there at the moment; trying again later helps."""


class UploadRejected(HomesecError):
    """The uploaded file is not a picture or a clip that can be decoded."""


class UploadChanged(HomesecError):
    """The file is no longer what was registered: it was overwritten, moved or deleted before it was read."""


class UploadAway(HomesecError):
    """The file lies on a node or disk that cannot be reached at the moment."""


class ModelUnavailable(HomesecError):
    """The model cannot be loaded: its weights or its library are missing."""


class NotFound(HomesecError):
    """There is no such thing."""


class Conflict(HomesecError):
    """The request does not fit the present state."""


class Stale(Conflict):
    """It was changed since it was read."""


class InvalidInput(HomesecError):
    """The input cannot be read."""


class Unauthorized(HomesecError):
    """A valid key is needed."""


class Forbidden(HomesecError):
    """This key may not do that."""


class MigrationFailed(HomesecError):
    """The database cannot be brought to the tables of this version."""
