"""People who sign in."""

from datetime import UTC, datetime
from typing import Any

from factory.declarations import LazyAttribute, Sequence, Trait
from factory.django import DjangoModelFactory, Password
from factory.helpers import post_generation

from accounts.enums import UserKind
from accounts.models import Totp, User

PASSWORD = "海勃湾的春天来了 2026"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class UserFactory(DjangoModelFactory[User]):
    """A clerk without a second factor; traits make others of him."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        resident = Trait(kind=UserKind.RESIDENT)
        disabled = Trait(is_active=False)
        with_given_password = Trait(must_change_password=True)

    username = Sequence(lambda n: f"clerk{n}")
    display_name = LazyAttribute(lambda user: f"窗口{user.username.removeprefix('clerk')}")
    kind = UserKind.STAFF
    password = Password(PASSWORD)

    @post_generation
    def with_device(user: Any, create: bool, extracted: bool, **kwargs: Any) -> None:  # noqa: N805
        if create and extracted:
            Totp.objects.create(
                user=user, secret=TOTP_SECRET, confirmed_at=datetime(2026, 1, 1, tzinfo=UTC)
            )
