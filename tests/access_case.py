# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import inspect

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.service.model import call_kw
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .access_world import AccessWorld
from .common import MODULE

PACKAGE = f"odoo.addons.{MODULE}."


class _TakeBack(Exception):
    """Rolls back what an allowed call has done."""


class Outcome:
    """What a call came to: a value, or the error that refused it."""

    def __init__(self, value=None, error=None):
        self.value = value
        self.error = error

    @property
    def is_refused(self):
        """Whether rights refused it: other errors are the rules of the business."""
        return isinstance(self.error, AccessError | MissingError)

    @property
    def is_crash(self):
        """Whether it ended in a traceback instead of an answer."""
        # RPC answers a broken constraint in words.
        return self.error is not None and not isinstance(self.error, UserError | IntegrityError)

    def __str__(self):
        return f"{type(self.error).__name__}: {self.error}" if self.error else repr(self.value)


def _read_calls(record_id, names):
    """Return every way to read a record by RPC: method, arguments, and whether it was found."""
    own = [("id", "=", record_id)]
    return (
        ("search", (own,), bool),
        ("name_search", ("", own), bool),
        ("read_group", (own, ["id"], ["create_date:year"]), bool),
        ("formatted_read_group", (own, [], ["__count"]), lambda rows: rows[0]["__count"]),
        ("web_search_read", (own, {"display_name": {}}), lambda found: found["length"]),
        ("read", ([record_id], names), bool),
        ("web_read", ([record_id], {"display_name": {}}), bool),
        ("export_data", ([record_id], ["display_name"]), lambda found: found["datas"]),
    )


class AccessCase(AccessWorld):
    """Calls methods as a role does, through the dispatch of RPC, and says what came of it."""

    def _call(self, role, model, method, *args, **kwargs):
        """Call a method as a role by RPC, and take back what it did."""
        return self._try(role, lambda env: call_kw(env[model], method, list(args), kwargs))

    def _call_new(self, role, model, label, method):
        """Call a method of a wizard that the role has filled in itself, as its button does."""

        def fill_in_and_call(env):
            ids = call_kw(env[model], "create", [[self.created[model](label)]], {})
            return call_kw(env[model], method, [ids], {})

        return self._try(role, fill_in_and_call)

    def _stored_after(self, role, record, name, value):
        """Return what a field holds after a role wrote it by RPC, or None where it was refused."""

        def write_and_look(env):
            call_kw(env[record._name], "write", [record.ids, {name: value}], {})
            self.env.flush_all()
            self.env.invalidate_all()
            return record.sudo()[name]

        outcome = self._try(role, write_and_look)
        return None if outcome.error else outcome.value

    def _try(self, role, act):
        """Return what an act of a role came to, and take it back."""
        env = self.env(user=self.users[role].id, context={})
        done = []
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                done.append(act(env))
                self.env.flush_all()
                raise _TakeBack
        except _TakeBack:
            return Outcome(value=done[0])
        except Exception as error:
            return Outcome(error=error)

    def _reads(self, role, model, record_id):
        """Return whether a role reads a record, and the calls which say otherwise."""
        seen = {}
        for method, args, is_found in _read_calls(record_id, self._names_to_read(role, model)):
            outcome = self._call(role, model, method, *args)
            seen[method] = not outcome.error and bool(is_found(outcome.value))
            if outcome.is_crash:
                seen[method] = str(outcome)
        may_read = seen["search"] is True
        return may_read, {name: found for name, found in seen.items() if found is not may_read}

    def _field_names(self, role, model):
        known = self.__dict__.setdefault("_known_names", {})
        if (role, model) not in known:
            found = self._call(role, model, "fields_get", [], ["string"]).value
            known[role, model] = list(found or ())
        return known[role, model]

    def _names_to_read(self, role, model):
        """Return the fields that a role reads: all of our models, else those that we added."""
        names = self._field_names(role, model)
        fields = self.env[model]._fields
        if model in self._own_models():
            return list(names)
        return [name for name in names if fields[name]._module == MODULE] or ["display_name"]

    def _rights(self, role, model, label):
        """Return the letters (r, w, c, d) of what a role can do to a record, and contradictions."""
        record = self.records[model][label]
        may_read, contradictions = self._reads(role, model, record.id)
        letters = "r" if may_read else ""
        changes = ()
        if model in self.written:
            spare = self.spare.get(model, {}).get(label, record)
            changes = (
                ("w", "write", (record.ids, self.written[model])),
                ("c", "create", ([self.created[model](label)],)),
                ("d", "unlink", (spare.ids,)),
            )
        for letter, method, args in changes:
            outcome = self._call(role, model, method, *args)
            if outcome.is_crash:
                contradictions[method] = str(outcome)
            elif not outcome.error:
                letters += letter
        return letters, contradictions

    def _model_rights(self, role, model):
        """Return the letters of a role's rights to a model of which the world has no record."""
        operations = (("r", "read"), ("w", "write"), ("c", "create"), ("d", "unlink"))
        return "".join(
            letter
            for letter, operation in operations
            if self._call(role, model, "has_access", [], operation).value
        )

    # Discovery -----------------------------------------------------------------------------

    def _own_models(self):
        """Return the names of the models that this addon makes, without abstract ones."""
        return {
            name
            for name, model in self.env.registry.items()
            if not model._abstract and model._original_module == MODULE
        }

    def _public_methods(self):
        """Return (model, method) of whatever this addon defines and RPC can call."""
        return {
            (model_name, name)
            for model_name, model in self.env.registry.items()
            for base in model._base_classes__
            if base.__module__.startswith(PACKAGE)
            for name, attribute in vars(base).items()
            if not name.startswith("_")
            and inspect.isfunction(attribute)
            and not any(
                getattr(getattr(one, name, None), "_api_private", False) for one in model.mro()
            )
        }
