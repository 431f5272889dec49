# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import sys

from odoo.tests import tagged

from .access_case import AccessCase
from .access_table import ARGUMENTS, METHODS, PORTAL, RIGHTS, ROLES, STAND_INS, WITHOUT_RECORDS

HOW_TO_ADD = (
    "Decide who may do this and add a line to %s in tests/access_table.py; records for a model are "
    "made in tests/access_world.py."
)


def expand(cell, home):
    """Return label → letters of a cell such as 'rc@A rwcd@B', or 'r' for what is theirs."""
    rights = {}
    for part in cell.split():
        letters, _at, labels = part.partition("@")
        rights.update(dict.fromkeys(labels or home, letters))
    return rights


def _fold(rights, home):
    """Return the cell of label → letters: the other way round."""
    by_letters = {}
    for label in filter(rights.get, "AB2"):
        by_letters[rights[label]] = by_letters.get(rights[label], "") + label
    return " ".join(
        letters if labels == home else f"{letters}@{labels}"
        for letters, labels in by_letters.items()
    )


def _print_table(title, cells):
    """Print row → role → cell, so that `pytest -s` shows what was observed."""
    names = max(len(name) for name in (*cells, title))
    widths = {role: max([len(role), *(len(row[role]) for row in cells.values())]) for role in ROLES}
    lines = [(title, {role: role for role in ROLES}), *cells.items()]
    for name, row in lines:
        columns = (row[role].ljust(width) for role, width in widths.items())
        sys.stdout.write(f"\n{name.ljust(names)}  {'  '.join(columns)}".rstrip())
    sys.stdout.write("\n")


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessCase):
    """What each role can do, tried by calls as a browser makes them, is what the table says."""

    maxDiff = None

    def _observed_cell(self, role, model):
        """Return the cell of a role and a model, and what contradicts itself."""
        if model not in self.records:
            return self._model_rights(role, model), {}
        rights, wrong = {}, {}
        for label in self.records[model]:
            rights[label], contradictions = self._rights(role, model, label)
            if contradictions:
                wrong[label] = contradictions
        home = "".join(label for label in ROLES[role] if label in self.records[model])
        return _fold(rights, home), wrong

    def _expected_cell(self, role, model):
        cell = RIGHTS[model].get(role, "")
        if model not in self.records:
            return cell
        home = "".join(label for label in ROLES[role] if label in self.records[model])
        return _fold(expand(cell, home), home)

    def test_each_role_has_the_rights_of_the_table(self):
        self.assertEqual(set(), self._own_models() - RIGHTS.keys(), HOW_TO_ADD % "RIGHTS")
        observed = {}
        for model in RIGHTS:
            observed[model] = {}
            for role in ROLES:
                cell, wrong = self._observed_cell(role, model)
                observed[model][role] = cell
                with self.subTest(model=model, role=role):
                    self.assertEqual(cell, self._expected_cell(role, model))
                    self.assertFalse(wrong, "these calls see something else than search does")
        _print_table("Rights", observed)

    # Methods -------------------------------------------------------------------------------

    def _is_allowed(self, role, model, expected, label):
        if expected == "anyone":
            return True
        if isinstance(expected, tuple):
            needed = "r" if role in expected else ""
        else:
            *scope, needed = expected.split() or [""]
            if "staff" in scope and role in PORTAL:
                return False
            model = next((name for name in scope if name in RIGHTS), model)
        rights = expand(RIGHTS.get(model, {}).get(role, ""), ROLES[role]).get(label, "")
        return bool(needed) and set(needed) <= set(rights)

    def _called(self, role, model, method, label):
        """Call a method on a record of a label; return whether it was let in, and a crash."""
        target = STAND_INS.get(model, model)
        if target in self.records:
            ids = () if method in WITHOUT_RECORDS else (self.records[target][label].ids,)
            outcome = self._call(role, target, method, *ids, *ARGUMENTS.get(method, ()))
        else:
            outcome = self._call_new(role, target, label, method)
        return not outcome.is_refused, str(outcome) if outcome.is_crash else None

    def test_each_public_method_is_for_those_of_the_table(self):
        declared = {(model, name) for model, methods in METHODS.items() for name in methods}
        found = {
            (model, name)
            for model, name in self._public_methods()
            if name not in ("create", "write", "unlink")
        }
        self.assertEqual(
            (set(), set()),
            (found - declared, declared - found),
            f"New methods, and lines of methods that are gone. {HOW_TO_ADD % 'METHODS'} What "
            "nobody calls by RPC gets @api.private.",
        )
        observed = {}
        for model, name in sorted(declared):
            expected = METHODS[model][name]
            cells = observed[f"{model}.{name}"] = {}
            for role in ROLES:
                cells[role] = ""
                for label in self.records.get(STAND_INS.get(model, model), "AB2"):
                    let_in, crash = self._called(role, model, name, label)
                    cells[role] += label * let_in
                    with self.subTest(method=f"{model}.{name}", role=role, label=label):
                        self.assertIsNone(crash)
                        self.assertEqual(let_in, self._is_allowed(role, model, expected, label))
        _print_table("Public methods", observed)
