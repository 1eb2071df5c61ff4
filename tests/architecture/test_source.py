"""The rules of the house that a machine can read off the source."""

import ast
import re

import pytest

from tests.architecture.source import (
    DOORWAYS,
    ROOT,
    TIMELESS,
    modules,
    modules_in,
    name_of,
    parts,
    templates,
    tracked,
)

# The reads by which a doorway may begin. Each says itself whom it serves: a viewer (`visible_to`,
# `listed_for`, …), an owner (`for_user`, `held_by`, `of`, `of_account`), the file of one whose case
# was read in scope before (`of_case`, `living_with`), or everybody.
READS = {
    *("visible_to", "listed_for", "in_hand_of", "standing_here", "open_for", "search"),
    *("for_user", "held_by", "of", "of_account", "of_case", "of_household", "living_with"),
    *("underway", "asked_of", "asked_by", "waiting_for", "deputies_of_body"),
    *("public", "none", "calendar", "most_asked", "under_way"),
    "in_force",  # whether the outbox is paused
    *("sent_by", "of_body"),  # what one department sent, and may receive
    "to_mend",  # what the acting body is asked to put right
    *("newest", "to_number"),  # the demonstration phone, which shows what is nobody's
}
# Who is not signed in proves with the query code that the case is his.
READS_IN = {
    "servicehall/cases/views/track.py": {"with_number"},
    # Whether a notice ever stood there (410 or 404); the answer for whoever holds the objection's code.
    "servicehall/publicity/views/public.py": {"of_ref", "with_code"},
    "servicehall/supervision/views/figures.py": {"counted_for"},
    "servicehall/documents/views/verify.py": {
        "with_code"
    },  # whoever holds the code holds the letter
    "residents/base/views/me.py": {"of_person"},  # the trail of one's own file
}


def managers(tree: ast.Module) -> list[str]:
    """How each manager in a module is used: "filter" for `Model.objects.filter(…)`, "" for a bare one."""
    used = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return [
        used.get(id(node), "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]


def bare_models(tree: ast.Module) -> list[str]:
    """`get_object_or_404(Model, …)`: it asks the bare manager."""
    return [
        name_of(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and name_of(node.func).endswith(("get_object_or_404", "get_list_or_404"))
        and node.args
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id[:1].isupper()
    ]


def test_a_doorway_begins_with_a_named_read():
    found = [
        f"{path}: .objects.{read}"
        for path, tree in modules_in(*DOORWAYS)
        for read in managers(tree)
        if read not in READS | READS_IN.get(path, set())
    ]
    found += [
        f"{path}: get_object_or_404({model})"
        for path, tree in modules_in(*DOORWAYS)
        for model in bare_models(tree)
    ]
    assert not found


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("Case.objects.filter(pk=1)", ["filter"]),
        ("Case.objects.all()", ["all"]),
        ("f(Case.objects)", [""]),
        ("Case._default_manager.get(pk=1)", ["get"]),
        ("Case.objects.visible_to(s).filter(pk=1)", ["visible_to"]),
    ],
)
def test_the_reader_of_managers_reads(source, reads):
    assert managers(ast.parse(source)) == reads


def test_the_reader_of_bare_models_reads():
    assert bare_models(ast.parse("get_object_or_404(Case, pk=1)")) == ["Case"]
    assert not bare_models(ast.parse("get_object_or_404(Case.objects.public(), pk=1)"))


# --- who writes ---------------------------------------------------------------------------------

WRITES = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "save"}


def test_only_actions_write():
    """Sessions are kept by their store; all else that a doorway changes it changes through an action."""
    found = [
        f"{path}:{node.lineno} .{node.func.attr}()"
        for path, tree in modules_in(*DOORWAYS, "tasks")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and not name_of(node.func.value).endswith(("session", "image"))
    ]
    assert not found


# --- the clock ----------------------------------------------------------------------------------

CLOCKS = {
    *("timezone.now", "timezone.localtime", "datetime.now", "datetime.utcnow", "datetime.today"),
    *("date.today", "time.time"),
}


def clock_reads(tree: ast.Module) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (name := ".".join(name_of(node.func).split(".")[-2:])) in CLOCKS
            or (name in {"timezone.localdate", "localdate"} and not node.args)
        )
    ]


