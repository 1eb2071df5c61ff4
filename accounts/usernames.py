"""How the account of a resident is called: nobody types it, and it tells nobody an ID number."""

from common.crypto import blind_index
from common.identity import InvalidIdNumber, check_id_number, normalise_id_number


def of_resident(number: str) -> str:
    """The username behind an ID number as it is typed at the sign-in: "r:" and 28 bytes of its blind index, in hex.

    The index of `residents.Person.id_index`, so that both are found from the same number; 224 bits stay unique.
    """
    return f"r:{blind_index(normalise_id_number(number), field='id_number').hex()[:56]}"


def of_typed(text: str) -> str:
    """The username behind what somebody typed at the sign-in: an ID number in any form, or a name as it stands."""
    try:
        return of_resident(check_id_number(text).number)
    except InvalidIdNumber:
        return text
