"""What a new post of each role may do (domain 5). Grants are rows: this table only seeds them."""

from django.utils.translation import get_language, gettext

from community.governance.enums import BodyKind, Power, Role

CLERK = frozenset(
    {
        Power.LIST_CASES,
        Power.READ_CASES,
        Power.ACCEPT_CASES,
        Power.FIND_PERSONS,
        Power.READ_PERSONS,
        Power.REVEAL_FIELDS,
        Power.REGISTER_PERSONS,
        Power.FILL_REPORTS,
        Power.SEE_CARE,  # within a file that was opened for a purpose
    }
)
REVIEWER = frozenset(
    {
        Power.LIST_CASES,
        Power.READ_CASES,
        Power.REVIEW_CASES,
        Power.DECIDE_CASES,
        Power.REVEAL_FIELDS,
        Power.READ_FACTS,
    }
)

ROLE_POWERS: dict[Role, frozenset[Power]] = {
    Role.WINDOW_CLERK: CLERK,
    Role.STATION_DIRECTOR: CLERK
    | {
        Power.REVIEW_CASES,
        Power.DECIDE_CASES,  # only where the item itself says that the community decides
        Power.ASSIGN_CASES,
        Power.EXTEND_CASES,
        Power.HANDLE_RATINGS,  # those of other bodies, and what its own is asked to mend
        Power.READ_FACTS,
        Power.HANDLE_MESSAGES,
        Power.SETTLE_CONFLICTS,
        Power.MERGE_PERSONS,
        Power.MEND_DATA,
        Power.SET_CARE,
        Power.REVIEW_CORRECTIONS,
        Power.APPROVE_EXPORTS,
    },
    Role.COMMITTEE_MEMBER: frozenset({Power.READ_FACTS}),
    Role.COMMITTEE_DIRECTOR: frozenset({Power.READ_FACTS}),
    Role.PARTY_SECRETARY: frozenset({Power.READ_FACTS}),
    Role.STREET_OFFICIAL: REVIEWER | {Power.HANDLE_MESSAGES, Power.HANDLE_RATINGS},
    Role.OFFICE_HEAD: REVIEWER
    | {
        Power.EXTEND_CASES,
        Power.ASSIGN_CASES,
        Power.SUPERVISE,
        Power.HANDLE_RATINGS,
    },
    Role.DISTRICT_OFFICE: frozenset(
        {
            Power.READ_FACTS,
            Power.LIST_CASES,
            Power.HANDLE_RATINGS,
            Power.SUPERVISE,
            Power.APPROVE_REPORTS,
            Power.APPROVE_EXPORTS,
            Power.EDIT_CATALOGUE,
        }
    ),
    Role.DEPARTMENT_OFFICIAL: REVIEWER
    | {
        Power.SETTLE_CONFLICTS,  # of the attributes for which the department answers
        Power.EXPORT_DATA,  # in the department's own templates
        Power.EXCHANGE_DATA,  # by a program, as the department's own system
        Power.APPROVE_EXPORTS,
        Power.REQUEST_REPORTS,
        Power.REVIEW_CORRECTIONS,
    },
    Role.LEADER: frozenset({Power.READ_FACTS}),
    Role.AUDITOR: frozenset({Power.READ_AUDIT, Power.READ_FACTS, Power.SUPERVISE}),
    Role.SYSTEM_ADMIN: frozenset({Power.SETUP, Power.MANAGE_USERS, Power.EDIT_CATALOGUE}),
    Role.SECURITY_ADMIN: frozenset({Power.GRANT}),
    Role.DATA_CLERK: frozenset(
        {
            Power.FIND_PERSONS,
            Power.READ_PERSONS,
            Power.REVEAL_FIELDS,
            Power.REGISTER_PERSONS,
            Power.IMPORT_DATA,
            Power.SETTLE_CONFLICTS,
            Power.MERGE_PERSONS,
            Power.MEND_DATA,
            Power.SEE_CARE,
            Power.SET_CARE,
            Power.EXPORT_DATA,
            Power.APPROVE_EXPORTS,
            Power.FILL_REPORTS,
            Power.REVIEW_CORRECTIONS,
        }
    ),
}


def capacity(title: str, role: str, *, is_deputy: bool) -> str:
    """What a post is called: by its title, which is Chinese; for readers of English by its role."""
    if title and get_language() != "en":
        return title
    name = str(Role(role).label)
    return gettext("代理%(role)s") % {"role": name} if is_deputy else name


# A post belongs to a body of a fitting kind: the station may not run autonomy matters,
# the committee may not decide administrative items (domain S1).
ROLE_BODIES: dict[Role, frozenset[BodyKind]] = {
    Role.WINDOW_CLERK: frozenset({BodyKind.SERVICE_STATION}),
    Role.STATION_DIRECTOR: frozenset({BodyKind.SERVICE_STATION}),
    Role.COMMITTEE_MEMBER: frozenset({BodyKind.RESIDENTS_COMMITTEE}),
    Role.COMMITTEE_DIRECTOR: frozenset({BodyKind.RESIDENTS_COMMITTEE}),
    Role.PARTY_SECRETARY: frozenset({BodyKind.PARTY_ORGANISATION}),
    Role.STREET_OFFICIAL: frozenset({BodyKind.STREET_OFFICE}),
    Role.OFFICE_HEAD: frozenset({BodyKind.STREET_OFFICE, BodyKind.DEPARTMENT}),
    Role.DISTRICT_OFFICE: frozenset({BodyKind.COMMUNITY_OFFICE}),
    Role.DEPARTMENT_OFFICIAL: frozenset({BodyKind.DEPARTMENT}),
    Role.LEADER: frozenset({BodyKind.GOVERNMENT, BodyKind.STREET_OFFICE}),
    Role.AUDITOR: frozenset({BodyKind.GOVERNMENT, BodyKind.DEPARTMENT}),
    Role.SYSTEM_ADMIN: frozenset({BodyKind.GOVERNMENT, BodyKind.COMMUNITY_OFFICE}),
    Role.SECURITY_ADMIN: frozenset({BodyKind.GOVERNMENT, BodyKind.COMMUNITY_OFFICE}),
    Role.DATA_CLERK: frozenset(
        {BodyKind.SERVICE_STATION, BodyKind.STREET_OFFICE, BodyKind.COMMUNITY_OFFICE}
    ),
}

# The three administrators of 等保 (GB/T 22239): nobody holds two of them.
SEPARATED = frozenset({Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
