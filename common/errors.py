"""How an action says no. Views turn these into form errors, the API into problem documents."""

from collections.abc import Mapping

from django.utils.functional import Promise


class NotAllowed(Exception):
    """The rule says no. `code` is stable for machines, `message` is for people and says what to do."""

    def __init__(self, code: str, message: str | Promise) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class Conflict(NotAllowed):
    """Somebody else was faster, or the row has moved on; reload and look."""


class Invalid(NotAllowed):
    """The input is wrong; `fields` names what to mend."""

    def __init__(
        self, code: str, message: str | Promise, fields: Mapping[str, str | Promise] | None = None
    ) -> None:
        super().__init__(code, message)
        self.fields = dict(fields or {})
