"""How the account of a resident is called: nobody types it, and it tells nobody an ID number."""

from common.crypto import blind_index
from common.identity import normalise_id_number


def of_resident(number: str) -> str:
    """The username behind an ID number as it is typed at the sign-in: "r:" and 28 bytes of its blind index, in hex.

    The index of `residents.Person.id_index`, so that both are found from the same number; 224 bits stay unique.
    """
    return f"r:{blind_index(normalise_id_number(number), field='id_number').hex()[:56]}"
