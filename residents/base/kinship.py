"""How relations to a head read from a new head's place (GB/T 4761). A proposal: the clerk has the papers."""

from residents.base.enums import Relation, Sex

R = Relation
SPOUSES = {R.SPOUSE, R.HUSBAND, R.WIFE}
SONS = {R.SON, R.ONLY_SON, R.ELDEST_SON, R.SECOND_SON, R.THIRD_SON, R.OTHER_SON}
DAUGHTERS = {R.DAUGHTER, R.ONLY_DAUGHTER, R.ELDEST_DAUGHTER, R.SECOND_DAUGHTER, R.OTHER_DAUGHTER}
CHILDREN = SONS | DAUGHTERS
GRANDCHILDREN = {R.GRANDSON, R.GRANDDAUGHTER, R.DAUGHTERS_SON, R.DAUGHTERS_DAUGHTER}
OWN_PARENTS = {R.FATHER, R.MOTHER}


def proposed(new_head: str, head_sex: str, member: str, member_sex: str) -> Relation:
    """What a member is to the new head, when both are known by their relation to the old one."""
    if member == R.NOT_RELATED or new_head == R.NOT_RELATED:
        return R.NOT_RELATED
    if new_head in SPOUSES:
        return _to_spouse(member, head_sex)
    if new_head in CHILDREN:
        return _to_child(member, member_sex)
    if new_head in OWN_PARENTS:
        return _to_parent(member, member_sex)
    return R.OTHER_RELATIVE


def _to_spouse(member: str, head_sex: str) -> Relation:
    in_laws = {
        R.FATHER: R.FATHER_IN_LAW if head_sex == Sex.FEMALE else R.WIFES_FATHER,
        R.MOTHER: R.MOTHER_IN_LAW if head_sex == Sex.FEMALE else R.WIFES_MOTHER,
        R.FATHER_IN_LAW: R.FATHER,
        R.WIFES_FATHER: R.FATHER,
        R.MOTHER_IN_LAW: R.MOTHER,
        R.WIFES_MOTHER: R.MOTHER,
    }
    if member == R.HEAD:
        return R.SPOUSE
    if member in CHILDREN | GRANDCHILDREN:
        return R(member)
    return in_laws.get(R(member), R.OTHER_RELATIVE)


def _to_child(member: str, member_sex: str) -> Relation:
    is_man = member_sex == Sex.MALE
    if member == R.HEAD or member in SPOUSES:
        return R.FATHER if is_man else R.MOTHER
    if member in OWN_PARENTS:
        return R.GRANDFATHER if is_man else R.GRANDMOTHER
    if member in CHILDREN:
        return R.BROTHER if is_man else R.SISTER
    return R.OTHER_RELATIVE


def _to_parent(member: str, member_sex: str) -> Relation:
    is_man = member_sex == Sex.MALE
    if member == R.HEAD:
        return R.SON if is_man else R.DAUGHTER
    if member in OWN_PARENTS:
        return R.SPOUSE
    if member in SPOUSES:
        return R.SON_IN_LAW if is_man else R.DAUGHTER_IN_LAW
    if member in CHILDREN:
        return R.GRANDSON if is_man else R.GRANDDAUGHTER
    return R.OTHER_RELATIVE
