# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from functools import cache
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..tools.points import InvalidTime, group_key, minutes_from_hours, points_for
from .account_analytic_line import BOOKING_KEYS


class BillingGroup(NamedTuple):
    """What is rounded together: time lines of one account, ticket and perhaps day."""

    contract: models.BaseModel
    ticket: models.BaseModel
    day: object
    lines: models.BaseModel


class AccountAnalyticLine(models.Model):
    """From time to the ledger."""

    _inherit = "account.analytic.line"

    def _support_hours(self):
        """Return the time of each line in hours; day-encoded time is converted without rounding."""
        # Not env.ref, which asks the database on every call.
        hour = self.env["uom.uom"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_hour")
        )

        def hours(line):
            unit = line.product_uom_id
            if not unit or unit == hour or not unit._has_common_reference(hour):
                return line.unit_amount
            return unit._compute_quantity(line.unit_amount, hour, round=False)

        return [hours(line) for line in self]

    def _support_minutes(self):
        """Return the whole minutes of each line; 0 for what ``_check_support_time`` refuses."""

        @cache
        def minutes(hours):
            try:
                return minutes_from_hours(hours)
            except InvalidTime:
                return 0

        return [minutes(hours) for hours in self._support_hours()]

    def _paying_contract(self):
        """Return the account that pays, as superuser; for a new line the one that will."""
        self.ensure_one()
        contract = self.support_contract_id.sudo()
        if contract or self.id:
            return contract
        ticket = self.ticket_id.sudo()
        level = self.support_level_id.sudo() or ticket.support_level_id
        ticket_contract = ticket.support_contract_id
        return ticket_contract if ticket_contract._pays_for(ticket, level.tier_id) else contract

    def _billed_minutes(self):
        """Return the whole minutes that each line is billed for: a dict of id → minutes."""
        minutes = zip(self, self._support_minutes(), strict=True)
        return {line.id: own if line.support_billable else 0 for line, own in minutes}

    @api.depends(*sorted(BOOKING_KEYS))
    def _compute_support_points(self):
        together = set()
        billed = self._billed_minutes()
        for line in self:
            contract = line._paying_contract()
            if not contract:
                line.support_points = 0
            elif contract.rounding_scope == "entry" or not line.id:
                line.support_points = points_for(billed[line.id], contract.minutes_per_point)
            else:
                together.add(line.id)
        groups = self.sudo().browse(together)._billing_groups()
        for group in self._complete_groups(groups).values():
            of_group = group.lines._billed_minutes()
            minutes = points = 0
            for line in group.lines.sorted(lambda line: (line.date, line.id)):
                minutes += of_group[line.id]
                total = points_for(minutes, group.contract.minutes_per_point)
                if line.id in together:
                    self.browse(line.id).support_points = total - points
                points = total

    def _billing_groups(self):
        """Group these lines by what is rounded together.

        :return: dict of group key → ``BillingGroup`` with the lines of ``self`` in it
        """
        groups = {}
        booked = self.sudo().filtered("support_contract_id")
        for line in booked:
            contract, ticket = line.support_contract_id, line.ticket_id
            key = group_key(
                contract.rounding_scope,
                line_id=line.id,
                ticket_id=ticket.id,
                contract_id=contract.id,
                day=line.date,
            )
            groups.setdefault(key, (contract, ticket, line.date, []))[-1].append(line.id)
        return {
            key: BillingGroup(contract, ticket, day, booked.browse(ids))
            for key, (contract, ticket, day, ids) in groups.items()
        }

    @api.model
    def _complete_groups(self, groups):
        """Return the groups with all their lines: those wider than a line read their siblings."""
        wide = {
            key: group for key, group in groups.items() if group.contract.rounding_scope != "entry"
        }
        if not wide:
            return groups
        siblings = self.sudo().search(
            [
                ("ticket_id", "in", [group.ticket.id for group in wide.values()]),
                ("support_contract_id", "in", [group.contract.id for group in wide.values()]),
            ]
        )
        complete = siblings._billing_groups()
        return {
            key: group._replace(lines=complete[key].lines if key in complete else self.browse())
            if key in wide
            else group
            for key, group in groups.items()
        }

    def _sync_ledger(self, before):
        """Bring every billing group that these lines touch in line with the ledger.

        The one way in which usage is posted: per group ``target = points(minutes)``, posted is
        what its entries say, and one entry posts the difference. Calling it again does nothing.
        It runs as superuser, because under record rules a user may see only their own lines and
        sums would be wrong; the user's right on the lines was checked by the ORM.

        :param dict before: the groups of the lines before their change (``_billing_groups``)
        """
        changed = self.sudo()
        now = changed._billing_groups()
        gone = {key: group._replace(lines=self.browse()) for key, group in before.items()}
        groups = {**gone, **now}
        if not groups:
            return
        contracts = self.env["support.contract"].union(
            *{group.contract for group in groups.values()}
        )
        last_expiries = contracts._lock_for_posting()
        self._guard_wide_groups(groups)
        groups = changed._complete_groups(groups)
        entries = self.env["support.point.entry"].sudo()
        posted = entries._posted_by_group(groups)
        changed_ids, entry_text = set(self.ids), cache(self._entry_text)
        billed = changed.union(*(group.lines for group in groups.values()))._billed_minutes()
        vals_list = []
        for key, group in groups.items():
            minutes = sum(map(billed.__getitem__, group.lines._ids))
            target = points_for(minutes, group.contract.minutes_per_point)
            points, _amount, revision, last_id = posted.get(key, (0, 0, 0, False))
            if difference := -target - points:
                vals_list.append(
                    {
                        **self._usage_values(group, entries.browse(last_id), changed_ids),
                        "name": entry_text(group.contract, group.ticket, bool(last_id)),
                        "points": difference,
                        "group_key": key,
                        "revision": revision,
                    }
                )
        contracts._post_usage(vals_list, last_expiries)
        siblings = self.browse().union(
            *(g.lines for g in groups.values() if g.contract.rounding_scope != "entry")
        )
        self.env.add_to_compute(self._fields["support_points"], siblings)

    @api.model
    def _guard_wide_groups(self, groups):
        """Write the ticket's guard before time that is rounded together is summed up.

        Two bookers on one ticket would otherwise both see the sum without the other's line.
        """
        tickets = {
            group.ticket.id for group in groups.values() if group.contract.rounding_scope != "entry"
        }
        if tickets:
            self.env.cr.execute(
                SQL(
                    """UPDATE helpdesk_ticket
                          SET support_rounding_guard = COALESCE(support_rounding_guard, 0) + 1
                        WHERE id IN %s""",
                    tuple(tickets),
                )
            )

    @api.model
    def _usage_values(self, group, last_entry, changed_ids):
        """Values of a usage entry, or of the correction of what ``last_entry`` posted.

        :param changed_ids: set of the ids of the lines whose change is posted
        """
        lines = group.lines
        cause = lines.browse([own for own in lines._ids if own in changed_ids][-1:]) or lines[-1:]
        return {
            "contract_id": group.contract.id,
            "kind": "correction" if last_entry else "usage",
            "work_date": cause.date or last_entry.work_date,
            "ticket_id": group.ticket.id,
            "level_id": (cause.support_level_id or last_entry.level_id).id,
            "timesheet_id": cause.id,
            "corrects_id": last_entry.id,
        }

    @api.model
    def _entry_text(self, contract, ticket, is_correction):
        """Text of an entry in the customer's language.

        It is the ticket's, not the time entry's, which may hold internal words. An account that
        the ticket does not belong to (any more) gets no title: it is another customer's.
        """
        env = contract.with_context(lang=contract.partner_id.lang).env
        text = env._("Correction") if is_correction else ""
        if contract._covers(ticket.commercial_partner_id):
            text = ": ".join(filter(None, [text, ticket.display_name]))
        return text or env._("Support")
