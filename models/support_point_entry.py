# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from itertools import chain
from operator import itemgetter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, groupby

from .support_tier import MONEY_GROUPS

USAGE_KINDS = ("usage", "correction")
# Three keys may become NULL, so that a timesheet or a cancelled order can still be deleted.
APPEND_ONLY_TRIGGER = """
CREATE OR REPLACE FUNCTION support_point_entry_append_only() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - 'timesheet_id' - 'sale_line_id' - 'invoice_line_id'
         = to_jsonb(OLD) - 'timesheet_id' - 'sale_line_id' - 'invoice_line_id'
       AND (NEW.timesheet_id IS NULL OR NEW.timesheet_id IS NOT DISTINCT FROM OLD.timesheet_id)
       AND (NEW.sale_line_id IS NULL OR NEW.sale_line_id IS NOT DISTINCT FROM OLD.sale_line_id)
       AND (NEW.invoice_line_id IS NULL
            OR NEW.invoice_line_id IS NOT DISTINCT FROM OLD.invoice_line_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The ledger of support points is append-only: post a correction.'
        USING ERRCODE = 'restrict_violation';
END;
$$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS support_point_entry_row_guard ON support_point_entry;
CREATE TRIGGER support_point_entry_row_guard
    BEFORE UPDATE OR DELETE ON support_point_entry
    FOR EACH ROW EXECUTE FUNCTION support_point_entry_append_only();
DROP TRIGGER IF EXISTS support_point_entry_table_guard ON support_point_entry;
CREATE TRIGGER support_point_entry_table_guard
    BEFORE TRUNCATE ON support_point_entry
    FOR EACH STATEMENT EXECUTE FUNCTION support_point_entry_append_only();
"""