def test_nobody_below_the_doorways_reads_the_clock():
    found = [f"{p}:{line}" for p, tree in modules_in(*TIMELESS) for line in clock_reads(tree)]
    assert not found


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("timezone.now()", 1),
        ("datetime.date.today()", 1),
        ("timezone.localdate()", 1),
        ("timezone.localdate(now)", 0),
    ],
)
def test_the_reader_of_clocks_reads(source, count):
    assert len(clock_reads(ast.parse(source))) == count


# --- what may be called only in one place ---------------------------------------------------------

RINGS = {"notifications/bell.py", "notifications/outbox.py"}


def test_only_the_outbox_rings():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"delay", "apply_async", "send_task"}
        and path not in RINGS
    ]
    assert not found


def test_no_text_is_declared_safe():
    found = [
        f"{path}:{getattr(node, 'lineno', 0)}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if name_of(node).split(".")[-1] == "mark_safe"
        or (isinstance(node, ast.alias) and node.name == "mark_safe")
    ]
    unsafe = re.compile(r"\|\s*(safe|safeseq)\b|\{%\s*autoescape\s+off")
    found += [name for name, text in templates() if unsafe.search(text)]
    assert not found


# --- signals, generic keys, saves that work -------------------------------------------------------


def test_no_signals_no_generic_keys_no_saves_that_work():
    found = []
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in {
                "django.db.models.signals",
                "django.contrib.contenttypes.fields",
                "django.dispatch",
            }:
                found.append(f"{path}:{node.lineno} {node.module}")
            if (
                isinstance(node, ast.FunctionDef)
                and node.name == "save"
                and "models" in parts(path)
            ):
                found.append(f"{path}:{node.lineno} save()")
    assert not found


# --- templates ------------------------------------------------------------------------------------

ASKED_BY_DJANGO = re.compile(r"^(400|403|403_csrf|404|500|503)\.html$")


def test_every_template_is_used():
    """Its name stands in a module or in another template, whole or with a part filled in."""
    text = "\n".join(
        [
            *(t for _name, t in templates()),
            *((ROOT / path).read_text() for path, _tree in modules()),
        ]
    )
    names = set(re.findall(r"[\"']([\w./{}]+\.(?:html|txt|svg))[\"']", text))
    patterns = [
        re.compile(re.sub(r"\\\{[^{}]*\\\}", r"[^/]+", re.escape(name)))
        for name in names
        if "{" in name
    ]
    unused = [
        name
        for name, _text in templates()
        if name not in names
        and not ASKED_BY_DJANGO.match(name)
        and not any(pattern.fullmatch(name) for pattern in patterns)
    ]
    assert not unused


# --- what must not be in the tree -----------------------------------------------------------------

MACHINE = re.compile(
    r"(?<![\w.])/(?:work|home|root)/\w|https?://(?:registry|pypi)\.|files\.pythonhosted\.org"
)


def test_the_tree_knows_no_machine():
    found = [
        f"{name}: {hit.group()}"
        for name, text in tracked()
        for hit in [MACHINE.search(text)]
        if hit and name != "tests/architecture/test_source.py"
    ]
    assert not found


# --- languages ------------------------------------------------------------------------------------

