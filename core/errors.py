"""Errors that people can act on: every message says what to do next."""


class CineMatchError(Exception):
    """Base of all errors that CineMatch raises on purpose."""


class ConfigurationError(CineMatchError):
    """A setting or an algorithm's configuration is not valid."""


class DataError(CineMatchError):
    """A data set or one of its source files cannot be used."""


class ArtifactError(CineMatchError):
    """A trained model on disk is missing, damaged or of another format."""


class NotFittedError(CineMatchError):
    """A recommender was asked before `fit` or `load`."""


class InvalidInputError(CineMatchError, ValueError):
    """What a caller passed is not usable: wrong type, range, shape or name."""


class InvalidIdError(InvalidInputError):
    """An id cannot be one of this data set's.

    Attributes
    ----------
    field : str
        ``user_id`` or ``movie_id``.
    """

    def __init__(self, message: str, field: str = "id") -> None:
        super().__init__(message)
        self.field = field


class UnknownIdError(CineMatchError, LookupError):
    """A user, movie or algorithm of that name does not exist here."""


class ModelUnavailableError(CineMatchError):
    """The algorithm exists, but its model is not loaded in this process."""


class ProfilesUnavailableError(CineMatchError):
    """The database of profiles does not answer at the moment."""


class SparkError(CineMatchError):
    """A cluster cannot be reached, or gave up on what it was asked to do."""


class StoreUnavailableError(CineMatchError):
    """What is published cannot be brought here at the moment, or nothing can be published."""


class JobCancelledError(CineMatchError):
    """Long work was stopped on request; nothing was changed."""
