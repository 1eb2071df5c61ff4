"""How a department's system names a person of the base: a key of its own, which no other department can join."""

from uuid import UUID

from common.crypto import blind_index


def person_key(body_key: str, person_id: UUID) -> str:
    mark = blind_index(f"{body_key}:{person_id}", field="exchange_person")
    return str(UUID(bytes=mark[:16]))
