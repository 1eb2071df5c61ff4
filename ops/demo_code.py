"""The second factor of a demonstration account, for those without an authenticator on their telephone.

python -m ops.demo_code moxiang-clerk1     the six digits of this moment; each works once, for 30 seconds
"""

import base64
import json
import sys
from typing import Any

from django_otp.oath import totp

from ops import state

Account = dict[str, Any]


def accounts() -> list[Account]:
    """As the loader of the demonstration wrote them. Raises FileNotFoundError before the first `make run`."""
    path = state.STATE_DIR / "demo-accounts.json"
    found: list[Account] = json.loads(path.read_text(encoding="utf-8"))
    return found


def code(account: Account) -> str:
    return f"{totp(base64.b32decode(account['totp_seed'])):06d}"


def main() -> None:
    """Exit code 1 when there is no such account with a second factor."""
    found = [each for each in accounts() if each["username"] == sys.argv[1] and each["totp_seed"]]
    if not found:
        sys.exit(f"没有这个账号 · no such account: {sys.argv[1]}")
    print(code(found[0]))


if __name__ == "__main__":
    main()