CHINESE = re.compile(r"[\u3400-\u9fff]")
GETTEXT = {
    *("_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"),
    *("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy", "gettext_noop"),
}
# Chinese that is the matter itself, not a text for people to read: rules and data of names, dates, law.
DATA = {
    "accounts/audit.py": "the machine's own name in the trail",
    "accounts/signing_in.py": "names of browsers",
    "common/checks.py": "probes of the database",
    "common/identity.py": "full-width and Chinese forms of numbers",
    "common/masking.py": "marks in addresses",
    "common/names.py": "surnames with their readings",
    "common/style_guide.py": "examples of the style guide, shown in the demonstration only",
    "community/governance/workdays.py": "names of the statutory holidays",
    "config/settings/base.py": "languages under their own names",
    "residents/base/addresses.py": "marks in addresses",
    "residents/base/attributes.py": "headings and words in files of departments",
    "residents/base/actions/register.py": "words in files of other systems",
    "residents/base/enums.py": "names of the nationalities after GB/T 3304",
    "residents/base/management/commands/load_persons.py": "the format of the file, the source's name",
    "residents/base/searching.py": "words in addresses",
    "residents/exchange/layouts.py": "ways in which forms of departments write a day",
    "residents/exchange/headings.py": "headings in files of departments",
    "residents/exchange/matching.py": "marks in addresses",
    "residents/exchange/sheet_child.py": "what a table's yes and no are called",
    "residents/exchange/values.py": "words in files of departments",
    "servicehall/catalogue/finding.py": "words that a search leaves out",
    "servicehall/publicity/rules.py": "marks of doors",
    "servicehall/supervision/actions/urging.py": "the number of a letter",
    "servicehall/cases/forms_page.py": "forms of a date that people type",
    "servicehall/documents/actions/issuing.py": "the form of a number (GB/T 9704)",
    "servicehall/documents/actions/loading.py": "what names of places and stations end with",
    "servicehall/documents/content.py": "letters are written in the language of record",
    "servicehall/documents/kinds.py": "names of variables, which officials write in texts",
    "servicehall/documents/variables.py": "names of variables, which officials write in texts",
    "servicehall/documents/wording.py": "marks, which officials write in texts",
    "servicehall/documents/pdf/setting.py": "marks that begin or end no line",
    "servicehall/documents/pdf/sheet.py": "letters are written in the language of record",
}
BY_LANGUAGE = {"zh", "en"}


def excused(tree: ast.Module) -> set[int]:
    """Literals in Chinese that are in order: gettext, docstrings, texts in both languages, API examples."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.add(id(node.value))
        if isinstance(node, ast.Call) and name_of(node.func).split(".")[-1] in GETTEXT:
            found.update(id(inner) for argument in node.args for inner in ast.walk(argument))
        if (
            isinstance(node, ast.Dict)
            and {key.value for key in node.keys if isinstance(key, ast.Constant)} == BY_LANGUAGE
        ):
            found.update(id(value) for value in node.values)
    return found


def examples(path: str, tree: ast.Module) -> set[int]:
    """The examples in the description of the API are constants of its modules."""
    if "api" not in parts(path):
        return set()
    constants = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and name_of(node.target if isinstance(node, ast.AnnAssign) else node.targets[0]).isupper()
    ]
    return {id(inner) for node in constants for inner in ast.walk(node)}


def loose_chinese(tree: ast.Module, path: str = "a.py") -> list[tuple[int, str]]:
    """Chinese literals that nobody can translate."""
    in_order = excused(tree) | examples(path, tree)
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in in_order
        and CHINESE.search(node.value)
    ]


def test_every_text_for_people_can_be_translated():
    found = [
        f"{path}:{line} {text}"
        for path, tree in modules()
        if "demo" not in parts(path) and path not in DATA
        for line, text in loose_chinese(tree, path)
    ]
    assert not found


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('a = "办件"', 1),
        ('f(f"办{a}")', 1),
        ('a = {"zh": "办件"}', 1),
        ('a = _("办件")', 0),
        ('"""办件"""', 0),
        ('a = {"zh": "办件", "en": "Case"}', 0),
    ],
)
def test_the_reader_of_chinese_reads(source, count):
    assert len(loose_chinese(ast.parse(source))) == count


SPOKEN = re.compile(
    r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}"
    r"|\{%\s*comment\b.*?\{%\s*endcomment\s*%\}|\{#.*?#\}"
    r"|\{%\s*trans(?:late)?\s+(?:\"[^\"]*\"|'[^']*')[^%]*%\}"
    r"|\b_\((?:\"[^\"]*\"|'[^']*')\)",
    re.DOTALL,
)


# The style guide shows made-up matters; a letter is in the language of record.
# The button that leads to a language says so in that language.
IN_ONE_LANGUAGE = {"common/style_guide.html", "documents/_letter.html"}
OWN_NAME = "<span>中文</span>"


def test_templates_hold_no_chinese_outside_translations():
    found = []
    for name, text in templates():
        if name in IN_ONE_LANGUAGE:
            continue
        bare = SPOKEN.sub("", text).replace(OWN_NAME, "")
        found += [f"{name}: {line.strip()}" for line in bare.splitlines() if CHINESE.search(line)]
    assert not found