class SupportPointEntry(models.Model):
    """One line of a support account's ledger: written once, never changed.

    The model has no related or stored computed field and no partner: their recomputation and
    a merge of partners would write rows behind the guard. Nothing but ``_post`` adds entries.
    """

    _name = "support.point.entry"
    _description = "Support Point Entry"
    _order = "date desc, id desc"

    contract_id = fields.Many2one(
        "support.contract",
        string="Support Account",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    date = fields.Date(
        required=True,
        readonly=True,
        help="Day in the ledger: the day of the work, or the first day that is still open.",
    )
    work_date = fields.Date(required=True, readonly=True, help="Day on which it happened.")
    kind = fields.Selection(
        [
            ("purchase", "Purchase"),
            ("grant", "Grant"),
            ("usage", "Usage"),
            ("correction", "Correction"),
            ("expiry", "Expiry"),
            ("refund", "Refund"),
            ("adjustment", "Adjustment"),
        ],
        required=True,
        readonly=True,
    )
    points = fields.Integer(required=True, readonly=True, help="Added (+) or taken (−).")
    amount = fields.Monetary(
        readonly=True,
        groups=MONEY_GROUPS,
        help="Net amount paid for these points, kept as it was at the time.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")
    expiry_date = fields.Date(readonly=True, help="Last day on which these points can be used.")
    group_key = fields.Char(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="What is billed together. Further entries of a key post differences.",
    )
    revision = fields.Integer(readonly=True, copy=False, export_string_translation=False)
    ticket_id = fields.Many2one(
        "helpdesk.ticket", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    level_id = fields.Many2one("support.level", readonly=True, ondelete="restrict")
    timesheet_id = fields.Many2one(
        "account.analytic.line",
        string="Time Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    lot_id = fields.Many2one(
        "support.point.entry",
        string="Package",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The package that an expiry or a refund takes its points from.",
    )
    corrects_id = fields.Many2one(
        "support.point.entry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    name = fields.Char(string="Description", required=True, readonly=True)

    _one_revision = models.UniqueIndex(
        "(group_key, revision) WHERE group_key IS NOT NULL",
        "These points have been posted already.",
    )
    _contract_date = models.Index("(contract_id, date, id)")
    _contract_expiry = models.Index("(contract_id, expiry_date) WHERE expiry_date IS NOT NULL")
    _points_range = models.Constraint(
        "CHECK (points BETWEEN -1000000 AND 1000000 AND (points <> 0 OR "
        "(kind IN ('refund', 'adjustment') AND lot_id IS NOT NULL AND amount <> 0)))",
        "An entry must move between 1 and 1,000,000 points, or change the price of a package.",
    )
    _points_sign = models.Constraint(
        "CHECK (CASE kind WHEN 'purchase' THEN points > 0 WHEN 'grant' THEN points > 0 "
        "WHEN 'usage' THEN points < 0 ELSE TRUE END)",
        "Purchases and grants add points, usage takes them.",
    )

    def init(self):
        """Refuse UPDATE, DELETE and TRUNCATE in the database itself, whoever asks."""
        self.env.cr.execute(APPEND_ONLY_TRIGGER)

    def write(self, vals):  # pylint: disable=method-required-super
        if not self:
            return True
        raise UserError(self._append_only_message())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._append_only_message())

    def _append_only_message(self):
        return self.env._(
            "Entries of a support account are never changed or deleted. Correct the time, the "
            "order or the invoice behind it, or post an adjustment: a further entry follows."
        )

    # ------------------------------------------------------------------
    # Posting
    # ------------------------------------------------------------------

    @api.model
    def _posted_by_group(self, group_keys):
        """Return what the ledger holds for some groups, in one query.

        :param group_keys: iterable of group keys
        :return: dict of key → (points, amount, next revision, id of the last entry)
        """
        rows = self.sudo()._read_group(
            [("group_key", "in", list(group_keys))],
            ["group_key"],
            ["points:sum", "amount:sum", "revision:max", "id:max"],
        )
        return {
            key: (points, amount, revision + 1, last_id)
            for key, points, amount, revision, last_id in rows
        }

    @api.model
    @api.private
    def _post(self, vals_list):
        """Append entries to the ledger. Who may cause them has been checked by the caller.

        A day in a closed period becomes the first open one; ``work_date`` keeps the real day.
        The caller has locked the contracts (``support.contract._lock_for_posting``).

        :param vals_list: values with ``contract_id`` and ``work_date``, without ``date``
        """
        if not vals_list:
            return self.browse()
        contracts = self.env["support.contract"].sudo()
        for vals in vals_list:
            lock_date = contracts.browse(vals["contract_id"]).lock_date
            work_date = fields.Date.to_date(vals["work_date"])
            vals["date"] = max(work_date, lock_date + timedelta(days=1)) if lock_date else work_date
        return self.sudo()._insert(vals_list)

    @api.model
    def _insert(self, vals_list):
        """Insert entries by one statement, in the order of ``vals_list``, and tell the cache.

        The ORM's ``create`` takes twice as long for the same rows, which is most of what booking
        adds to time logged in bulk. What else it does has no use here: the model has no default,
        no computed or translated field and no constraint in Python.
        """
        now, user_id = self.env.cr.now(), self.env.uid
        log = {"create_uid": user_id, "create_date": now, "write_uid": user_id, "write_date": now}
        names = dict.fromkeys(chain.from_iterable(vals_list))
        columns = {
            field: [
                field.convert_to_column_insert(vals[field.name], self, vals)
                if field.name in vals
                else None
                for vals in vals_list
            ]
            for field in map(self._fields.__getitem__, names)
        }
        for name, value in log.items():
            columns[self._fields[name]] = [value] * len(vals_list)
        result = self.env.execute_query(self._insert_query(columns, len(vals_list)))
        entries = self.browse(entry_id for (entry_id,) in result)
        for field, values in columns.items():
            if field.type == "many2one":
                field._insert_cache(entries, values)
                if self.pool.field_inverses[field]:
                    pairs = zip(values, entries._ids, strict=True)
                    for value, same in groupby(pairs, key=itemgetter(0)):
                        field._update_inverses(self.browse(own for _value, own in same), value)
        entries.modified([field.name for field in columns], create=True)
        return entries

    @api.model
    def _insert_query(self, columns, count):
        """Return the statement that inserts rows in their order and returns their ids.

        What all rows share is written once: to write out dates and times again for each row takes
        as long as the database needs for them.

        :param columns: dict of field → values for the column, one a row
        """
        shared = {field: values[0] for field, values in columns.items() if len(set(values)) == 1}
        varied = {field: values for field, values in columns.items() if field not in shared}
        names = [SQL.identifier(field.name) for field in (*shared, *varied)]
        arrays = [
            SQL("%s", list(range(count))),
            *(SQL(f"%s::{field.column_type[0]}[]", values) for field, values in varied.items()),
        ]
        return SQL(
            "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) given (%s) ORDER BY place RETURNING id",
            SQL.identifier(self._table),
            SQL(", ").join(names),
            SQL(", ").join(
                [
                    *(SQL(f"%s::{field.column_type[0]}", value) for field, value in shared.items()),
                    *names[len(shared) :],
                ]
            ),
            SQL(", ").join(arrays),
            SQL(", ").join([SQL("place"), *names[len(shared) :]]),
        )

    def _decimals(self):
        """Return the decimal places of the entries' currencies, by their ids."""
        return {currency.id: currency.decimal_places for currency in self.currency_id}

    @api.model
    def _follow_expired(self, vals_list):
        """Bring accounts in line where values just posted are about packages that have expired.

        Points that were refunded or used late cannot have expired as well; until the nightly job
        says so, the account would owe them.
        """
        lots = self.browse({vals["lot_id"] for vals in vals_list if vals.get("lot_id")}).sudo()
        for contract, of_contract in lots.filtered("expiry_date").grouped("contract_id").items():
            if min(of_contract.mapped("expiry_date")) < contract.company_id._support_today():
                contract._post_expiry()

    def _is_charged(self):
        """Tell whether what sold this package still does: its invoice is posted, if it has one."""
        return not self.invoice_line_id or self.invoice_line_id.parent_state == "posted"

    def action_open_source(self):
        """Open what is behind the entry: the first of it that this person may read.

        Accountants may not open tickets, nor support staff orders and invoices; they, and whoever
        opens what has nothing behind it, see the entry itself.
        """
        self.ensure_one()
        self.check_access("read")
        for source in self._sources():
            if source and source.has_access("read"):
                return source.get_formview_action()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {**self.get_formview_action(), "name": kinds[self.kind], "target": "new"}

    def _sources(self):
        """Return what led to the entry, the nearest first; none of it has been checked."""
        entry = self.sudo()
        documents = [entry.sale_line_id.order_id, entry.invoice_line_id.move_id]
        if self.kind == "refund":
            documents.reverse()  # its credit note says more than the order that it belongs to
        return [source.sudo(False) for source in (entry.ticket_id, *documents)]
